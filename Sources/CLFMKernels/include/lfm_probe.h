// What this processor can do at most, as plain loops: the measure for the kernels, not one of them.
#ifndef LFM_PROBE_H
#define LFM_PROBE_H

#include <stddef.h>
#include <stdint.h>

// Read bytes, a cache line at a time, up to the last multiple of 512 after the first whole line. The result depends on
// them and means nothing.
uint64_t lfm_probe_read(const uint8_t *bytes, size_t count);

// Do 8-bit multiply-accumulates (AVX-512 VNNI) in registers, 65536 a round; how many were done: 0 where the processor
// has none.
uint64_t lfm_probe_int8(uint64_t rounds);

#endif
