// What the dequantisers share: the f16 conversion, and the making of one plain body into a function for each
// instruction set. A body is written once, in C that the compiler vectorises; contraction is off, so that a product and
// a difference are never fused and every variant rounds alike. Not for other rooms.

#ifndef LFM_DEQUANTIZE_VARIANTS_H
#define LFM_DEQUANTIZE_VARIANTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "blocks are little-endian, and read as they lie"
#endif

#pragma STDC FP_CONTRACT OFF

#define LFM_INLINE static inline __attribute__((always_inline))

// IEEE binary16 to float32, exactly, without hardware and without branches. Multiplying by 2^112 moves the exponent's
// bias and normalises subnormals in one step.
LFM_INLINE float lfm_half(uint16_t half) {
  const uint32_t magnitude = (uint32_t)(half & 0x7fff) << 13;
  float scaled;
  memcpy(&scaled, &magnitude, sizeof scaled);
  scaled *= 0x1p112f;
  uint32_t bits;
  memcpy(&bits, &scaled, sizeof bits);
  // Infinities and NaNs keep their payload, signalling NaNs too: as numpy converts, and unlike hardware.
  const uint32_t special = magnitude | 0x7f800000;
  bits = magnitude >= 0x0f800000 ? special : bits;
  bits |= (uint32_t)(half & 0x8000) << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The f16 that starts at `bytes`, of any alignment.
LFM_INLINE float lfm_half_at(const uint8_t *bytes) {
  uint16_t half;
  memcpy(&half, bytes, sizeof half);
  return lfm_half(half);
}

// Defines `name` from `body`, an always-inlined function of the same parameters, and its slow twin `name`_baseline. On
// x86-64 the body is compiled twice, for what every processor has and for AVX2; each call takes what this one has (a
// load and a test).
#if defined(__x86_64__)
LFM_INLINE int lfm_has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c");
}

#define LFM_DEQUANTIZE_VARIANTS(name, body)                                                  \
  __attribute__((target("avx2,f16c"))) static void name##_avx2(                              \
      const void *restrict blocks, size_t block_count, float *restrict out) {                \
    body(blocks, block_count, out);                                                          \
  }                                                                                          \
  void name##_baseline(const void *restrict blocks, size_t block_count,                      \
                       float *restrict out) {                                                \
    body(blocks, block_count, out);                                                          \
  }                                                                                          \
  void name(const void *restrict blocks, size_t block_count, float *restrict out) {          \
    if (lfm_has_avx2())                                                                      \
      name##_avx2(blocks, block_count, out);                                                 \
    else                                                                                     \
      name##_baseline(blocks, block_count, out);                                             \
  }
#else
#define LFM_DEQUANTIZE_VARIANTS(name, body)                                                  \
  void name##_baseline(const void *restrict blocks, size_t block_count,                      \
                       float *restrict out) {                                                \
    body(blocks, block_count, out);                                                          \
  }                                                                                          \
  void name(const void *restrict blocks, size_t block_count, float *restrict out) {          \
    name##_baseline(blocks, block_count, out);                                               \
  }
#endif

#endif
