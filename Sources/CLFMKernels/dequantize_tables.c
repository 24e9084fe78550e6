// Dequantisation of the types whose nibbles are looked up in a table: iq4_nl, iq4_xs, mxfp4.

#include "dequantize.h"
#include "dequantize_variants.h"

enum { IQ4_NL_BYTES = 18, IQ4_XS_BYTES = 136, MXFP4_BYTES = 17 };

// ggml's kvalues_iq4nl: spaced as normally distributed weights want it.
static const float uneven[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
// Twice the values of an FP4 of 2 exponent bits and 1 of mantissa (OCP Microscaling Formats 1.0).
static const float e2m1[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// 32 elements in 16 bytes, the low nibbles first.
LFM_INLINE void look_up(const uint8_t *nibbles, float scale, const float *table, float *restrict out) {
  for (int i = 0; i < 16; i++) {
    out[i] = scale * table[nibbles[i] & 15];
    out[16 + i] = scale * table[nibbles[i] >> 4];
  }
}

LFM_INLINE void iq4_nl_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += IQ4_NL_BYTES, out += 32)
    look_up(block + 2, lfm_half_at(block), uneven, out);
}

LFM_INLINE void iq4_xs_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += IQ4_XS_BYTES) {
    const float scale = lfm_half_at(block);
    // Of eight six-bit scales less 32, the upper bit pairs, then the lower nibbles.
    uint16_t high;
    memcpy(&high, block + 2, sizeof high);
    for (int j = 0; j < 8; j++, out += 32) {
      const int low = block[4 + j / 2] >> (4 * (j % 2)) & 15;
      const int quant = (low | (high >> (2 * j) & 3) << 4) - 32;
      look_up(block + 8 + 16 * j, scale * (float)quant, uneven, out);
    }
  }
}

// The scale is an exponent alone: 2^(e - 128), half of E8M0's since the table holds doubles.
LFM_INLINE void mxfp4_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *block = blocks;
  for (size_t b = 0; b < block_count; b++, block += MXFP4_BYTES, out += 32) {
    const uint32_t exponent = block[0];
    const uint32_t bits = exponent < 2 ? 0x00200000u << exponent : (exponent - 1) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    look_up(block + 1, scale, e2m1, out);
  }
}

LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_iq4_nl, iq4_nl_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_iq4_xs, iq4_xs_body)
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_mxfp4, mxfp4_body)
