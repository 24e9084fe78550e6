// Dequantisation of the types with blocks of 32 evenly spaced elements: q8_0, q4_0, q4_1, q5_0, q5_1.

#include "dequantize.h"
#include "dequantize_variants.h"

enum { ELEMENTS = 32, Q8_0_BYTES = 34, Q4_0_BYTES = 18, Q4_1_BYTES = 20, Q5_0_BYTES = 22, Q5_1_BYTES = 24 };

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

LFM_INLINE void q4_1_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q4_1_BYTES, out += ELEMENTS) {
    const float scale = lfm_half_at(block), minimum = lfm_half_at(block + 2);
    const uint8_t *nibbles = block + 4;
    for (int i = 0; i < 16; i++) {
      out[i] = scale * (float)(nibbles[i] & 15) + minimum;
      out[16 + i] = scale * (float)(nibbles[i] >> 4) + minimum;
    }
  }
}

// Element i of a block with its fifth bit, bit i of four bytes, in place.
LFM_INLINE int five_bits(uint32_t fifths, const uint8_t *nibbles, int i) {
  const int low = i < 16 ? nibbles[i] & 15 : nibbles[i - 16] >> 4;
  return low | (int)(fifths >> i & 1) << 4;
}

LFM_INLINE void q5_0_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q5_0_BYTES, out += ELEMENTS) {
    const float scale = lfm_half_at(block);
    uint32_t fifths;
    memcpy(&fifths, block + 2, sizeof fifths);
    for (int i = 0; i < ELEMENTS; i++) out[i] = scale * (float)(five_bits(fifths, block + 6, i) - 16);
  }
}

LFM_INLINE void q5_1_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q5_1_BYTES, out += ELEMENTS) {
    const float scale = lfm_half_at(block), minimum = lfm_half_at(block + 2);
    uint32_t fifths;
    memcpy(&fifths, block + 4, sizeof fifths);
    for (int i = 0; i < ELEMENTS; i++)
      out[i] = scale * (float)five_bits(fifths, block + 8, i) + minimum;
  }
}

LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q8_0, q8_0_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q4_1, q4_1_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q5_0, q5_0_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q5_1, q5_1_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q4_0, q4_0_body)
