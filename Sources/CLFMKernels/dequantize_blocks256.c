// Dequantisation of the types with super-blocks of 256 elements: q4_K, q5_K, q6_K.

#include "dequantize.h"
#include "dequantize_variants.h"

enum { ELEMENTS = 256, Q4_K_BYTES = 144, Q5_K_BYTES = 176, Q6_K_BYTES = 210 };

// Unpacks the 8 six-bit scales and 8 six-bit minima of q4_K and q5_K. Bytes 0-3 and 4-7 hold the first four of each in
// their lower six bits; bytes 8-11 hold the lower nibbles of the last four, whose upper bits top the first eight bytes.
LFM_INLINE void unpack(const uint8_t *packed, float scale, float minimum, float *restrict scales,
                       float *restrict minima) {
  for (int j = 0; j < 4; j++) {
    const uint8_t s = packed[j], m = packed[4 + j], low = packed[8 + j];
    scales[j] = scale * (float)(s & 63);
    minima[j] = minimum * (float)(m & 63);
    scales[4 + j] = scale * (float)((low & 15) | ((s >> 2) & 0x30));
    minima[4 + j] = minimum * (float)((low >> 4) | ((m >> 2) & 0x30));
  }
}

LFM_INLINE void q4_K_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q4_K_BYTES) {
    float scales[8], minima[8];
    unpack(block + 4, lfm_half_at(block), lfm_half_at(block + 2), scales, minima);
    const uint8_t *nibbles = block + 16;
    for (int j = 0; j < 8; j += 2, nibbles += 32, out += 64) {
      for (int i = 0; i < 32; i++) out[i] = scales[j] * (float)(nibbles[i] & 15) - minima[j];
      for (int i = 0; i < 32; i++)
        out[32 + i] = scales[j + 1] * (float)(nibbles[i] >> 4) - minima[j + 1];
    }
  }
}

LFM_INLINE void q5_K_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q5_K_BYTES) {
    float scales[8], minima[8];
    unpack(block + 4, lfm_half_at(block), lfm_half_at(block + 2), scales, minima);
    const uint8_t *fifths = block + 16;
    const uint8_t *nibbles = block + 48;
    for (int j = 0; j < 8; j += 2, nibbles += 32, out += 64) {
      for (int i = 0; i < 32; i++) {
        const int quant = (nibbles[i] & 15) | ((fifths[i] >> j & 1) << 4);
        out[i] = scales[j] * (float)quant - minima[j];
      }
      for (int i = 0; i < 32; i++) {
        const int quant = (nibbles[i] >> 4) | ((fifths[i] >> (j + 1) & 1) << 4);
        out[32 + i] = scales[j + 1] * (float)quant - minima[j + 1];
      }
    }
  }
}

LFM_INLINE void q6_K_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q6_K_BYTES) {
    const float scale = lfm_half_at(block + 208);
    float scales[16];
    for (int j = 0; j < 16; j++) scales[j] = scale * (float)(int8_t)block[192 + j];
    // Two halves of 128 elements; in each, four runs of 32 whose lower nibbles lie in 64 bytes and whose upper bit pairs
    // share 32 bytes. A scale holds for 16 elements.
    for (int half = 0; half < 2; half++) {
      const uint8_t *pairs = block + 128 + 32 * half;
      for (int run = 0; run < 4; run++, out += 32) {
        const uint8_t *nibbles = block + 64 * half + 32 * (run & 1);
        const float *scale_pair = scales + 8 * half + 2 * run;
        for (int i = 0; i < 32; i++) {
          const int low = run < 2 ? nibbles[i] & 15 : nibbles[i] >> 4;
          const int quant = (low | ((pairs[i] >> (2 * run) & 3) << 4)) - 32;
          out[i] = scale_pair[i / 16] * (float)quant;
        }
      }
    }
  }
}

LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q4_K, q4_K_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q5_K, q5_K_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q6_K, q6_K_body)
