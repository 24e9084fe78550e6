// Keys and values: what a page holds of them in each form, and attention to them against double precision; rows together
// as alone, and in parts.
#include <math.h>
#include <string.h>

#include "check.h"

static const char *const names[] = {"avx512vnni", "avx512", "avx2", "neon", "plain"};
static const char *const elements[] = {"f32", "f16", "q8", "i16"};

static int has_scales(int32_t element) { return element == LFM_KV_Q8 || element == LFM_KV_I16; }

static float half_value(uint16_t bits) {
  float value;
  lfm_dequantize_baseline_for(LFM_WEIGHT_F16)(&bits, 1, &value);
  return value;
}

// The nearest f16, the even one of two that are as near.
static int is_nearest_half(float x, uint16_t bits) {
  if (isnan(x)) return isnan(half_value(bits));
  if (fabsf(x) >= 65520) return half_value(bits) == (x < 0 ? -INFINITY : INFINITY);
  const uint16_t magnitude = bits & 0x7fff;
  if (magnitude >= 0x7c00 || (bits >> 15 != 0) != (signbit(x) != 0)) return 0;
  const double off = fabs((double)half_value(magnitude) - (double)fabsf(x));
  for (int step = -1; step <= 1; step += 2) {
    if (magnitude == 0 && step < 0) continue;
    const uint16_t next = (uint16_t)(magnitude + step);
    const double value = next == 0x7c00 ? 65536 : (double)half_value(next);
    const double other = fabs(value - (double)fabsf(x));
    if (other < off || (other == off && bits % 2)) return 0;
  }
  return 1;
}

// The i-th element of a page's keys or values, its scale left out.
static double stored_at(const uint8_t *page, size_t i, int32_t element) {
  if (element == LFM_KV_I16) return ((const int16_t *)page)[i];
  if (element == LFM_KV_Q8) return ((const int8_t *)page)[i];
  if (element == LFM_KV_F32) return (double)((const float *)page)[i];
  return (double)half_value(((const uint16_t *)page)[i]);
}

// Where dimension d of a position's key, and of its value, stands.
static size_t key_place(size_t d, size_t slot, int32_t element) {
  return element == LFM_KV_I16 ? (d / 2 * 64 + slot) * 2 + d % 2 : d * 64 + slot;
}
static size_t value_place(size_t d, size_t slot, int32_t element, size_t head_dim) {
  return element == LFM_KV_I16 ? (slot / 2 * head_dim + d) * 2 + slot % 2 : slot * head_dim + d;
}

// Bytes of a head's keys, or values, in a page, with their scales.
static size_t half_page(int32_t element, size_t head_dim) {
  return lfm_key_bytes(element, head_dim) + (has_scales(element) ? 64 * 4 : 0);
}

static double scale_at(const uint8_t *page, size_t slot, int32_t element, size_t head_dim) {
  if (!has_scales(element)) return 1;
  float scale;
  memcpy(&scale, page + lfm_key_bytes(element, head_dim) + slot * 4, 4);
  return (double)scale;
}

// One vector as it was stored in a page's keys, or values.
static int stored_well(
    const float *x, size_t count, const uint8_t *page, int is_value, size_t slot, int32_t element,
    double scale) {
  const float limit = element == LFM_KV_I16 ? 4095 : 127;
  float largest = 0;
  for (size_t i = 0; i < count; i++) largest = fmaxf(largest, fabsf(x[i]));
  int well = !has_scales(element) || scale == (double)(largest / limit);
  float inverse = limit / largest;
  if (!(inverse < INFINITY)) inverse = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t at = is_value ? value_place(i, slot, element, count) : key_place(i, slot, element);
    if (element == LFM_KV_F16) well &= is_nearest_half(x[i], ((const uint16_t *)page)[at]);
    if (element == LFM_KV_F32) well &= memcmp(page + at * 4, &x[i], 4) == 0;
    if (has_scales(element)) well &= stored_at(page, at, element) == (double)nearbyintf(x[i] * inverse);
  }
  return well;
}

static void check_storing(const lfm_kernels *k, int32_t element, digest *d) {
  // Ties and the ends of f16: subnormal ones, the largest, those just beyond.
  float hard[16] = {1.00048828125f, 1.00146484375f, 0x1p-24f, 0x1p-25f, 0x1.8p-24f, 0x1.8p-25f,
                    6.09e-5f, 6.104e-5f, 65504, 65519, 65520, -65536, 1e-8f, -0.0f, 0.3333f, -2.5e-7f};
  float tiny[16] = {1e-42f, -1e-43f}, none[16] = {0};
  random_source r = {61};
  const float *rows[] = {hard, tiny, none, random_floats(&r, 16, -2, 2), random_floats(&r, 16, -1e5f, 1e5f)};
  for (size_t i = 0; i < COUNT(rows); i++)
    for (size_t dim = 1; dim <= 16; dim += 5) {
      const size_t half = half_page(element, dim), slot = 63 - 7 * i;
      uint8_t *page = allocate(2 * half);
      lfm_store_key_value(k, page, page + half, element, slot, dim, rows[i], rows[i]);
      const double key_scale = scale_at(page, slot, element, dim);
      const double value_scale = scale_at(page + half, slot, element, dim);
      expect(stored_well(rows[i], dim, page, 0, slot, element, key_scale) &&
                 stored_well(rows[i], dim, page + half, 1, slot, element, value_scale),
             "%s: storing %s, vector %zu of %zu", k->name, elements[element], i, dim);
      if (d) digest_add(d, page, 2 * half);
    }
}

typedef struct attention_case {
  size_t dim, group, first, rows;
} attention_case;

// One query head's attention to the first `positions`, in double precision; of integers with the query and each page's
// weights rounded as they are there.
static void truth(
    const lfm_attention_job *job, const float *query, size_t positions, double *weights, double *out) {
  double highest = -INFINITY, total = 0, rounded[64];
  const size_t dim = job->head_dim;
  float largest = 0;
  for (size_t i = 0; i < dim; i++) largest = fmaxf(largest, fabsf(query[i]));
  for (size_t i = 0; i < dim; i++)
    rounded[i] = job->element == LFM_KV_I16
        ? (double)nearbyintf(query[i] * (4095 / largest)) * (double)(largest / 4095)
        : (double)query[i];
  for (size_t p = 0; p < positions; p++) {
    const uint8_t *keys = job->pages[p / 64] + job->key_offset;
    double sum = 0;
    for (size_t i = 0; i < dim; i++)
      sum += rounded[i] * stored_at(keys, key_place(i, p % 64, job->element), job->element);
    weights[p] = sum * scale_at(keys, p % 64, job->element, dim) * (double)job->scale;
    highest = fmax(highest, weights[p]);
  }
  for (size_t i = 0; i < dim; i++) out[i] = 0;
  for (size_t p = 0; p < positions; p++) {
    weights[p] = exp(weights[p] - highest);
    total += weights[p];
    weights[p] *= scale_at(job->pages[p / 64] + job->value_offset, p % 64, job->element, dim);
  }
  for (size_t page = 0; job->element == LFM_KV_I16 && page < positions; page += 64) {
    const size_t end = positions - page < 64 ? positions : page + 64;
    double most = 0;
    for (size_t p = page; p < end; p++) most = fmax(most, weights[p]);
    for (size_t p = page; p < end; p++) weights[p] = nearbyint(weights[p] / most * 8191) * most / 8191;
  }
  for (size_t p = 0; p < positions; p++) {
    const uint8_t *values = job->pages[p / 64] + job->value_offset;
    for (size_t i = 0; i < dim; i++)
      out[i] += weights[p] * stored_at(values, value_place(i, p % 64, job->element, dim), job->element);
  }
  for (size_t i = 0; i < dim; i++) out[i] /= total;
}

static void check_case(const lfm_kernels *k, int32_t element, const attention_case *a, digest *d) {
  random_source r = {67};
  const size_t dim = a->dim, stride = a->group * dim, half = half_page(element, dim);
  const size_t count = a->first + a->rows - 1;
  uint8_t **pages = allocate((count / 64 + 1) * sizeof *pages);
  for (size_t p = 0; p < count; p++) {
    if (p % 64 == 0) pages[p / 64] = allocate(2 * half);
    lfm_store_key_value(k, pages[p / 64], pages[p / 64] + half, element, p % 64, dim,
                        random_floats(&r, dim, -2, 2), random_floats(&r, dim, -1, 1));
  }
  const size_t heads = a->rows * a->group, segments = lfm_attention_segments(count);
  const size_t distance = heads * lfm_attention_record(dim);
  float *out = allocate(heads * dim * sizeof *out), *parts = allocate(heads * dim * sizeof *out);
  float *one = allocate(dim * sizeof *one), *records = allocate(segments * distance * sizeof *records);
  double *weights = allocate(count * sizeof *weights), *expected = allocate(dim * sizeof *expected);
  lfm_attention_job job = {
      .queries = random_floats(&r, heads * dim, -2, 2), .query_stride = stride, .rows = a->rows,
      .group = a->group, .head_dim = dim, .pages = pages, .key_offset = 0, .value_offset = half,
      .element = element, .positions = a->first, .scale = 1 / sqrtf((float)dim), .output = out,
      .output_stride = stride,
      .scratch = allocate(lfm_attention_scratch(heads, dim) * sizeof(float))};
  lfm_attention(k, &job);
  lfm_attention_job apart = job;
  apart.output = parts;
  for (size_t s = segments; s-- > 0;) lfm_attention_part(k, &apart, s, records + s * distance);
  lfm_attention_join(k, &apart, records, distance);
  expect(same_bits(out, parts, heads * dim), "%s %s: in parts", k->name, elements[element]);
  for (size_t h = 0; h < heads; h++) {
    lfm_attention_job alone = job;
    alone.queries += h * dim;
    alone.rows = alone.group = 1;
    alone.positions += h / a->group;
    alone.output = one;
    lfm_attention(k, &alone);
    expect(same_bits(one, out + h * dim, dim), "%s %s: head %zu alone", k->name, elements[element], h);
    truth(&job, alone.queries, alone.positions, weights, expected);
    int well = 1;
    // A weight that lies between two integers may go to either.
    for (size_t i = 0; i < dim; i++)
      well &= near(out[h * dim + i], expected[i]) ||
          (element == LFM_KV_I16 && fabs((double)out[h * dim + i] - expected[i]) < 1.5e-4);
    expect(well, "%s %s: attention of %zu to %zu, head %zu", k->name, elements[element], dim,
           alone.positions, h);
  }
  if (d) digest_add(d, out, heads * dim * sizeof *out);
}

void check_attention(digest *d) {
  static const size_t shapes[][2] = {{2, 1}, {6, 3}, {16, 4}, {36, 5}, {64, 4}, {64, 9}};
  static const size_t firsts[] = {1, 2, 63, 64, 65, 128, 200};
  static const attention_case together[] = {
      {64, 4, 1, 67}, {64, 2, 4095, 3}, {20, 3, 60, 9}, {16, 1, 4096, 1}, {16, 33, 70, 2}};
  for (size_t n = 0; n < COUNT(names); n++) {
    const lfm_kernels *k = lfm_kernels_named(names[n]);
    if (!k) continue;
    digest *to = k == lfm_kernels_named("exact") && strcmp(k->name, "plain") != 0 ? d : NULL;
    for (int32_t element = LFM_KV_F32; element <= LFM_KV_I16; element++) {
      check_storing(k, element, to);
      for (size_t s = 0; s < COUNT(shapes); s++)
        for (size_t f = 0; f < COUNT(firsts); f++)
          check_case(k, element, &(attention_case){shapes[s][0], shapes[s][1], firsts[f], 1}, to);
      for (size_t i = 0; i < COUNT(together); i++) check_case(k, element, &together[i], to);
    }
  }
}
