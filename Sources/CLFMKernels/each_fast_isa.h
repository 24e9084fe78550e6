// Compiles the file named by LFM_BODY once for every instruction set that the fast family has. Besides what each_isa.h defines,
// LFM_DOT names how 8-bit products are added, and LFM_MOST_COLUMNS how many columns' sums the registers hold;
// LFM_COLUMN_PAIRS is defined where one instruction multiplies for two columns.
#pragma clang fp contract(off)

#define LFM_DOT_PORTABLE 0
#define LFM_DOT_MADDUBS 1
#define LFM_DOT_VNNI256 2
#define LFM_DOT_VNNI512 3
#define LFM_DOT_NEON 4

#define LFM_NAME(f) f##_portable
#define LFM_LANES_IN_REGISTERS 4
#define LFM_HAS_FMA 0
#define LFM_HAS_HALF 0
#define LFM_DOT LFM_DOT_PORTABLE
#define LFM_MOST_COLUMNS 2
#include LFM_BODY
#include "undefine_isa.h"

#if defined(__aarch64__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define LFM_NAME(f) f##_dotprod
#define LFM_LANES_IN_REGISTERS 8
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#define LFM_DOT LFM_DOT_NEON
#define LFM_MOST_COLUMNS 4
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)
#define LFM_NAME(f) f##_i8mm
#define LFM_LANES_IN_REGISTERS 8
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#define LFM_DOT LFM_DOT_NEON
#define LFM_COLUMN_PAIRS
#define LFM_MOST_COLUMNS 4
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define LFM_NAME(f) f##_avx2
#define LFM_LANES_IN_REGISTERS 8
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#define LFM_DOT LFM_DOT_MADDUBS
#define LFM_MOST_COLUMNS 4
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avxvnni"))), apply_to = function)
#define LFM_NAME(f) f##_avxvnni
#define LFM_LANES_IN_REGISTERS 8
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#define LFM_DOT LFM_DOT_VNNI256
#define LFM_MOST_COLUMNS 4
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop

// Scheduled as for Zen 4: that alone makes tiles of Q4_0 5 % faster on Zen 5, and no type slower.
#pragma clang attribute push(                                                             \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c,tune=znver4"))), \
    apply_to = function)
#define LFM_NAME(f) f##_avx512vnni
#define LFM_LANES_IN_REGISTERS 32
#define LFM_HAS_FMA 1
#define LFM_HAS_HALF 1
#define LFM_HAS_WORD_PAIRS 1
#define LFM_DOT LFM_DOT_VNNI512
#define LFM_MOST_COLUMNS 8
#include LFM_BODY
#include "undefine_isa.h"
#pragma clang attribute pop
#endif
