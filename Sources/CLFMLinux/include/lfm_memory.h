// What the allocator keeps of freed memory.
#ifndef LFM_MEMORY_H
#define LFM_MEMORY_H

// Gives freed memory of all arenas back to the kernel, as far as whole pages are free.
void lfm_give_back_memory(void);

#endif
