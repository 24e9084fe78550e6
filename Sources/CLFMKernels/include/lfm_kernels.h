// The arithmetic of the model on arrays: what Swift calls. Each function reads and writes only what its arguments name;
// nothing here allocates, blocks, or keeps state. Sizes were checked by the caller.
//
// Every operation exists once in source and is compiled for several instruction sets; a `lfm_kernels` names one set.
// All of them are the *exact family*: weights dequantised exactly, activations kept in f32. Within one set, a result
// depends on its own inputs alone, never on its neighbours, the number of columns, or how the work was cut.
#ifndef LFM_KERNELS_H
#define LFM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// How a weight is stored; ggml's numbers. Others that dequantize.h knows may stand where these do: without vector code.
enum lfm_weight_type {
  LFM_WEIGHT_F32 = 0,
  LFM_WEIGHT_F16 = 1,
  LFM_WEIGHT_Q4_0 = 2,
  LFM_WEIGHT_Q8_0 = 8,
  LFM_WEIGHT_Q4_K = 12,
  LFM_WEIGHT_Q5_K = 13,
  LFM_WEIGHT_Q6_K = 14,
  LFM_WEIGHT_BF16 = 30,
};

// How keys and values are stored in a page. Q8: as signed bytes, a scale for each position of each head, which stand
// after the bytes as 64 floats, the keys' and the values' apart. I16: as integers of 13 bits, in pairs (keys as
// [pair of dimensions][64][2], values as [pair of positions][head_dim][2]), with scales likewise.
enum lfm_kv_element { LFM_KV_F32 = 0, LFM_KV_F16 = 1, LFM_KV_Q8 = 2, LFM_KV_I16 = 3 };

enum {
  // Positions of a key/value page.
  LFM_PAGE_POSITIONS = 64,
  // Of lfm_product: rows that it keeps dequantised at a time, columns that go together, and, where tiles are narrow,
  // steps of k between two visits to their sums. A run of all rows takes 16 KiB: the first-level cache holds it beside
  // a tile's columns.
  LFM_PRODUCT_ROWS = 16,
  LFM_PRODUCT_COLUMNS = 48,
  LFM_PRODUCT_RUN = 256,
  // The most experts of a layer, and taps of a short convolution.
  LFM_MAX_EXPERTS = 1024,
  LFM_MAX_TAPS = 8,
  // Of attention: pages of a segment, after each of which a row begins anew; rows that go together between a page's
  // scores and its values.
  LFM_SEGMENT_PAGES = 64,
  LFM_STRIP_ROWS = 32,
  // The largest magnitude of an I16, and that of a page's weights which multiply 64 of them.
  LFM_WORD_LIMIT = 4095,
  LFM_WORD_WEIGHT_LIMIT = 8191,
};

// A matrix of weights, row after row as the checkpoint has it.
typedef struct lfm_matrix {
  const uint8_t *data;
  size_t row_bytes;
  size_t columns;  // a multiple of the type's block
  int32_t type;    // enum lfm_weight_type
} lfm_matrix;

// Consecutive positions of one sequence and one key/value head: the `group` query heads of the first one attend to
// positions 0 ..< positions, those of each following one to one more.
typedef struct lfm_attention_job {
  const float *queries;  // [rows] of [group][head_dim]
  size_t query_stride;   // floats from one of the rows to the next
  size_t rows;
  size_t group;
  size_t head_dim;
  uint8_t *const *pages;  // the sequence's pages, as many as the last row sees
  size_t key_offset;      // bytes from a page's start to [head_dim][64] keys, or pairs
  size_t value_offset;    // bytes from a page's start to [64][head_dim] values, or pairs
  int32_t element;        // enum lfm_kv_element
  size_t positions;       // at least 1
  float scale;
  float *output;  // [rows] of [group][head_dim]
  size_t output_stride;
  float *scratch;  // lfm_attention_scratch floats
} lfm_attention_job;

// A run of one sequence's rows through a gated short convolution, for channels begin ..< end.
typedef struct lfm_convolution_job {
  const float *const *inputs;  // rows of [B | C | X], each of 3 * hidden
  float *const *outputs;       // rows of hidden
  size_t rows;
  size_t hidden;
  size_t begin;
  size_t end;
  size_t taps;         // 2 ... LFM_MAX_TAPS
  const float *kernel;  // [tap][hidden], the oldest tap first
  const float *before;  // [taps - 1][hidden]: columns before the first row, the oldest first
  float *after;         // the same after the last row; may be `before`
} lfm_convolution_job;

typedef struct lfm_kernels {
  const char *name;
  int32_t best_element;  // enum lfm_kv_element of 16 bits that attention reads fastest
  int32_t two_rows;      // whether one column takes two rows of plain floats side by side, not as many as registers hold
  void (*dequantize_row)(const lfm_matrix *, size_t, float *);
  void (*product)(
      const lfm_matrix *, size_t, size_t, const float *const *, float *const *, size_t, float *, int32_t);
  void (*attention)(const lfm_attention_job *);
  void (*attention_part)(const lfm_attention_job *, size_t, float *);
  void (*attention_join)(const lfm_attention_job *, const float *, size_t);
  void (*convolution)(const lfm_convolution_job *);
  void (*rms_norm)(const float *, const float *, size_t, float, float *);
  void (*rotate)(float *, const float *, const float *, size_t);
  void (*gate)(float *, const float *, size_t);
  void (*add)(float *, const float *, size_t);
  void (*combine)(float *, const float *const *, const float *, size_t, size_t);
  void (*store_key_value)(
      uint8_t *, uint8_t *, int32_t, size_t, size_t, const float *, const float *);
  void (*route)(
      const float *, const float *, size_t, size_t, int32_t, float, int32_t *, float *);
} lfm_kernels;

// The set of that name ("plain", "avx2", "avx512", "avx512vnni", "neon"), the best one for "exact", or NULL where this processor
// or program has none.
const lfm_kernels *lfm_kernels_named(const char *name);

// out = one row of weights, bit for bit what the format says, and zeros up to a multiple of 16.
static inline void lfm_dequantize_row(
    const lfm_kernels *k, const lfm_matrix *m, size_t row, float *out) {
  k->dequantize_row(m, row, out);
}

// Floats from one dequantised row to the next: whole vectors, and not a multiple of 4 KiB, which would put all rows into
// the same lines of the cache.
static inline size_t lfm_product_stride(size_t columns) {
  size_t padded = (columns + 15) / 16 * 16;
  return padded % 1024 == 0 ? padded + LFM_PRODUCT_RUN : padded;
}

// Floats of scratch that lfm_product needs.
static inline size_t lfm_product_scratch(size_t columns) {
  return LFM_PRODUCT_ROWS * (lfm_product_stride(columns) + LFM_PRODUCT_COLUMNS * 16);
}

// outputs[c][r] = row r · inputs[c] for rows begin ..< end and c < count.
static inline void lfm_product(
    const lfm_kernels *k, const lfm_matrix *m, size_t begin, size_t end,
    const float *const *inputs, float *const *outputs, size_t count, float *scratch) {
  k->product(m, begin, end, inputs, outputs, count, scratch, k->two_rows);
}

// Bytes of one head's keys (or values) in a page, their scales left out.
static inline size_t lfm_key_bytes(int32_t element, size_t head_dim) {
  if (element == LFM_KV_I16) return LFM_PAGE_POSITIONS * 4 * ((head_dim + 1) / 2);
  return LFM_PAGE_POSITIONS * head_dim *
         (element == LFM_KV_F32 ? 4 : element == LFM_KV_F16 ? 2 : 1);
}

// Floats of what is known of a query head after some segments: its mean, its maximum, its total.
static inline size_t lfm_attention_record(size_t head_dim) { return (head_dim + 15) / 16 * 16 + 16; }

// Segments that a row which sees this many positions has.
static inline size_t lfm_attention_segments(size_t positions) {
  size_t segment = LFM_SEGMENT_PAGES * LFM_PAGE_POSITIONS;
  return (positions + segment - 1) / segment;
}

// Floats of scratch that a job of `rows` query heads in all (job.rows * job.group) needs.
static inline size_t lfm_attention_scratch(size_t rows, size_t head_dim) {
  return LFM_STRIP_ROWS * 64 + 64 * (2 * head_dim + 16) +
         rows * (2 * lfm_attention_record(head_dim) + head_dim + 1);
}

static inline void lfm_attention(const lfm_kernels *k, const lfm_attention_job *job) {
  k->attention(job);
}

// The same in parts, whose results are the same bits: one segment alone, whose rows * group records go to `records`, and
// then the whole, from records of all segments, `distance` floats apart.
static inline void lfm_attention_part(
    const lfm_kernels *k, const lfm_attention_job *job, size_t segment, float *records) {
  k->attention_part(job, segment, records);
}
static inline void lfm_attention_join(
    const lfm_kernels *k, const lfm_attention_job *job, const float *records, size_t distance) {
  k->attention_join(job, records, distance);
}

static inline void lfm_convolution(const lfm_kernels *k, const lfm_convolution_job *job) {
  k->convolution(job);
}

// out = x / sqrt(mean(x^2) + epsilon) * weight; out may be x.
static inline void lfm_rms_norm(
    const lfm_kernels *k, const float *x, const float *weight, size_t count, float epsilon,
    float *out) {
  k->rms_norm(x, weight, count, epsilon, out);
}

// Rotary embedding of one head of 2 * half dimensions: pairs (i, i + half) turn by the angle whose cosine and sine
// are given.
static inline void lfm_rotate(
    const lfm_kernels *k, float *head, const float *cosines, const float *sines, size_t half) {
  k->rotate(head, cosines, sines, half);
}

// gate[i] = silu(gate[i]) * up[i]
static inline void lfm_gate(const lfm_kernels *k, float *gate, const float *up, size_t count) {
  k->gate(gate, up, count);
}

// x[i] += y[i]
static inline void lfm_add(const lfm_kernels *k, float *x, const float *y, size_t count) {
  k->add(x, y, count);
}

// x[i] += sum over parts in order of weights[p] * parts[p][i]
static inline void lfm_combine(
    const lfm_kernels *k, float *x, const float *const *parts, const float *weights,
    size_t part_count, size_t count) {
  k->combine(x, parts, weights, part_count, count);
}

// Put one position's key and value of one head into a page.
static inline void lfm_store_key_value(
    const lfm_kernels *k, uint8_t *keys, uint8_t *values, int32_t element, size_t slot,
    size_t head_dim, const float *key, const float *value) {
  k->store_key_value(keys, values, element, slot, head_dim, key, value);
}

// The experts of one row: the `used` largest of sigmoid(logits) + bias (the lowest index where equal), in index
// order, and their weights: sigmoid(logits), divided by their sum + 1e-6 where `normalized`, times `scaling`. Always
// `used` different experts, even where logits are not numbers. bias may be NULL.
static inline void lfm_route(
    const lfm_kernels *k, const float *logits, const float *bias, size_t experts, size_t used,
    int32_t normalized, float scaling, int32_t *chosen, float *weights) {
  k->route(logits, bias, experts, used, normalized, scaling, chosen, weights);
}

#endif
