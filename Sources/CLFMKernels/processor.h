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
#include <cpuid.h>

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

// Whether weights come faster from memory when the program calls for them, and in as few streams as it can. AMD's processors
// from family 26 (Zen 5) on lose up to a third otherwise. Of others it is not known; on Zen 4 calls between the loads, line by
// line, did harm.
static inline int lfm_wants_calls(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(0, &a, &b, &c, &d) || b != signature_AMD_ebx || c != signature_AMD_ecx || d != signature_AMD_edx) return 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  return (a >> 8 & 0xf) == 0xf && 0xf + (a >> 20 & 0xff) >= 26;
}
#endif

#endif
