// What the allocator keeps of freed memory.
#ifndef LFM_MEMORY_H
#define LFM_MEMORY_H

// From now on pieces of 1 MiB and more are mapped one by one, and so given back as soon as they are freed.
void lfm_keep_little_memory(void);

// Gives freed memory of all arenas back to the kernel, as far as whole pages are free.
void lfm_give_back_memory(void);

#endif
