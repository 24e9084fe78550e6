// Attention over pages of 64 positions, for each instruction set; the arithmetic is in attention_body.h. One set more than of
// the others: integers multiply and add pairs in one instruction there.
#include "family.h"
#include "vector.h"

#define LFM_BODY "attention_body.h"
#include "each_isa.h"

#if defined(__x86_64__)
#pragma clang attribute push(                                                             \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), \
    apply_to = function)
#define LFM_NAME(f) f##_avx512vnni
#define LFM_LANES_IN_REGISTERS 32
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#define LFM_HAS_WORD_PAIRS 1
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop
#endif
