// Dequantisation of the types with super-blocks of 256 elements of 2 and 3 bits: q2_K, q3_K. Both keep the lower two bits of
// four runs of 32 elements in 32 bytes, for each half of a block; a scale holds for 16 elements.

#include "dequantize.h"
#include "dequantize_variants.h"

enum { ELEMENTS = 256, Q2_K_BYTES = 84, Q3_K_BYTES = 110 };

LFM_INLINE void q2_K_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q2_K_BYTES) {
    const float scale = lfm_half_at(block + 80), minimum = lfm_half_at(block + 82);
    float scales[16], minima[16];
    for (int j = 0; j < 16; j++) {
      scales[j] = scale * (float)(block[j] & 15);
      minima[j] = minimum * (float)(block[j] >> 4);
    }
    for (int run = 0; run < 8; run++, out += 32) {
      const uint8_t *pairs = block + 16 + 32 * (run / 4);
      for (int i = 0; i < 32; i++)
        out[i] = scales[2 * run + i / 16] * (float)(pairs[i] >> (2 * (run % 4)) & 3) -
                 minima[2 * run + i / 16];
    }
  }
}

// The third bit of an element is one where nothing is taken away: without it, 4 is.
LFM_INLINE void q3_K_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += Q3_K_BYTES) {
    const uint8_t *thirds = block, *packed = block + 96;
    const float scale = lfm_half_at(block + 108);
    float scales[16];
    // Bytes 0 to 7 hold the lower nibbles of scales 0 to 7 and, above, of 8 to 15; bytes 8 to 11 all upper bit pairs.
    for (int j = 0; j < 16; j++) {
      const int low = j < 8 ? packed[j] & 15 : packed[j - 8] >> 4;
      const int high = packed[8 + j % 4] >> (2 * (j / 4)) & 3;
      scales[j] = scale * (float)((low | high << 4) - 32);
    }
    for (int run = 0; run < 8; run++, out += 32) {
      const uint8_t *pairs = block + 32 + 32 * (run / 4);
      for (int i = 0; i < 32; i++) {
        const int low = pairs[i] >> (2 * (run % 4)) & 3, third = thirds[i] >> run & 1;
        out[i] = scales[2 * run + i / 16] * (float)(low - (third ? 0 : 4));
      }
    }
  }
}

LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q2_K, q2_K_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_q3_K, q3_K_body)
