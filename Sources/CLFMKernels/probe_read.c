// How fast a plain reader takes bytes from memory: what a decode is measured against. Reads every cache line once and
// does nothing with it but a sum that keeps the compiler from leaving it out.
#include "CLFMKernels.h"

typedef uint64_t line __attribute__((vector_size(64)));

enum { LINES = 8 };

// Eight sums, so that no load waits for another one.
#define LFM_READ_BODY                                                  \
  const line *lines = (const line *)bytes;                             \
  size_t whole = count / sizeof(line) / LINES * LINES;                 \
  line sums[LINES] = {0};                                              \
  for (size_t i = 0; i < whole; i += LINES)                            \
    for (size_t j = 0; j < LINES; j++) sums[j] ^= lines[i + j];        \
  line sum = {0};                                                      \
  for (size_t j = 0; j < LINES; j++) sum ^= sums[j];                   \
  uint64_t result = 0;                                                 \
  for (size_t j = 0; j < 8; j++) result ^= sum[j];                     \
  return result;

static uint64_t read_plain(const uint8_t *bytes, size_t count) { LFM_READ_BODY }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static uint64_t read_avx2(const uint8_t *bytes, size_t count) {
  LFM_READ_BODY
}

__attribute__((target("avx512f"))) static uint64_t read_avx512(
    const uint8_t *bytes, size_t count) {
  LFM_READ_BODY
}
#endif

uint64_t lfm_probe_read(const uint8_t *bytes, size_t count) {
  // From the first whole line on.
  size_t skip = (64 - (uintptr_t)bytes % 64) % 64;
  if (count <= skip) return 0;
  bytes += skip;
  count -= skip;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return read_avx512(bytes, count);
  if (__builtin_cpu_supports("avx2")) return read_avx2(bytes, count);
#endif
  return read_plain(bytes, count);
}
