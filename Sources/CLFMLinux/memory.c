#include "lfm_memory.h"

#include <malloc.h>

void lfm_give_back_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}
