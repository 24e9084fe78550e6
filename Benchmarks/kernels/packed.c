// How fast the products of the fast family are, by weight type, instruction set and number of columns: rows that stay in the
// cache (integer multiply-accumulates), and one column against rows streamed from memory, in turns with a plain reader of
// the same bytes. Medians of several runs. (Hot figures of few columns are for one thread: more would measure their start.)
//
//   clang -O2 -pthread -ISources/CLFMKernels/include Benchmarks/kernels/packed.c Sources/CLFMKernels/*.c -lm -o /tmp/packed
//   /tmp/packed [threads] [type, as Q4_K, or all] [fast|avx512vnni|avxvnni|avx2|portable|...]
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "CLFMKernels.h"

enum { COLUMNS = 2048, MOST_INPUTS = 512, RUNS = 7, MOST_THREADS = 64 };

static const struct {
  const char *name;
  int32_t type;
  size_t block, bytes;
} types[] = {
    {"Q4_0", LFM_WEIGHT_Q4_0, 32, 18},   {"Q8_0", LFM_WEIGHT_Q8_0, 32, 34},
    {"Q4_K", LFM_WEIGHT_Q4_K, 256, 144}, {"Q5_K", LFM_WEIGHT_Q5_K, 256, 176},
    {"Q6_K", LFM_WEIGHT_Q6_K, 256, 210},
};

typedef struct work {
  const lfm_packed_kernels *k;  // NULL: read only
  lfm_packed matrix;
  size_t begin, end, count;
  const uint8_t *panels;
  float **outputs;
} work;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *huge(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) exit(1);
  madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

static void *go(void *argument) {
  work *w = argument;
  const lfm_packed *m = &w->matrix;
  if (w->k)
    lfm_packed_product(w->k, m, w->begin, w->end, w->panels, w->outputs, w->count);
  else
    lfm_probe_read(m->data + w->begin * m->group_stride, (w->end - w->begin) * m->group_stride);
  return NULL;
}

// Seconds for all groups, shared evenly by the threads.
static double timed(work whole, size_t threads) {
  pthread_t ids[MOST_THREADS];
  work parts[MOST_THREADS];
  double start = seconds();
  for (size_t i = 0; i < threads; i++) {
    parts[i] = whole;
    parts[i].begin = whole.end * i / threads;
    parts[i].end = whole.end * (i + 1) / threads;
    if (i && pthread_create(&ids[i], NULL, go, &parts[i])) exit(1);
  }
  go(&parts[0]);
  for (size_t i = 1; i < threads; i++) pthread_join(ids[i], NULL);
  return seconds() - start;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double median(double *values) {
  qsort(values, RUNS, sizeof *values, compare);
  return values[RUNS / 2];
}

// Groups of numbers that are neither large nor denormal, each packed from its own rows.
static lfm_packed make(size_t type, size_t rows) {
  const size_t row_bytes = COLUMNS / types[type].block * types[type].bytes;
  const size_t group = lfm_packed_group_bytes(types[type].type, COLUMNS);
  uint8_t *raw = malloc(16 * row_bytes), *data = huge(rows / 16 * group);
  uint32_t state = 1;
  for (size_t i = 0; i < 16 * row_bytes; i++) raw[i] = (uint8_t)((state = state * 1664525u + 1013904223u) >> 24);
  for (size_t row = 0; row < 16; row++)
    for (size_t b = 0; b < COLUMNS / types[type].block; b++) {
      const uint16_t scale = 0x2000 + (uint16_t)(row * 16 + b % 8);  // about 0.008
      uint8_t *block = raw + row * row_bytes + b * types[type].bytes;
      const size_t at = types[type].type == LFM_WEIGHT_Q6_K ? 208 : 0;
      memcpy(block + at, &scale, 2);
      if (types[type].block == 256 && !at) memcpy(block + 2, &scale, 2);
    }
  for (size_t g = 0; g < rows / 16; g++)
    lfm_pack_group(types[type].type, raw, row_bytes, 16, COLUMNS, data + g * group);
  free(raw);
  return (lfm_packed){data, group, rows, COLUMNS, types[type].type, lfm_panel_kind_of(types[type].type)};
}

static work prepare(const lfm_packed_kernels *k, lfm_packed m, size_t count) {
  const int32_t kind = m.kind;
  const size_t bytes = lfm_panel_column_bytes(kind, COLUMNS);
  uint8_t *panels = huge(count * bytes), *words[LFM_PANEL_COLUMNS];
  float input[COLUMNS];
  for (size_t first = 0; first < count; first += LFM_PANEL_COLUMNS) {
    size_t n = count - first < LFM_PANEL_COLUMNS ? count - first : LFM_PANEL_COLUMNS;
    for (size_t c = 0; c < n; c++) {
      words[c] = malloc(bytes);
      for (size_t i = 0; i < COLUMNS; i++)
        input[i] = (float)((first + c + i) * 2654435761u % 1000) / 500.0f - 1;
      lfm_quantize_column(k, kind, input, COLUMNS, words[c]);
    }
    lfm_interleave_panel(k, (const uint8_t *const *)words, n, bytes, panels + first * bytes);
    for (size_t c = 0; c < n; c++) free(words[c]);
  }
  float **outputs = malloc(count * sizeof *outputs);
  // Rows that do not share lines of the cache.
  float *results = huge(count * (m.rows + 16) * sizeof(float));
  for (size_t c = 0; c < count; c++) outputs[c] = results + c * (m.rows + 16);
  return (work){k, m, 0, m.rows / 16, count, panels, outputs};
}

int main(int count, char **arguments) {
  const size_t threads = count > 1 ? strtoul(arguments[1], NULL, 10) : 1;
  const char *wanted = count > 2 ? arguments[2] : "all";
  const lfm_packed_kernels *k = lfm_packed_kernels_named(count > 3 ? arguments[3] : "fast");
  int known = !strcmp(wanted, "all");
  for (size_t type = 0; type < sizeof types / sizeof *types; type++) known |= !strcmp(wanted, types[type].name);
  if (!k || !known || threads < 1 || threads > MOST_THREADS) {
    fprintf(stderr, "no such instruction set on this processor, no such type, or threads out of range\n");
    return 64;
  }
  uint64_t operations = lfm_probe_int8(1);
  double peak = 0;
  if (operations) {
    double start = seconds();
    lfm_probe_int8(20000);
    peak = (double)operations * 20000 / (seconds() - start) * 1e-9 * (double)threads;
  }
  static const struct {
    size_t columns;
    int fine;  // of types that have finely rounded activations, too
  } cases[] = {{1, 0}, {2, 0}, {4, 0}, {8, 0}, {64, 0}, {512, 0}, {512, 1}};
  for (size_t type = 0; type < sizeof types / sizeof *types; type++) {
    if (strcmp(wanted, "all") && strcmp(wanted, types[type].name)) continue;
    printf("%-10s %-4s hot, GMAC/s by columns:", k->name, types[type].name);
    lfm_packed m = make(type, 1792);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      const int32_t plain = lfm_panel_kind_of(m.type), fine = lfm_fine_panel_kind_of(m.type);
      if (cases[i].fine && fine == plain) continue;
      m.kind = cases[i].fine ? fine : plain;
      work w = prepare(k, m, cases[i].columns);
      double times[RUNS];
      const size_t repeats = 1 + 256 / cases[i].columns / 4;
      for (int run = 0; run < RUNS; run++) {
        double start = seconds();
        for (size_t r = 0; r < repeats; r++) timed(w, threads);
        times[run] = (seconds() - start) / (double)repeats;
      }
      double rate = 1792.0 * COLUMNS * (double)cases[i].columns / median(times) * 1e-9;
      printf("  %s%zu: %.0f", cases[i].fine ? "fine " : "", cases[i].columns, rate);
      if (peak > 0 && cases[i].columns >= 8) printf(" (%.0f %%)", rate / peak * 100);
    }
    m = make(type, 262144);
    work w = prepare(k, m, 1), reader = w, other = w;
    reader.k = NULL;
    // The same without calling for what comes, or with it where this processor is thought to do better without. Of Q4_0 and
    // Q8_0 nothing is called for.
    lfm_packed_kernels turned = *k;
    turned.lookahead = k->lookahead ? 0 : LFM_LOOKAHEAD;
    other.k = &turned;
    double ours[RUNS], theirs[RUNS], others[RUNS], ratios[RUNS];
    const double bytes = (double)m.rows / 16 * (double)m.group_stride;
    for (int run = 0; run < RUNS; run++) {
      theirs[run] = timed(reader, threads);
      ours[run] = timed(w, threads);
      others[run] = timed(other, threads);
      ratios[run] = theirs[run] / ours[run];
    }
    printf("; streamed: %.1f GB/s, %.0f %% of a reader (%s calls ahead %.1f)\n", bytes / median(ours) * 1e-9,
           median(ratios) * 100, k->lookahead ? "without" : "with", bytes / median(others) * 1e-9);
    munmap((void *)m.data, (size_t)bytes);
  }
}
