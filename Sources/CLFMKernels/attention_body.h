// Softmax attention of consecutive rows of one sequence to the positions up to their own, page by page: a running
// maximum, sum and weighted mean for each row, rescaled when the maximum rises. Pages are the absolute blocks of 64
// positions, and after every LFM_SEGMENT_PAGES of them a row begins anew and the results are merged: what a row gets is the
// same however its prompt was cut into chunks and however many threads share its positions.
#include "vector_body.h"

#include "attention_tiles_body.h"
#include "rounding_body.h"
#include "attention_words_body.h"

#define attend_page LFM_NAME(attend_page)
#define strip_scores LFM_NAME(strip_scores)
#define strip_values LFM_NAME(strip_values)
#define attend_strip LFM_NAME(attend_strip)
#define call_for_share LFM_NAME(call_for_share)
#define attend_segment LFM_NAME(attend_segment)
#define attend_merge LFM_NAME(attend_merge)
#define attention_plan LFM_NAME(attention_plan)
#define attention_page LFM_NAME(attention_page)
#define plan_attention LFM_NAME(plan_attention)
#define attention_page_at LFM_NAME(attention_page_at)
#define attend_begin LFM_NAME(attend_begin)
#define attend_finish LFM_NAME(attend_finish)
#define attend_segment_of LFM_NAME(attend_segment_of)
#define scale_queries LFM_NAME(scale_queries)

// Where a job's scratch lies, and what of it is constant. A record is a row's weighted mean, its maximum, its total.
typedef struct attention_plan {
  size_t rows, stride, record;
  float *queries;  // [rows][head_dim], scaled; of integers the words, a whole number of pairs each
  float *query_scales;  // of integers: [rows]
  float *weights;  // [LFM_STRIP_ROWS][64]
  float *keys;     // a page's keys and values as floats
  float *values;
  float *segment;  // [rows] records: of the segment at hand
  float *whole;    // [rows] records: of all segments so far
} attention_plan;

// A page's keys and values in the form that the tiles read, and those of the next page, to be asked for meanwhile.
typedef struct attention_page {
  const uint8_t *keys, *values, *next_keys, *next_values;
  const float *key_scales, *value_scales;
} attention_page;

LFM_INLINE attention_plan plan_attention(const lfm_attention_job *job) {
  attention_plan p;
  p.rows = job->rows * job->group;
  p.stride = (job->head_dim + 15) / 16 * 16;
  p.record = lfm_attention_record(job->head_dim);
  p.weights = job->scratch;
  p.keys = p.weights + LFM_STRIP_ROWS * 64;
  p.values = p.keys + 64 * job->head_dim;
  p.whole = p.values + 64 * p.stride;
  p.segment = p.whole + p.rows * p.record;
  p.queries = p.segment + p.rows * p.record;
  p.query_scales = p.queries + p.rows * ((job->head_dim + 1) / 2);
  return p;
}

LFM_INLINE void strip_scores(
    const attention_plan *p, const attention_page *page, size_t head_dim, size_t row, const int rows,
    const int element, const size_t ahead, float *scores) {
  if (element == LFM_KV_I16)
    words_scores((const int16_t *)p->queries + row * ((head_dim + 1) / 2 * 2), p->query_scales + row,
                 (head_dim + 1) / 2, page->keys, page->key_scales, rows, page->next_keys, ahead, scores);
  else
    attend_scores(p->queries + row * head_dim, head_dim, page->keys, element, rows, page->next_keys,
                  ahead, scores);
}

LFM_INLINE void strip_values(
    const attention_plan *p, const attention_page *page, size_t head_dim, size_t n, const int rows,
    const int element, const size_t ahead, const float *weights, const float *scales,
    const float *corrections, float *records) {
  if (element == LFM_KV_I16)
    words_values(page->values, head_dim, p->stride, n, rows, page->next_values, ahead, weights, scales,
                 corrections, records, p->record);
  else
    attend_values(page->values, p->stride, n, element, rows, page->next_values, ahead, weights,
                  corrections, records, p->record);
}

// At most LFM_STRIP_ROWS rows that see the first n positions of a page: first all scores, then all weights, then all
// means, so that one row's exponentials do not wait for its sums.
LFM_INLINE void attend_strip(
    const attention_plan *p, const attention_page *page, size_t head_dim, size_t first,
    size_t count, size_t n, const int element, const size_t ahead) {
  float *weights = p->weights, *records = p->segment + first * p->record;
  float corrections[LFM_STRIP_ROWS], scales[LFM_STRIP_ROWS];
  size_t r = 0;
  for (; r + LFM_TILE_ROWS <= count; r += LFM_TILE_ROWS)
    strip_scores(p, page, head_dim, first + r, LFM_TILE_ROWS, element, ahead, weights + r * 64);
  for (; r < count; r++) strip_scores(p, page, head_dim, first + r, 1, element, ahead, weights + r * 64);
  for (r = 0; r < count; r++) {
    float *state = records + r * p->record + p->stride;
    // Integers' scores have the keys' scales in them.
    const float *key_scales = element == LFM_KV_I16 ? NULL : page->key_scales;
    corrections[r] = n == LFM_PAGE_POSITIONS
        ? attend_weigh(weights + r * 64, n, key_scales, page->value_scales, state, state + 1, 1)
        : attend_weigh(weights + r * 64, n, key_scales, page->value_scales, state, state + 1, 0);
    if (element == LFM_KV_I16) scales[r] = words_weights(weights + r * 64);
  }
  for (r = 0; r + LFM_TILE_ROWS <= count; r += LFM_TILE_ROWS)
    strip_values(p, page, head_dim, n, LFM_TILE_ROWS, element, ahead, weights + r * 64, scales + r,
                 corrections + r, records + r * p->record);
  for (; r < count; r++)
    strip_values(p, page, head_dim, n, 1, element, ahead, weights + r * 64, scales + r, corrections + r,
                 records + r * p->record);
}

// Records of rows that have seen nothing.
LFM_INLINE void attend_begin(float *records, size_t rows, size_t stride, size_t record) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < record; i++) records[r * record + i] = 0;
    records[r * record + stride] = -__builtin_inff();
  }
}

LFM_INLINE void scale_queries(const lfm_attention_job *job, const attention_plan *p) {
  const size_t dim = job->head_dim;
  // No score may exceed 31 bits.
  const float most = (float)(0x7fffffff / (LFM_WORD_LIMIT * dim));
  const float limit = most < LFM_WORD_LIMIT ? most : LFM_WORD_LIMIT;
  for (size_t r = 0; r < p->rows; r++) {
    const float *query = job->queries + r / job->group * job->query_stride + r % job->group * dim;
    if (job->element == LFM_KV_I16) {
      int16_t *words = (int16_t *)p->queries + r * ((dim + 1) / 2 * 2);
      p->query_scales[r] = round_words(query, dim, limit, words) * job->scale;
    } else {
      for (size_t i = 0; i < dim; i++) p->queries[r * dim + i] = query[i] * job->scale;
    }
  }
}

// One strip's share of the next page's keys and values, of `bytes` each: all strips together call for all of it.
LFM_INLINE void call_for_share(const attention_page *page, size_t bytes, size_t strip, size_t strips) {
  const size_t share = (bytes + 64 * strips - 1) / (64 * strips) * 64;
  for (size_t at = strip * share; at < bytes && at < (strip + 1) * share; at += 64) {
    __builtin_prefetch(page->next_keys + at, 0, 2);
    __builtin_prefetch(page->next_values + at, 0, 2);
  }
}

// All rows that see the page which begins at `start`.
LFM_INLINE void attend_page(
    const lfm_attention_job *job, const attention_plan *p, const attention_page *page, size_t start,
    const int element, const size_t ahead) {
  size_t row = start < job->positions ? 0 : start - job->positions + 1;
  for (; row < job->rows && job->positions + row < start + 64; row++)
    for (size_t h = 0; h < job->group; h += LFM_STRIP_ROWS) {
      size_t count = job->group - h < LFM_STRIP_ROWS ? job->group - h : LFM_STRIP_ROWS;
      attend_strip(p, page, job->head_dim, row * job->group + h, count,
                   job->positions + row - start, element, ahead);
    }
  const size_t first = row * job->group, strips = (p->rows - first + LFM_STRIP_ROWS - 1) / LFM_STRIP_ROWS;
  for (size_t r = first; r < p->rows; r += LFM_STRIP_ROWS) {
    size_t count = p->rows - r < LFM_STRIP_ROWS ? p->rows - r : LFM_STRIP_ROWS;
    if (element == LFM_KV_I16 && ahead == 0)
      call_for_share(page, lfm_key_bytes(element, job->head_dim) + 256, (r - first) / LFM_STRIP_ROWS, strips);
    attend_strip(p, page, job->head_dim, r, count, 64, element, ahead);
  }
}

// A page's addresses, and those of the one that follows it here.
LFM_INLINE attention_page attention_page_at(
    const lfm_attention_job *job, size_t index, size_t following, const int element) {
  const uint8_t *here = job->pages[index], *next = job->pages[following];
  size_t bytes = lfm_key_bytes(element, job->head_dim);
  attention_page page = {
      .keys = here + job->key_offset,
      .values = here + job->value_offset,
      .next_keys = next + job->key_offset,
      .next_values = next + job->value_offset,
  };
  if (element == LFM_KV_Q8 || element == LFM_KV_I16) {
    page.key_scales = (const float *)(page.keys + bytes);
    page.value_scales = (const float *)(page.values + bytes);
  }
  return page;
}

// The pages begin ..< end, as far as any row sees them, into the segment's records. Few rows read a page as it is stored
// and ask for the next one meanwhile, and integers are always read as they are; for many rows, and where a row is no whole
// number of vectors, floats are expanded once.
LFM_INLINE void attend_segment(
    const lfm_attention_job *job, const attention_plan *p, size_t begin, size_t end,
    const int element) {
  attend_begin(p->segment, p->rows, p->stride, p->record);
  const size_t last = job->positions + job->rows - 1, head_dim = job->head_dim;
  // Bytes of a dimension's keys, or of a pair's.
  const size_t ahead = element == LFM_KV_F32 || element == LFM_KV_I16 ? 256 : element == LFM_KV_F16 ? 128 : 64;
  const int few = p->rows <= LFM_TILE_ROWS, whole = head_dim % 16 == 0;
  for (size_t index = begin; index < end && index * 64 < last; index++) {
    size_t following = index + 1 < end && (index + 1) * 64 < last ? index + 1 : index;
    attention_page page = attention_page_at(job, index, following, element);
    if (few && (whole || element == LFM_KV_I16)) {
      attend_page(job, p, &page, index * 64, element, ahead);
      continue;
    }
    if (element == LFM_KV_I16) {
      attend_page(job, p, &page, index * 64, element, 0);
      continue;
    }
    if (element != LFM_KV_F32 || !whole) {
      size_t stored = last - index * 64 < 64 ? last - index * 64 : 64;
      page_expand(page.keys, head_dim, 64, element, p->keys);
      page_expand(page.values, stored, head_dim, element, p->values);
      page.keys = (const uint8_t *)p->keys;
      page.values = (const uint8_t *)p->values;
    }
    attend_page(job, p, &page, index * 64, LFM_KV_F32, 0);
  }
}

// Adds a segment's record to a row's whole. Of a segment that the row does not see, the total is 0.
LFM_INLINE void attend_merge(float *whole, const float *segment, size_t stride) {
  if (segment[stride + 1] == 0) return;
  float a = whole[stride], b = segment[stride], m = a > b ? a : b;
  a = exp1(a - m);
  b = exp1(b - m);
  for (size_t d = 0; d < stride; d += 16)
    v_store(whole + d, v_load(whole + d) * v_set(a) + v_load(segment + d) * v_set(b));
  whole[stride] = m;
  whole[stride + 1] = whole[stride + 1] * a + segment[stride + 1] * b;
}

LFM_INLINE void attend_segment_of(
    const lfm_attention_job *job, const attention_plan *p, size_t segment) {
  size_t begin = segment * LFM_SEGMENT_PAGES, end = begin + LFM_SEGMENT_PAGES;
  if (job->element == LFM_KV_F32) attend_segment(job, p, begin, end, LFM_KV_F32);
  if (job->element == LFM_KV_F16) attend_segment(job, p, begin, end, LFM_KV_F16);
  if (job->element == LFM_KV_Q8) attend_segment(job, p, begin, end, LFM_KV_Q8);
  if (job->element == LFM_KV_I16) attend_segment(job, p, begin, end, LFM_KV_I16);
}

LFM_INLINE void attend_finish(const lfm_attention_job *job, const attention_plan *p) {
  for (size_t r = 0; r < p->rows; r++) {
    const float *record = p->whole + r * p->record;
    float *out = job->output + r / job->group * job->output_stride + r % job->group * job->head_dim;
    float scale = 1.0f / record[p->stride + 1];
    for (size_t d = 0; d < job->head_dim; d++) out[d] = record[d] * scale;
  }
}

void LFM_NAME(lfm_attention)(const lfm_attention_job *job) {
  attention_plan p = plan_attention(job);
  attend_begin(p.whole, p.rows, p.stride, p.record);
  scale_queries(job, &p);
  for (size_t s = 0; s < lfm_attention_segments(job->positions + job->rows - 1); s++) {
    attend_segment_of(job, &p, s);
    for (size_t r = 0; r < p.rows; r++)
      attend_merge(p.whole + r * p.record, p.segment + r * p.record, p.stride);
  }
  attend_finish(job, &p);
}

void LFM_NAME(lfm_attention_part)(const lfm_attention_job *job, size_t segment, float *records) {
  attention_plan p = plan_attention(job);
  p.segment = records;
  scale_queries(job, &p);
  attend_segment_of(job, &p, segment);
}

void LFM_NAME(lfm_attention_join)(
    const lfm_attention_job *job, const float *records, size_t distance) {
  attention_plan p = plan_attention(job);
  attend_begin(p.whole, p.rows, p.stride, p.record);
  for (size_t s = 0; s < lfm_attention_segments(job->positions + job->rows - 1); s++)
    for (size_t r = 0; r < p.rows; r++)
      attend_merge(p.whole + r * p.record, records + s * distance + r * p.record, p.stride);
  attend_finish(job, &p);
}
