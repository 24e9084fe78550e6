// The exact family's weights and products: rows bit for bit what the slow twin makes of them, sums near those in double
// precision, every column and every run of rows as alone.
#include <string.h>

#include "check.h"

enum { ROWS = 21, MOST = 50 };

static const char *const names[] = {"avx512vnni", "avx512", "avx2", "neon", "plain"};

static void check_rows(const lfm_kernels *k, const check_matrix *m, const lfm_matrix *w, digest *d) {
  const size_t padded = (m->columns + 15) / 16 * 16;
  float *out = allocate((padded + 1) * sizeof *out);
  for (size_t row = 0; row < m->rows; row++) {
    lfm_dequantize_row(k, w, row, out);
    int zeros = 1;
    for (size_t i = m->columns; i < padded; i++) zeros &= out[i] == 0;
    expect(same_bits(out, m->values + row * m->columns, m->columns) && zeros && out[padded] != out[padded],
           "%s %s: a row of %zu", k->name, m->type->name, m->columns);
    if (d) digest_add(d, out, padded * sizeof *out);
  }
}

static void check_product(
    const lfm_kernels *k, const check_matrix *m, const lfm_matrix *w, random_source *r, digest *d) {
  float *inputs[MOST], *alone[MOST], *each[MOST];
  float *scratch = allocate(lfm_product_scratch(m->columns) * sizeof *scratch);
  double *truth = allocate(MOST * ROWS * sizeof *truth);
  for (size_t c = 0; c < MOST; c++) {
    inputs[c] = random_floats(r, m->columns, -3, 3);
    alone[c] = allocate(ROWS * sizeof(float));
    each[c] = allocate((ROWS + 1) * sizeof(float));
    lfm_product(k, w, 0, ROWS, (const float *const *)&inputs[c], &alone[c], 1, scratch);
    for (size_t row = 0; row < ROWS; row++) {
      double sum = 0;
      for (size_t i = 0; i < m->columns; i++)
        sum += (double)m->values[row * m->columns + i] * (double)inputs[c][i];
      truth[c * ROWS + row] = sum;
    }
  }
  static const size_t counts[] = {1, 2, 3, 4, 5, 6, 7, 9, MOST};
  for (size_t i = 0; i < COUNT(counts); i++) {
    lfm_product(k, w, 0, 9, (const float *const *)inputs, each, counts[i], scratch);
    lfm_product(k, w, 9, ROWS, (const float *const *)inputs, each, counts[i], scratch);
    distance far = {0, 0};
    for (size_t c = 0; c < counts[i]; c++) {
      expect(same_bits(each[c], alone[c], ROWS) && each[c][ROWS] != each[c][ROWS],
             "%s %s: column %zu of %zu, %zu long", k->name, m->type->name, c, counts[i], m->columns);
      for (size_t row = 0; row < ROWS; row++) distance_add(&far, each[c][row], truth[c * ROWS + row]);
      if (d) digest_add(d, each[c], ROWS * sizeof(float));
    }
    expect(distance_within(&far, 1e-12), "%s %s: %zu columns %zu long, %g", k->name, m->type->name,
           counts[i], m->columns, far.error / far.size);
  }
}

void check_products(digest *d) {
  static const size_t lengths[3][4] = {{1, 17, 60, 130}, {32, 96, 544, 1056}, {256, 768, 1024, 256}};
  for (size_t s = 0; s < COUNT(names); s++) {
    const lfm_kernels *k = lfm_kernels_named(names[s]);
    if (!k) continue;
    digest *to = k == lfm_kernels_named("exact") && strcmp(k->name, "plain") != 0 ? d : NULL;
    random_source r = {53};
    for (size_t t = 0; t < TYPES; t++)
      for (size_t i = 0; i < 4; i++) {
        const check_type *type = &check_types[t];
        const int row = type->elements == 1 ? 0 : type->elements == 32 ? 1 : 2;
        check_matrix m = random_matrix(&r, type, ROWS, lengths[row][i]);
        lfm_matrix w = {m.bytes, m.row_bytes, m.columns, type->number};
        check_rows(k, &m, &w, to);
        check_product(k, &m, &w, &r, to);
      }
  }
}
