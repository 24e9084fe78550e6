// Dequantisation of the types with blocks of 32 elements: q8_0, q4_0.

#include "dequantize.h"
#include "dequantize_variants.h"

enum { ELEMENTS = 32, Q8_0_BYTES = 34, Q4_0_BYTES = 18 };

LFM_INLINE void q8_0_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q8_0_BYTES, out += ELEMENTS) {
    const float scale = lfm_half_at(block);
    const int8_t *quants = (const int8_t *)(block + 2);
    for (int i = 0; i < ELEMENTS; i++) out[i] = scale * (float)quants[i];
  }
}

LFM_INLINE void q4_0_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q4_0_BYTES, out += ELEMENTS) {
    const float scale = lfm_half_at(block);
    const uint8_t *nibbles = block + 2;
    // One loop for both halves: clang 21 vectorises it, but not two loops (47 against 13 GB/s of output).
    for (int i = 0; i < 16; i++) {
      out[i] = scale * (float)((nibbles[i] & 15) - 8);
      out[16 + i] = scale * (float)((nibbles[i] >> 4) - 8);
    }
  }
}

LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q8_0, q8_0_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q4_0, q4_0_body)
