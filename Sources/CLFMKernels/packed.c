// Packed weights times activations of 8 bits, for each instruction set; the arithmetic is in quantize_body.h and
// packed_body.h. Here are the tables of functions, and the choice among them.
#include "lfm_packed.h"

#include <string.h>

#include "packed_layout.h"
#include "processor.h"
#include "vector.h"
#if defined(__aarch64__)
#include <arm_neon.h>
#endif

#define LFM_BODY "packed_body.h"
#include "each_fast_isa.h"

#define LFM_PACKED_FAMILY(S) LFM_PACKED_TABLE(S, packed_##S, 0)

#define LFM_PACKED_TABLE(S, TABLE, LOOKAHEAD)      \
  static const lfm_packed_kernels TABLE = {      \
      .name = #S,                                \
      .lookahead = LOOKAHEAD,                    \
      .quantize_column = quantize_column_##S,    \
      .quantize_rest = quantize_rest_##S,        \
      .interleave_panel = interleave_panel_##S,  \
      .packed_product = packed_product_##S,      \
      .packed_gate = packed_gate_##S,            \
  };

LFM_PACKED_FAMILY(portable)
#if defined(__aarch64__)
LFM_PACKED_FAMILY(dotprod)
LFM_PACKED_FAMILY(i8mm)
#endif
#if defined(__x86_64__)
LFM_PACKED_FAMILY(avx2)
LFM_PACKED_FAMILY(avxvnni)
LFM_PACKED_FAMILY(avx512vnni)
_Static_assert(LFM_LOOKAHEAD == 2 * LFM_Q4_K_BLOCK, "two blocks of Q4_K");
LFM_PACKED_TABLE(avx512vnni, packed_avx512vnni_ahead, LFM_LOOKAHEAD)
#endif

const lfm_packed_kernels *lfm_packed_kernels_named(const char *name) {
  int best = strcmp(name, "fast") == 0;
#if defined(__x86_64__)
  if ((best || strcmp(name, "avx512vnni") == 0) && lfm_has_avx512vnni())
    return lfm_wants_calls() ? &packed_avx512vnni_ahead : &packed_avx512vnni;
  if ((best || strcmp(name, "avxvnni") == 0) && lfm_has_avxvnni()) return &packed_avxvnni;
  if ((best || strcmp(name, "avx2") == 0) && lfm_has_avx2()) return &packed_avx2;
#endif
#if defined(__aarch64__)
  if ((best || strcmp(name, "i8mm") == 0) && lfm_has_i8mm()) return &packed_i8mm;
  if ((best || strcmp(name, "dotprod") == 0) && lfm_has_dotprod()) return &packed_dotprod;
#endif
  if (best || strcmp(name, "portable") == 0) return &packed_portable;
  return NULL;
}
