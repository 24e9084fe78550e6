// The exact family's operations on rows against plain loops in double precision.
#include <math.h>
#include <string.h>

#include "check.h"

static const char *const names[] = {"avx512vnni", "avx512", "avx2", "neon", "plain"};
static const size_t lengths[] = {1, 2, 15, 16, 17, 36, 64, 250, 4099};

typedef struct check_set {
  const lfm_kernels *k;
  random_source *r;
  digest *d;  // may be NULL
} check_set;

static void note(const check_set *s, const float *x, size_t count) {
  if (s->d) digest_add(s->d, x, count * sizeof *x);
}

static float *copy_of(const float *x, size_t count) {
  return memcpy(allocate(count * sizeof *x), x, count * sizeof *x);
}

static void check_norm(const check_set *s, size_t n) {
  const float *x = random_floats(s->r, n, -3, 3), *weight = random_floats(s->r, n, 0, 2);
  float *out = allocate((n + 1) * sizeof *out);
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  lfm_rms_norm(s->k, x, weight, n, 1e-5f, out);
  for (size_t i = 0; i < n; i++)
    expect(near(out[i], (double)x[i] / sqrt(sum / (double)n + 1e-5) * (double)weight[i]),
           "%s: norm of %zu", s->k->name, n);
  expect(out[n] != out[n], "%s: norm writes past %zu", s->k->name, n);
  note(s, out, n);
}

static void check_rotation(const check_set *s, size_t half) {
  const float *x = random_floats(s->r, 2 * half, -1, 1);
  const float *c = random_floats(s->r, half, -1, 1), *t = random_floats(s->r, half, -1, 1);
  float *head = copy_of(x, 2 * half);
  lfm_rotate(s->k, head, c, t, half);
  for (size_t i = 0; i < half; i++) {
    double a = (double)x[i], b = (double)x[half + i];
    expect(near(head[i], a * (double)c[i] - b * (double)t[i]) &&
               near(head[half + i], b * (double)c[i] + a * (double)t[i]),
           "%s: rotation of %zu", s->k->name, half);
  }
  note(s, head, 2 * half);
}

static void check_gate(const check_set *s, size_t n) {
  const float *g = random_floats(s->r, n, -20, 20), *up = random_floats(s->r, n, -1, 1);
  float *out = copy_of(g, n);
  lfm_gate(s->k, out, up, n);
  for (size_t i = 0; i < n; i++) {
    float one = g[i];
    lfm_gate(s->k, &one, &up[i], 1);
    expect(near(out[i], (double)g[i] / (1 + exp(-(double)g[i])) * (double)up[i]) && same_bits(&one, &out[i], 1),
           "%s: gate of %zu", s->k->name, n);
  }
  note(s, out, n);
}

static void check_gate_extremes(const check_set *s) {
  float x[8] = {INFINITY, -INFINITY, 1e30f, -1e30f, 89, -89, -0.0f, NAN};
  const float one[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  lfm_gate(s->k, x, one, 8);
  expect(x[0] == INFINITY && x[2] == 1e30f && x[4] == 89 && fabsf(x[3]) < 1 && fabsf(x[5]) < 1e-30f &&
             x[6] == 0 && isnan(x[7]),
         "%s: gate's extremes", s->k->name);
}

static void check_sums(const check_set *s, size_t n) {
  const float *x = random_floats(s->r, n, -1, 1), *weights = random_floats(s->r, 3, -1, 1);
  const float *parts[3];
  for (int p = 0; p < 3; p++) parts[p] = random_floats(s->r, n, -1, 1);
  float *added = copy_of(x, n), *combined = copy_of(x, n);
  lfm_add(s->k, added, parts[0], n);
  lfm_combine(s->k, combined, parts, weights, 3, n);
  for (size_t i = 0; i < n; i++) {
    double sum = (double)x[i];
    for (int p = 0; p < 3; p++) sum += (double)weights[p] * (double)parts[p][i];
    expect(added[i] == x[i] + parts[0][i], "%s: add of %zu", s->k->name, n);
    expect(near(combined[i], sum), "%s: combine of %zu", s->k->name, n);
  }
  note(s, added, n);
  note(s, combined, n);
}

static void check_convolution(const check_set *s, size_t hidden, size_t taps, size_t rows) {
  enum { MOST = 9 };
  const size_t past = taps - 1;
  const float *input = random_floats(s->r, rows * 3 * hidden, -1, 1);
  const float *kernel = random_floats(s->r, taps * hidden, -1, 1);
  const float *before = random_floats(s->r, past * hidden, -1, 1);
  float *out = allocate(rows * hidden * sizeof *out), *after = copy_of(before, past * hidden);
  const float *inputs[MOST];
  float *outputs[MOST];
  for (size_t i = 0; i < rows; i++) {
    inputs[i] = input + i * 3 * hidden;
    outputs[i] = out + i * hidden;
  }
  // In two runs of channels, as threads would, and with the window in place.
  for (size_t begin = 0; begin < hidden; begin = begin ? hidden : hidden / 2) {
    lfm_convolution_job job = {inputs, outputs, rows,   hidden, begin, begin ? hidden : hidden / 2,
                               taps,   kernel,  after, after};
    lfm_convolution(s->k, &job);
  }
  for (size_t c = 0; c < hidden; c++) {
    double z[MOST + LFM_MAX_TAPS];  // the columns before the first row, and then the rows'
    for (size_t t = 0; t < past; t++) z[t] = (double)before[t * hidden + c];
    for (size_t i = 0; i < rows; i++)
      z[past + i] = (double)inputs[i][c] * (double)inputs[i][2 * hidden + c];
    for (size_t i = 0; i < rows; i++) {
      double y = 0;
      for (size_t t = 0; t < taps; t++) y += (double)kernel[t * hidden + c] * z[i + t];
      expect(near(outputs[i][c], (double)inputs[i][hidden + c] * y), "%s: convolution of %zu",
             s->k->name, hidden);
    }
    for (size_t t = 0; t < past; t++)
      expect(near(after[t * hidden + c], z[rows + t]), "%s: convolution's window", s->k->name);
  }
  note(s, out, rows * hidden);
  note(s, after, past * hidden);
}

static void check_routing(const check_set *s, size_t experts, size_t used) {
  const float *logits = random_floats(s->r, experts, -4, 4), *bias = random_floats(s->r, experts, -0.3f, 0.3f);
  int32_t chosen[8];
  float weights[8];
  double scores[LFM_MAX_EXPERTS], sum = 0;
  uint8_t taken[LFM_MAX_EXPERTS] = {0};
  lfm_route(s->k, logits, bias, experts, used, 1, 1.5f, chosen, weights);
  for (size_t e = 0; e < experts; e++) scores[e] = 1 / (1 + exp(-(double)logits[e]));
  for (size_t rank = 0; rank < used; rank++) {
    size_t best = experts;
    for (size_t e = 0; e < experts; e++) {
      if (taken[e]) continue;
      if (best == experts || scores[e] + (double)bias[e] > scores[best] + (double)bias[best]) best = e;
    }
    taken[best] = 1;
    sum += scores[best];
  }
  size_t rank = 0;
  for (size_t e = 0; e < experts; e++) {
    if (!taken[e]) continue;
    expect(chosen[rank] == (int32_t)e && near(weights[rank], scores[e] / (sum + 1e-6) * 1.5),
           "%s: expert %zu of %zu", s->k->name, e, experts);
    rank++;
  }
  note(s, weights, used);
}

static void check_ties(const check_set *s) {
  static const float logits[5] = {1, 2, 2, 2, 1}, none[5] = {NAN, NAN, NAN, NAN, NAN};
  int32_t chosen[2];
  float weights[2];
  lfm_route(s->k, logits, NULL, 5, 2, 0, 1, chosen, weights);
  expect(chosen[0] == 1 && chosen[1] == 2 && near(weights[0], 1 / (1 + exp(-2))), "%s: ties", s->k->name);
  lfm_route(s->k, none, NULL, 5, 2, 1, 1, chosen, weights);
  expect(chosen[0] >= 0 && chosen[0] < chosen[1] && chosen[1] < 5, "%s: no numbers", s->k->name);
}

void check_operations(digest *d) {
  static const size_t halves[] = {1, 3, 16, 19, 32};
  static const size_t convolutions[][3] = {{5, 2, 1}, {16, 3, 4}, {37, 3, 1}, {40, 4, 9}, {33, 8, 3}};
  static const size_t routes[][2] = {{1, 1}, {3, 3}, {5, 2}, {32, 4}, {64, 4}, {1024, 8}};
  for (size_t n = 0; n < COUNT(names); n++) {
    random_source r = {59};
    check_set s = {lfm_kernels_named(names[n]), &r, d};
    if (!s.k) continue;
    if (s.k != lfm_kernels_named("exact") || strcmp(s.k->name, "plain") == 0) s.d = NULL;
    for (size_t i = 0; i < COUNT(lengths); i++) {
      check_norm(&s, lengths[i]);
      check_gate(&s, lengths[i]);
      check_sums(&s, lengths[i]);
    }
    check_gate_extremes(&s);
    for (size_t i = 0; i < COUNT(halves); i++) check_rotation(&s, halves[i]);
    for (size_t i = 0; i < COUNT(convolutions); i++)
      check_convolution(&s, convolutions[i][0], convolutions[i][1], convolutions[i][2]);
    for (size_t i = 0; i < COUNT(routes); i++) check_routing(&s, routes[i][0], routes[i][1]);
    check_ties(&s);
  }
}
