// Declares the functions of one instruction set and puts them into a table.
#ifndef LFM_FAMILY_H
#define LFM_FAMILY_H

#include "lfm_kernels.h"

#define LFM_DECLARE_ATTENTION(S)                                           \
  void lfm_attention_##S(const lfm_attention_job *);                       \
  void lfm_attention_part_##S(const lfm_attention_job *, size_t, float *); \
  void lfm_attention_join_##S(const lfm_attention_job *, const float *, size_t);

#define LFM_DECLARE(S)                                                                          \
  void lfm_dequantize_row_##S(const lfm_matrix *, size_t, float *);                             \
  void lfm_product_##S(                                                                         \
      const lfm_matrix *, size_t, size_t, const float *const *, float *const *, size_t, float *, \
      int32_t);                                                                                 \
  LFM_DECLARE_ATTENTION(S)                                                                      \
  void lfm_convolution_##S(const lfm_convolution_job *);                                        \
  void lfm_rms_norm_##S(const float *, const float *, size_t, float, float *);                  \
  void lfm_rotate_##S(float *, const float *, const float *, size_t);                           \
  void lfm_gate_##S(float *, const float *, size_t);                                            \
  void lfm_add_##S(float *, const float *, size_t);                                             \
  void lfm_combine_##S(float *, const float *const *, const float *, size_t, size_t);           \
  void lfm_store_key_value_##S(                                                                 \
      uint8_t *, uint8_t *, int32_t, size_t, size_t, const float *, const float *);             \
  void lfm_route_##S(                                                                           \
      const float *, const float *, size_t, size_t, int32_t, float, int32_t *, float *);

// x86 multiplies and adds pairs of integers in one or two instructions, Arm in twice what floats take.
#if defined(__x86_64__)
#define LFM_BEST_ELEMENT LFM_KV_I16
#else
#define LFM_BEST_ELEMENT LFM_KV_F16
#endif

#define LFM_FAMILY(S) LFM_FAMILY_OF(S, S, kernels_##S, 0)

// The set `A`: attention of its own, and all else of S.
#define LFM_FAMILY_OF(A, S, TABLE, TWO)     \
  static const lfm_kernels TABLE = {       \
      .name = #A,                           \
      .best_element = LFM_BEST_ELEMENT,     \
      .two_rows = TWO,                      \
      .dequantize_row = lfm_dequantize_row_##S, \
      .product = lfm_product_##S,           \
      .attention = lfm_attention_##A,       \
      .attention_part = lfm_attention_part_##A, \
      .attention_join = lfm_attention_join_##A, \
      .convolution = lfm_convolution_##S,   \
      .rms_norm = lfm_rms_norm_##S,         \
      .rotate = lfm_rotate_##S,             \
      .gate = lfm_gate_##S,                 \
      .add = lfm_add_##S,                   \
      .combine = lfm_combine_##S,           \
      .store_key_value = lfm_store_key_value_##S, \
      .route = lfm_route_##S,               \
  };

#if defined(__aarch64__)
LFM_DECLARE(neon)
#else
LFM_DECLARE(plain)
#endif
#if defined(__x86_64__)
LFM_DECLARE(avx2)
LFM_DECLARE(avx512)
LFM_DECLARE_ATTENTION(avx512vnni)
#endif

#endif
