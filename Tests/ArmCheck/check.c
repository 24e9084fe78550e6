// The means of the check: random numbers, memory, expectations, digests, rows of weights.
#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t random_next(random_source *r) {
  r->state += 0x9e3779b97f4a7c15u;
  uint64_t z = r->state;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

float random_float(random_source *r, float low, float high) {
  return low + (high - low) * ((float)(random_next(r) >> 40) * 0x1p-24f);
}

float *random_floats(random_source *r, size_t count, float low, float high) {
  float *out = allocate(count * sizeof *out);
  for (size_t i = 0; i < count; i++) out[i] = random_float(r, low, high);
  return out;
}

void *allocate(size_t bytes) {
  bytes = (bytes + 64) / 64 * 64;
  void *p = aligned_alloc(64, bytes);
  if (!p) exit(70);
  return memset(p, 0xff, bytes);
}

static int failed;

void expect(int holds, const char *format, ...) {
  if (holds) return;
  if (failed++ >= 20) return;
  va_list arguments;
  va_start(arguments, format);
  fputs("not so: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

int failures(void) { return failed; }

int near(float found, double expected) {
  return fabs((double)found - expected) <= 2e-6 * fmax(1, fabs(expected));
}

int same_bits(const float *a, const float *b, size_t count) {
  return memcmp(a, b, count * sizeof *a) == 0;
}

void distance_add(distance *d, float found, double expected) {
  d->error += ((double)found - expected) * ((double)found - expected);
  d->size += expected * expected;
}

int distance_within(const distance *d, double most) { return d->size > 0 && d->error <= most * d->size; }

void digest_add(digest *d, const void *bytes, size_t count) {
  d->empty = 0;
  for (size_t i = 0; i < count; i++)
    d->value = (d->value ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
}

const check_type check_types[TYPES] = {
    {"F32", LFM_WEIGHT_F32, 1, 4, {-1, -1}},     {"F16", LFM_WEIGHT_F16, 1, 2, {-1, -1}},
    {"BF16", LFM_WEIGHT_BF16, 1, 2, {-1, -1}},   {"Q8_0", LFM_WEIGHT_Q8_0, 32, 34, {0, -1}},
    {"Q4_0", LFM_WEIGHT_Q4_0, 32, 18, {0, -1}},  {"Q4_K", LFM_WEIGHT_Q4_K, 256, 144, {0, 2}},
    {"Q5_K", LFM_WEIGHT_Q5_K, 256, 176, {0, 2}}, {"Q6_K", LFM_WEIGHT_Q6_K, 256, 210, {208, -1}},
};

check_matrix random_matrix(random_source *r, const check_type *type, size_t rows, size_t columns) {
  size_t blocks = rows * (columns / type->elements);
  check_matrix m = {type, rows, columns, columns / type->elements * type->bytes, NULL, NULL};
  m.bytes = allocate(blocks * type->bytes);
  m.values = allocate(blocks * type->elements * sizeof *m.values);
  for (size_t i = 0; i < blocks * type->bytes; i++) m.bytes[i] = (uint8_t)random_next(r);
  for (size_t b = 0; b < blocks; b++) {
    uint8_t *block = m.bytes + b * type->bytes;
    if (type->number == LFM_WEIGHT_F32) {
      float value = random_float(r, -1, 1);
      memcpy(block, &value, sizeof value);
    }
    // Exponents that make magnitudes near 1, and scales near a thousandth.
    if (type->number == LFM_WEIGHT_F16) block[1] = (block[1] & 0x83) | 0x34;
    if (type->number == LFM_WEIGHT_BF16) block[1] = (block[1] & 0x80) | 0x3e;
    for (int i = 0; i < 2; i++)
      if (type->scales[i] >= 0) {
        uint8_t *high = block + type->scales[i] + 1;
        *high = (*high & 0x83) | 0x14;
      }
  }
  lfm_dequantize_baseline_for((uint32_t)type->number)(m.bytes, blocks, m.values);
  return m;
}
