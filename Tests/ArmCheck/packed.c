// The fast family: packing against its slow twin, activations against plain rounding, products and gates against double
// precision, every set against the others, every column against itself alone.
#include <math.h>
#include <string.h>

#include "check.h"

enum { MOST = 20, GUARD = 16 };

// Fused sets first; the portable one adds in two steps and is near them only.
static const char *const names[] = {"avx512vnni", "avxvnni", "avx2", "i8mm", "dotprod", "portable"};

static const struct shape {
  size_t rows, blocks;
} shapes[] = {{16, 2}, {37, 1}, {5, 3}, {48, 7}};

static int is_portable(const lfm_packed_kernels *k) { return strcmp(k->name, "portable") == 0; }

// How many numbers share a scale.
static size_t run_of(int32_t kind) {
  switch (kind) {
    case LFM_PANEL_Q4_0:
    case LFM_PANEL_Q8_0:
      return 128;
    case LFM_PANEL_Q4_0_FINE:
    case LFM_PANEL_Q8_0_FINE:
      return 32;
    default:
      return 256;
  }
}

static int is_of_32(int32_t kind) { return kind != LFM_PANEL_Q4_K && kind != LFM_PANEL_Q6_K; }

static int is_of_q4_0(int32_t kind) { return kind == LFM_PANEL_Q4_0 || kind == LFM_PANEL_Q4_0_FINE; }

static int sum_of(const int8_t *q, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; i++) sum += q[i];
  return sum;
}

// One column of activations as packed_layout.h says, and in `rounded` what its bytes mean.
static void plain_words(int32_t kind, const float *x, size_t columns, uint8_t *out, double *rounded) {
  static const int pairs[8] = {0, 2, 1, 3, 4, 6, 5, 7};
  for (size_t from = 0; from < columns; from += run_of(kind)) {
    const size_t run = columns - from < run_of(kind) ? columns - from : run_of(kind);
    float most = 0;
    for (size_t i = 0; i < run; i++) most = fmaxf(most, fabsf(x[from + i]));
    const float inverse = most < 1e-30f ? 0 : 127.0f / most;
    const float scale = most < 1e-30f ? 0 : most / 127.0f;
    int8_t q[256];
    for (size_t i = 0; i < run; i++) q[i] = (int8_t)nearbyintf(x[from + i] * inverse);
    for (size_t i = 0; i < run; i++) rounded[from + i] = (double)scale * q[i];
    memcpy(out, &scale, 4);
    out += 4;
    if (is_of_32(kind)) {
      for (size_t b = 0; b < run; b += 32, out += 36) {
        int32_t sum = sum_of(q + b, 32) * (is_of_q4_0(kind) ? -8 : -128);
        memcpy(out, &sum, 4);
        memcpy(out + 4, q + b, 32);
      }
      continue;
    }
    if (kind == LFM_PANEL_Q4_K)
      for (int i = 0; i < 8; i++, out += 2) {
        int16_t sum = (int16_t)sum_of(q + pairs[i] * 32, 32);
        memcpy(out, &sum, 2);
      }
    if (kind == LFM_PANEL_Q6_K)
      for (int i = 0; i < 16; i++, out += 4) {
        int32_t sum = -32 * sum_of(q + i * 16, 16);
        memcpy(out, &sum, 4);
      }
    memcpy(out, q, run);
    out += run;
  }
}

// Panels of `count` columns by one set's functions, checked against plain loops.
static uint8_t *make_panels(
    const lfm_packed_kernels *k, int32_t kind, float *const *inputs, size_t count, size_t columns) {
  const size_t bytes = lfm_panel_column_bytes(kind, columns);
  uint8_t *words = allocate(bytes * count), *panels = allocate(bytes * count);
  const uint8_t *each[MOST];
  for (size_t c = 0; c < count; c++) {
    each[c] = words + c * bytes;
    lfm_quantize_column(k, kind, inputs[c], columns, words + c * bytes);
  }
  for (size_t c = 0; c < count; c += LFM_PANEL_COLUMNS) {
    size_t n = count - c < LFM_PANEL_COLUMNS ? count - c : LFM_PANEL_COLUMNS, wrong = 0;
    lfm_interleave_panel(k, each + c, n, bytes, panels + c * bytes);
    for (size_t w = 0; w < bytes / 4; w++)
      for (size_t i = 0; i < n; i++)
        wrong += memcmp(panels + c * bytes + (w * n + i) * 4, each[c + i] + w * 4, 4) != 0;
    expect(wrong == 0, "%s: a panel of %zu columns, %zu words", k->name, n, wrong);
  }
  return panels;
}

static lfm_packed pack(const check_matrix *m, int32_t kind) {
  const size_t bytes = lfm_packed_group_bytes(m->type->number, m->columns);
  const size_t groups = (m->rows + 15) / 16;
  uint8_t *out = allocate(groups * bytes);
  for (size_t g = 0; g < groups; g++)
    lfm_pack_group(
        m->type->number, m->bytes + g * 16 * m->row_bytes, m->row_bytes,
        m->rows - g * 16 < 16 ? m->rows - g * 16 : 16, m->columns, out + g * bytes);
  return (lfm_packed){out, bytes, m->rows, m->columns, m->type->number, kind};
}

// Outputs of `count` columns, each with a guard behind its rows that nobody may touch.
static float *outputs_for(size_t rows, size_t count, float **each) {
  float *out = allocate(count * (rows + GUARD) * sizeof *out);
  for (size_t c = 0; c < count; c++) each[c] = out + c * (rows + GUARD);
  return out;
}

static void expect_guards(const char *set, float *const *each, size_t rows, size_t count) {
  static const uint32_t untouched = 0xffffffffu;
  for (size_t c = 0; c < count; c++)
    for (size_t i = 0; i < GUARD; i++)
      expect(memcmp(&each[c][rows + i], &untouched, 4) == 0, "%s: row %zu of %zu written", set,
             rows + i, rows);
}

void check_packing(void) {
  random_source r = {31};
  for (size_t t = FIRST_PACKED; t < TYPES; t++)
    for (size_t blocks = 1; blocks <= 8; blocks++)
      for (size_t rows = 1; rows <= 16; rows += rows == 15 ? 1 : 7) {
        check_matrix m = random_matrix(&r, &check_types[t], rows, blocks * check_types[t].elements);
        size_t bytes = lfm_packed_group_bytes(m.type->number, m.columns);
        uint8_t *fast = allocate(bytes), *slow = allocate(bytes);
        lfm_pack_group(m.type->number, m.bytes, m.row_bytes, rows, m.columns, fast);
        lfm_pack_group_slowly(m.type->number, m.bytes, m.row_bytes, rows, m.columns, slow);
        expect(memcmp(fast, slow, bytes) == 0, "packing %s, %zu rows of %zu blocks", m.type->name,
               rows, blocks);
      }
}

// Rounding of activations: ordinary ones, zeros, some too small for a scale, ties, and one large among small ones.
static void check_rounding(const lfm_packed_kernels *k, digest *d) {
  random_source r = {37};
  for (int32_t kind = LFM_PANEL_Q4_0; kind <= LFM_PANEL_Q8_0_FINE; kind++) {
    // Of 128 columns, the last run is shorter.
    const size_t run = run_of(kind), columns = 6 * run + (run < 256 ? 96 : 0);
    const size_t bytes = lfm_panel_column_bytes(kind, columns);
    float *x = random_floats(&r, columns, -3, 3);
    for (size_t i = 0; i < run; i++) {
      x[run + i] = 0;
      x[2 * run + i] *= 1e-32f;
      x[3 * run + i] = (float)((int)(i % 255) - 127) / 2;
      x[4 * run + i] *= 1e-3f;
    }
    x[3 * run] = 127;
    x[5 * run - 1] = -1e30f;
    uint8_t *found = allocate(bytes), *expected = allocate(bytes);
    double *rounded = allocate(columns * sizeof *rounded);
    float *rest = allocate(columns * sizeof *rest);
    plain_words(kind, x, columns, expected, rounded);
    lfm_quantize_column(k, kind, x, columns, found);
    expect(memcmp(found, expected, bytes) == 0, "%s: rounded activations of kind %d", k->name, kind);
    lfm_quantize_rest(k, kind, x, columns, found, rest);
    for (size_t i = 0; i < columns; i++) {
      const double left = (double)x[i] - rounded[i];
      expect(fabs((double)rest[i] - left) <= 2e-7 * fabs((double)x[i]),
             "%s: what rounding left, %g and not %g", k->name, (double)rest[i], left);
    }
    if (d) {
      digest_add(d, found, bytes);
      digest_add(d, rest, columns * sizeof *rest);
    }
  }
}

// What one set computes is kept for the next to be compared with.
typedef struct results {
  const char *set;
  float *out;
} results;

static void compare(
    const lfm_packed_kernels *k, float *out, size_t count, results *first, const char *what) {
  if (!first->out) {
    *first = (results){k->name, out};
  } else if (!is_portable(k)) {
    expect(same_bits(out, first->out, count), "%s and %s: %s", k->name, first->set, what);
  } else {
    distance d = {0, 0};
    for (size_t i = 0; i < count; i++)
      if (first->out[i] == first->out[i]) distance_add(&d, out[i], (double)first->out[i]);
    expect(distance_within(&d, 1e-10), "%s and %s: %s, %g", k->name, first->set, what,
           d.error / d.size);
  }
}

static void check_product(
    const lfm_packed_kernels *k, const check_matrix *m, int32_t kind, size_t number, results *first, digest *d) {
  random_source r = {41 + number};
  const lfm_packed w = pack(m, kind);
  const size_t end = (m->rows + 15) / 16, bytes = lfm_panel_column_bytes(kind, m->columns);
  float *inputs[MOST], *alone[MOST], *each[MOST];
  double *truth = allocate(MOST * m->rows * sizeof *truth);
  double *rounded = allocate(m->columns * sizeof *rounded);
  outputs_for(m->rows, MOST, alone);
  for (size_t c = 0; c < MOST; c++) {
    inputs[c] = random_floats(&r, m->columns, -3, 3);
    plain_words(kind, inputs[c], m->columns, allocate(bytes), rounded);
    for (size_t row = 0; row < m->rows; row++) {
      double sum = 0;
      for (size_t i = 0; i < m->columns; i++)
        sum += (double)m->values[row * m->columns + i] * rounded[i];
      truth[c * m->rows + row] = sum;
    }
    const uint8_t *panel = make_panels(k, kind, &inputs[c], 1, m->columns);
    lfm_packed_product(k, &w, 0, end, panel, &alone[c], 1);
  }
  static const size_t counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20};
  for (size_t i = 0; i < COUNT(counts); i++) {
    const size_t n = counts[i];
    float *out = outputs_for(m->rows, n, each);
    const uint8_t *panels = make_panels(k, kind, inputs, n, m->columns);
    // In two parts, as the team would.
    lfm_packed_product(k, &w, end / 2, end, panels, each, n);
    lfm_packed_product(k, &w, 0, end / 2, panels, each, n);
    distance far = {0, 0};
    for (size_t c = 0; c < n; c++) {
      expect(same_bits(each[c], alone[c], m->rows), "%s %s: column %zu of %zu", k->name,
             m->type->name, c, n);
      for (size_t row = 0; row < m->rows; row++)
        distance_add(&far, each[c][row], truth[c * m->rows + row]);
    }
    expect(distance_within(&far, 1e-10), "%s %s: %zu columns, %g", k->name, m->type->name, n,
           far.error / far.size);
    expect_guards(k->name, each, m->rows, n);
    compare(k, out, n * (m->rows + GUARD), &first[i], m->type->name);
    if (d) digest_add(d, out, n * (m->rows + GUARD) * sizeof *out);
  }
}

static void check_gate(const lfm_packed_kernels *k, const check_type *type, results *first, digest *d) {
  random_source r = {43};
  enum { ROWS = 20 };
  const check_matrix a = random_matrix(&r, type, ROWS, 2 * type->elements);
  const check_matrix b = random_matrix(&r, type, ROWS, 2 * type->elements);
  const int32_t kind = lfm_panel_kind_of(type->number);
  const lfm_packed gate = pack(&a, kind), up = pack(&b, kind);
  float *inputs[MOST], *each[MOST], *x[MOST], *y[MOST];
  for (size_t c = 0; c < MOST; c++) inputs[c] = random_floats(&r, a.columns, -30, 30);
  for (size_t n = 1; n <= MOST; n++) {
    const uint8_t *panels = make_panels(k, kind, inputs, n, a.columns);
    float *out = outputs_for(ROWS, n, each);
    outputs_for(ROWS, n, x);
    outputs_for(ROWS, n, y);
    lfm_packed_gate(k, &gate, &up, 0, 2, panels, each, n);
    lfm_packed_product(k, &gate, 0, 2, panels, x, n);
    lfm_packed_product(k, &up, 0, 2, panels, y, n);
    for (size_t c = 0; c < n; c++)
      for (size_t row = 0; row < ROWS; row++) {
        double expected = (double)x[c][row] / (1 + exp(-(double)x[c][row])) * (double)y[c][row];
        expect(fabs((double)each[c][row] - expected) <= 1e-5 * fabs(expected) + 1e-12,
               "%s %s: gate of %zu columns, %g and not %g", k->name, type->name, n,
               (double)each[c][row], expected);
      }
    expect_guards(k->name, each, ROWS, n);
    compare(k, out, n * (ROWS + GUARD), &first[n - 1], "gate");
    if (d) digest_add(d, out, n * (ROWS + GUARD) * sizeof *out);
  }
}

// What is not a number is seen in every result of its column, and in no other.
static void check_not_a_number(const lfm_packed_kernels *k, const check_type *type, int32_t kind) {
  random_source r = {47};
  const check_matrix m = random_matrix(&r, type, 16, 2 * type->elements);
  const lfm_packed w = pack(&m, kind);
  for (size_t n = 2; n <= 5; n++)
    for (int infinite = 0; infinite < 2; infinite++) {
      float *inputs[MOST], *clean[MOST], *each[MOST];
      for (size_t c = 0; c < n; c++) inputs[c] = random_floats(&r, m.columns, -1, 1);
      outputs_for(16, n, clean);
      outputs_for(16, n, each);
      lfm_packed_product(k, &w, 0, 1, make_panels(k, kind, inputs, n, m.columns), clean, n);
      inputs[1][5] = infinite ? INFINITY : NAN;
      lfm_packed_product(k, &w, 0, 1, make_panels(k, kind, inputs, n, m.columns), each, n);
      for (size_t c = 0; c < n; c++)
        expect(c == 1 || same_bits(each[c], clean[c], 16), "%s %s: beside what is none", k->name,
               type->name);
      for (size_t row = 0; row < 16; row++)
        expect(!isfinite(each[1][row]), "%s %s: %d hides", k->name, type->name, infinite);
    }
}

void check_packed(digest *d) {
  results products[TYPES][COUNT(shapes)][2][MOST] = {0}, gates[TYPES][MOST] = {0};
  for (size_t s = 0; s < COUNT(names); s++) {
    const lfm_packed_kernels *k = lfm_packed_kernels_named(names[s]);
    if (!k) continue;
    digest *to = k == lfm_packed_kernels_named("fast") && !is_portable(k) ? d : NULL;
    check_rounding(k, to);
    random_source r = {17};
    for (size_t t = FIRST_PACKED; t < TYPES; t++) {
      const int32_t plain = lfm_panel_kind_of(check_types[t].number);
      const int32_t fine = lfm_fine_panel_kind_of(check_types[t].number);
      for (size_t i = 0; i < COUNT(shapes); i++) {
        const size_t columns = shapes[i].blocks * check_types[t].elements;
        check_matrix m = random_matrix(&r, &check_types[t], shapes[i].rows, columns);
        check_product(k, &m, plain, t * 8 + i, products[t][i][0], to);
        if (fine != plain) check_product(k, &m, fine, t * 8 + i, products[t][i][1], to);
      }
      check_gate(k, &check_types[t], gates[t], to);
      check_not_a_number(k, &check_types[t], plain);
      if (fine != plain) check_not_a_number(k, &check_types[t], fine);
    }
  }
}
