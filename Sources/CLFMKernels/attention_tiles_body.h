// The parts of attention over one page of 64 positions, for a few query rows at a time: scores, their exponentials, the
// weighted values, and a page's keys and values as floats. A row's sums run over dimensions and positions in ascending
// order whatever the number of rows and however the page is stored, so a row gets the same bits alone and among others.
#undef LFM_TILE_ROWS
#undef LFM_TILE_VECTORS
// Sums that the registers hold: rows times vectors.
#if LFM_LANES_IN_REGISTERS >= 32
#define LFM_TILE_ROWS 4
#define LFM_TILE_VECTORS 4
#elif LFM_LANES_IN_REGISTERS >= 8
#define LFM_TILE_ROWS 4
#define LFM_TILE_VECTORS 1
#else
#define LFM_TILE_ROWS 2
#define LFM_TILE_VECTORS 1
#endif

#define page_load LFM_NAME(page_load)
#define page_expand LFM_NAME(page_expand)
#define attend_scores LFM_NAME(attend_scores)
#define attend_weigh LFM_NAME(attend_weigh)
#define attend_values LFM_NAME(attend_values)

// 16 elements from `index` on, a byte's scale left out.
LFM_INLINE v16 page_load(const uint8_t *page, size_t index, const int element) {
  if (element == LFM_KV_F32) return v_load((const float *)page + index);
  if (element == LFM_KV_F16) return v_half_load(page + index * 2);
  s16x8 bytes;
  __builtin_memcpy(&bytes, page + index, sizeof bytes);
  return __builtin_convertvector(__builtin_convertvector(bytes, i16x32), v16);
}

// `rows` rows of `columns` elements as floats, each row filled up with zeros to a multiple of 16.
LFM_INLINE void page_expand(
    const uint8_t *page, size_t rows, size_t columns, const int element, float *out) {
  size_t width = element == LFM_KV_F32 ? 4 : element == LFM_KV_F16 ? 2 : 1;
  size_t stride = (columns + 15) / 16 * 16;
  for (size_t row = 0; row < rows; row++) {
    size_t column = 0;
    for (; column + 16 <= columns; column += 16)
      v_store(out + row * stride + column, page_load(page, row * columns + column, element));
    if (column == columns) continue;
    uint8_t rest[64] = {0};
    __builtin_memcpy(rest, page + (row * columns + column) * width, (columns - column) * width);
    v_store(out + row * stride + column, page_load(rest, 0, element));
  }
}

// scores[r][0 ..< 64] = queries[r] · keys. Meanwhile the lines of `next` are asked for, `ahead` bytes of them for every
// dimension, in the second-level cache (the first holds this page, and not the next one beside it); of positions that
// are not stored the scores are anything.
LFM_INLINE void attend_scores(
    const float *queries, size_t head_dim, const uint8_t *keys, const int element, const int rows,
    const uint8_t *next, const size_t ahead, float *scores) {
  for (size_t b = 0; b < 64; b += 16 * LFM_TILE_VECTORS) {
    v16 s[LFM_TILE_ROWS][LFM_TILE_VECTORS];
    LFM_UNROLL for (int r = 0; r < rows; r++)
      LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++) s[r][v] = v_set(0.0f);
    for (size_t d = 0; d < head_dim; d++) {
      LFM_UNROLL for (size_t line = 0; line < ahead; line += 64)
        if (b == 0) __builtin_prefetch(next + d * ahead + line, 0, 2);
      v16 k[LFM_TILE_VECTORS];
      LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++)
        k[v] = page_load(keys, d * 64 + b + (size_t)v * 16, element);
      LFM_UNROLL for (int r = 0; r < rows; r++) {
        v16 q = v_set(queries[(size_t)r * head_dim + d]);
        LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++) s[r][v] = v_fma(q, k[v], s[r][v]);
      }
    }
    LFM_UNROLL for (int r = 0; r < rows; r++)
      LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++)
        v_store(scores + r * 64 + b + (size_t)v * 16, s[r][v]);
  }
}

// Scores of the first n positions become weights under the row's new maximum, and its total follows; the others are 0.
// Returns what the row's mean is to be multiplied by. The scales of a page of bytes go into the scores and weights. Where all
// 64 count (a constant), nothing is masked: the same bits, sooner.
LFM_INLINE float attend_weigh(
    float *scores, size_t n, const float *key_scales, const float *value_scales, float *maximum,
    float *total, const int all) {
  static const float indices[64] = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  const v16 lowest = v_set(-__builtin_inff()), count = v_set((float)n);
  v16 s[4], highest = lowest;
  LFM_UNROLL for (int b = 0; b < 4; b++) {
    s[b] = v_load(scores + b * 16);
    if (key_scales) s[b] *= v_load(key_scales + b * 16);
    if (!all) s[b] = v_select(v_load(indices + b * 16) < count, s[b], lowest);
    highest = v_larger(s[b], highest);
  }
  float m = v_max(highest), before = *maximum;
  m = m > before ? m : before;
  v16 sum[4];
  LFM_UNROLL for (int b = 0; b < 4; b++) {
    v16 e = v_exp_below(s[b] - v_set(m));
    i16x32 inside = v_load(indices + b * 16) < count;
    sum[b] = all ? e : v_select(inside, e, v_set(0.0f));
    if (value_scales) e *= v_load(value_scales + b * 16);
    v_store(scores + b * 16, all ? e : v_select(inside, e, v_set(0.0f)));
  }
  float correction = m == before ? 1.0f : exp1(before - m);
  *maximum = m;
  *total = *total * correction + v_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
  return correction;
}

// means[r] = means[r] * corrections[r] + sum over the first n positions of weights[r][j] * values[j]: `stride` lanes,
// a multiple of 16. means are `record` floats apart. `next` as in attend_scores, for every position.
LFM_INLINE void attend_values(
    const uint8_t *values, size_t stride, size_t n, const int element, const int rows,
    const uint8_t *next, const size_t ahead, const float *weights, const float *corrections,
    float *means, size_t record) {
  size_t d = 0;
#define LFM_VALUES(VECTORS)                                                                       \
  for (; d + 16 * (VECTORS) <= stride; d += 16 * (VECTORS)) {                                     \
    v16 sum[LFM_TILE_ROWS][VECTORS];                                                              \
    LFM_UNROLL for (int r = 0; r < rows; r++)                                                     \
      LFM_UNROLL for (int v = 0; v < (VECTORS); v++)                                              \
        sum[r][v] = v_load(means + (size_t)r * record + d + v * 16) * v_set(corrections[r]);      \
    for (size_t j = 0; j < n; j++) {                                                              \
      LFM_UNROLL for (size_t line = 0; line < ahead; line += 64)                                  \
        if (d == 0) __builtin_prefetch(next + j * ahead + line, 0, 2);                            \
      v16 x[VECTORS];                                                                             \
      LFM_UNROLL for (int v = 0; v < (VECTORS); v++)                                              \
        x[v] = page_load(values, j * stride + d + (size_t)v * 16, element);                       \
      LFM_UNROLL for (int r = 0; r < rows; r++) {                                                 \
        v16 w = v_set(weights[(size_t)r * 64 + j]);                                               \
        LFM_UNROLL for (int v = 0; v < (VECTORS); v++) sum[r][v] = v_fma(w, x[v], sum[r][v]);     \
      }                                                                                           \
    }                                                                                             \
    LFM_UNROLL for (int r = 0; r < rows; r++)                                                     \
      LFM_UNROLL for (int v = 0; v < (VECTORS); v++)                                              \
        v_store(means + (size_t)r * record + d + v * 16, sum[r][v]);                              \
  }
  LFM_VALUES(LFM_TILE_VECTORS)
#if LFM_TILE_VECTORS > 1
  LFM_VALUES(1)
#endif
#undef LFM_VALUES
}
