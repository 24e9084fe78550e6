// The vector type that every body is written in: 16 lanes of f32, one register of AVX-512, two of AVX2, four of SSE2
// or NEON. The lanes are the same whatever the registers, so AVX2 and AVX-512 give the same bits.
#ifndef LFM_VECTOR_H
#define LFM_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Every function that takes or returns a vector is inlined into its caller, so no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64)));
typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));
typedef int32_t i16x32 __attribute__((vector_size(64)));  // 16 lanes of 32 bits
typedef uint32_t u16x32 __attribute__((vector_size(64)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef uint8_t u16x8 __attribute__((vector_size(16)));
typedef uint8_t u8x8 __attribute__((vector_size(8)));
typedef int8_t s16x8 __attribute__((vector_size(16)));
typedef _Float16 h16 __attribute__((vector_size(32)));

// Over arrays of vectors: they are registers only where every index is a constant.
#define LFM_UNROLL _Pragma("clang loop unroll(full)")
#define LFM_INLINE static inline __attribute__((always_inline, unused))

// Names of the helpers of vector_body.h, with the suffix of the set being compiled.
#define v_load LFM_NAME(v_load)
#define v_load_n LFM_NAME(v_load_n)
#define v_store LFM_NAME(v_store)
#define v_store_n LFM_NAME(v_store_n)
#define v_set LFM_NAME(v_set)
#define v_select LFM_NAME(v_select)
#define v_fma LFM_NAME(v_fma)
#define v_sum LFM_NAME(v_sum)
#define v_max LFM_NAME(v_max)
#define v_exp LFM_NAME(v_exp)
#define v_exp_below LFM_NAME(v_exp_below)
#define v_larger LFM_NAME(v_larger)
#define add_pairs LFM_NAME(add_pairs)
#define v_from_half LFM_NAME(v_from_half)
#define v_half_load LFM_NAME(v_half_load)
#define v_half_load_n LFM_NAME(v_half_load_n)
#define half_to_float LFM_NAME(half_to_float)
#define float_to_half LFM_NAME(float_to_half)
#define exp1 LFM_NAME(exp1)

#endif
