// How many 8-bit multiply-accumulates a core can do at most: what a prefill is measured against. Registers only.
#include "CLFMKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { SUMS = 16, TIMES = 64 };

__attribute__((target("avx512f,avx512vnni"))) static uint64_t int8_avx512(uint64_t rounds) {
  __m512i sums[SUMS];
  __m512i weights = _mm512_set1_epi8(3);
  __m512i activations = _mm512_set1_epi8(5);
  for (int i = 0; i < SUMS; i++) sums[i] = _mm512_setzero_si512();
  for (uint64_t round = 0; round < rounds; round++) {
    for (int time = 0; time < TIMES; time++) {
#pragma clang loop unroll(full)
      for (int i = 0; i < SUMS; i++) {
        sums[i] = _mm512_dpbusd_epi32(sums[i], weights, activations);
        // Each is done, however often the same was done before.
        __asm__ volatile("" : "+v"(sums[i]));
      }
    }
  }
  return rounds * TIMES * SUMS * 64;
}
#endif

uint64_t lfm_probe_int8(uint64_t rounds) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni")) {
    return int8_avx512(rounds);
  }
#endif
  (void)rounds;
  return 0;
}
