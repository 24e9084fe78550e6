// Counts what a test process asks of the allocator, all threads together, between two calls.
#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

#include <stdint.h>

void allocation_count_begin(void);

// Calls of malloc, calloc, realloc and their aligned kin since the beginning; counts no more from here on.
int64_t allocation_count_end(void);

#endif
