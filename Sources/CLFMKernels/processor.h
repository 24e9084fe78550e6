// What this processor has of what the kernels are compiled for: one question for each target of each_isa.h and
// each_fast_isa.h.
#ifndef LFM_PROCESSOR_H
#define LFM_PROCESSOR_H

#if defined(__aarch64__)
#include <sys/auxv.h>

static inline int lfm_has_dotprod(void) { return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0; }

static inline int lfm_has_i8mm(void) {
  return lfm_has_dotprod() && (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
}
#endif

#if defined(__x86_64__)
static inline int lfm_has_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("f16c");
}

static inline int lfm_has_avx512(void) {
  return lfm_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static inline int lfm_has_avxvnni(void) { return lfm_has_avx2() && __builtin_cpu_supports("avxvnni"); }

static inline int lfm_has_avx512vnni(void) {
  return lfm_has_avx512() && __builtin_cpu_supports("avx512vnni");
}
#endif

#endif
