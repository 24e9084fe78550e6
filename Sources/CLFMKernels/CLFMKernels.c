// Which instruction set computes: the tables of functions, and the choice among them.
#include "CLFMKernels.h"

#include <string.h>

#include "family.h"
#include "processor.h"

#if defined(__aarch64__)
LFM_FAMILY(neon)
#else
LFM_FAMILY(plain)
#endif
#if defined(__x86_64__)
LFM_FAMILY(avx2)
LFM_FAMILY_OF(avx512, avx512, kernels_avx512, 0)
LFM_FAMILY_OF(avx512, avx512, kernels_avx512_two, 1)
LFM_FAMILY_OF(avx512vnni, avx512, kernels_avx512vnni, 0)
LFM_FAMILY_OF(avx512vnni, avx512, kernels_avx512vnni_two, 1)
#endif

const lfm_kernels *lfm_kernels_named(const char *name) {
  int best = strcmp(name, "exact") == 0;
#if defined(__x86_64__)
  if ((best || strcmp(name, "avx512vnni") == 0) && lfm_has_avx512vnni())
    return lfm_wants_calls() ? &kernels_avx512vnni_two : &kernels_avx512vnni;
  if ((best || strcmp(name, "avx512") == 0) && lfm_has_avx512())
    return lfm_wants_calls() ? &kernels_avx512_two : &kernels_avx512;
  if ((best || strcmp(name, "avx2") == 0) && lfm_has_avx2()) return &kernels_avx2;
#endif
#if defined(__aarch64__)
  if (best || strcmp(name, "neon") == 0) return &kernels_neon;
#else
  if (best || strcmp(name, "plain") == 0) return &kernels_plain;
#endif
  return NULL;
}
