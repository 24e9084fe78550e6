#include "lfm_memory.h"

#include <malloc.h>

void lfm_keep_little_memory(void) {
#if defined(__GLIBC__)
  // Named once, the threshold no longer follows the largest piece that was freed (measured: with that, twenty requests of
  // 14 MB left 120 MiB behind, in the arenas of the threads that they came on). Below it lie the rows of logits.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

void lfm_give_back_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}
