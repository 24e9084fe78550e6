// Compiles the file named by LFM_BODY once for every instruction set of this architecture. In a body, LFM_NAME(f) is
// f with the set's suffix, and LFM_LANES_IN_REGISTERS (how many of the 16-lane vectors of vector_body.h the register
// file holds) lets a loop choose its tile.
#pragma clang fp contract(off)

#if defined(__aarch64__)
#define LFM_NAME(f) f##_neon
#define LFM_LANES_IN_REGISTERS 8
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#include LFM_BODY
#include "undefine_isa.h"
#else
#define LFM_NAME(f) f##_plain
#define LFM_LANES_IN_REGISTERS 4
#define LFM_HAS_FMA 0
#define LFM_HAS_HALF 0
#include LFM_BODY
#include "undefine_isa.h"
#endif

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define LFM_NAME(f) f##_avx2
#define LFM_LANES_IN_REGISTERS 8
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop

#pragma clang attribute push(                                                                \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#define LFM_NAME(f) f##_avx512
#define LFM_LANES_IN_REGISTERS 32
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop
#endif
