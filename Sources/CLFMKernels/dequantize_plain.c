// Dequantisation of the types that are no blocks: f32, f16, bf16.

#include "dequantize.h"
#include "dequantize_variants.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void lfm_dequantize_f32(const void *restrict blocks, size_t block_count, float *restrict out) {
  memcpy(out, blocks, block_count * sizeof *out);
}

LFM_INLINE void f16_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *bytes = blocks;
  for (size_t i = 0; i < block_count; i++) out[i] = lfm_half_at(bytes + 2 * i);
}

LFM_INLINE void bf16_body(const void *restrict blocks, size_t block_count, float *restrict out) {
  const uint8_t *bytes = blocks;
  for (size_t i = 0; i < block_count; i++) {
    uint16_t upper;
    memcpy(&upper, bytes + 2 * i, sizeof upper);
    const uint32_t bits = (uint32_t)upper << 16;
    memcpy(out + i, &bits, sizeof bits);
  }
}

#if defined(__x86_64__)
// The conversion that the hardware has (f16c), 8 elements at a time: 5 times the speed of the plain body. It makes
// signalling NaNs quiet, which the plain body does not, so eights with a NaN take that.
__attribute__((target("avx2,f16c"))) static void f16_converted(const void *restrict blocks,
                                                               size_t block_count,
                                                               float *restrict out) {
  const uint8_t *bytes = blocks;
  const __m128i magnitude = _mm_set1_epi16(0x7fff), infinity = _mm_set1_epi16(0x7c00);
  size_t i = 0;
  for (; block_count - i >= 8; i += 8) {
    const __m128i halves = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 2 * i));
    const __m128i nans = _mm_cmpgt_epi16(_mm_and_si128(halves, magnitude), infinity);
    if (_mm_movemask_epi8(nans) == 0)
      _mm256_storeu_ps(out + i, _mm256_cvtph_ps(halves));
    else
      f16_body(bytes + 2 * i, 8, out + i);
  }
  f16_body(bytes + 2 * i, block_count - i, out + i);
}

void lfm_dequantize_f16_baseline(const void *restrict blocks, size_t block_count,
                                 float *restrict out) {
  f16_body(blocks, block_count, out);
}

void lfm_dequantize_f16(const void *restrict blocks, size_t block_count, float *restrict out) {
  if (lfm_has_avx2())
    f16_converted(blocks, block_count, out);
  else
    f16_body(blocks, block_count, out);
}
#else
LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_f16, f16_body)
#endif

LFM_DEQUANTIZE_VARIANTS(lfm_dequantize_bf16, bf16_body)
