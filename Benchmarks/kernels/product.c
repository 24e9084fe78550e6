// How fast the matrix product of the exact family is, by weight type, instruction set and number of columns, on one
// core: rows that stay in the cache, and rows streamed from memory. Best of several runs, in processor time.
//
//   clang -O2 -ISources/CLFMKernels/include Benchmarks/kernels/product.c Sources/CLFMKernels/*.c -lm -o /tmp/product
//   /tmp/product [exact|avx512|avx2|plain|neon]
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "CLFMKernels.h"

enum { COLUMNS = 2048, INPUTS = 48 };

static const struct {
  const char *name;
  int32_t type;
  size_t block, bytes;
} types[] = {
    {"F32", LFM_WEIGHT_F32, 1, 4},       {"F16", LFM_WEIGHT_F16, 1, 2},
    {"BF16", LFM_WEIGHT_BF16, 1, 2},     {"Q8_0", LFM_WEIGHT_Q8_0, 32, 34},
    {"Q4_0", LFM_WEIGHT_Q4_0, 32, 18},   {"Q4_K", LFM_WEIGHT_Q4_K, 256, 144},
    {"Q5_K", LFM_WEIGHT_Q5_K, 256, 176}, {"Q6_K", LFM_WEIGHT_Q6_K, 256, 210},
};

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void measure(const lfm_kernels *k, size_t type, size_t rows, size_t count, int runs) {
  size_t row_bytes = COLUMNS / types[type].block * types[type].bytes;
  uint8_t *data = malloc(rows * row_bytes);
  float *inputs = aligned_alloc(64, INPUTS * COLUMNS * sizeof(float));
  float *outputs = aligned_alloc(64, INPUTS * rows * sizeof(float));
  float *scratch = aligned_alloc(64, lfm_product_scratch(COLUMNS) * sizeof(float));
  if (!data || !inputs || !outputs || !scratch) exit(1);
  for (size_t i = 0; i < INPUTS * COLUMNS; i++) inputs[i] = (float)(i % 7);
  // Bytes below 64 make small finite numbers of every type.
  for (size_t i = 0; i < rows * row_bytes; i++) data[i] = (uint8_t)(i * 2654435761u >> 13) & 63;
  const float *in[INPUTS];
  float *out[INPUTS];
  for (size_t i = 0; i < INPUTS; i++) {
    in[i] = inputs + i * COLUMNS;
    out[i] = outputs + i * rows;
  }
  lfm_matrix matrix = {data, row_bytes, COLUMNS, types[type].type};
  double best = 1e9;
  for (int run = 0; run < runs; run++) {
    double start = seconds();
    lfm_product(k, &matrix, 0, rows, in, out, count, scratch);
    double taken = seconds() - start;
    if (taken < best) best = taken;
  }
  printf("%-7s %-5s %6zu rows %3zu columns: %6.1f GMAC/s, %5.1f GB/s of weights\n", k->name,
         types[type].name, rows, count, (double)(rows * COLUMNS * count) / best * 1e-9,
         (double)(rows * row_bytes) / best * 1e-9);
  free(data);
  free(inputs);
  free(outputs);
  free(scratch);
}

int main(int count, char **arguments) {
  const lfm_kernels *k = lfm_kernels_named(count > 1 ? arguments[1] : "exact");
  if (!k) {
    fprintf(stderr, "no such instruction set on this processor\n");
    return 64;
  }
  static const size_t widths[] = {1, 2, 6, 48};
  for (size_t type = 0; type < sizeof types / sizeof *types; type++) {
    for (size_t i = 0; i < 4; i++) measure(k, type, 256, widths[i], 20);
    measure(k, type, 131072, 1, 2);
  }
}
