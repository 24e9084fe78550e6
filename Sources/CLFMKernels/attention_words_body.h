// The parts of attention over a page of 16-bit integers. A query's head, a position's key and its value are rounded to 13
// bits with a scale each, a page's weights to 13 with one for a row and page: products of pairs are added as integers, at
// twice the rate of floats, and no page is converted first. No sum exceeds 31 bits.
//
// Keys stand as [pair of dimensions][64 positions][2], values as [pair of positions][dimension][2].

#define words_load LFM_NAME(words_load)
#define words_pair LFM_NAME(words_pair)
#define round_words LFM_NAME(round_words)
#define words_scores LFM_NAME(words_scores)
#define words_weights LFM_NAME(words_weights)
#define words_values LFM_NAME(words_values)

LFM_INLINE i16x32 words_load(const uint8_t *p) {
  i16x32 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// One pair in all lanes.
LFM_INLINE i16x32 words_pair(const int16_t *p) {
  int32_t x;
  __builtin_memcpy(&x, p, sizeof x);
  return (i16x32){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

// `count` numbers to integers of at most `limit`, zeros up to a whole pair. Returns their scale.
LFM_INLINE float round_words(const float *x, size_t count, float limit, int16_t *out) {
  float inverse, scale = r_scale(r_largest(x, count), limit, &inverse);
  for (size_t i = 0; i < count; i++) out[i] = (int16_t)r_integer(x[i], inverse, limit);
  if (count % 2) out[count] = 0;
  return scale;
}

// As attend_scores; of `next`, the scales are asked for first, then `ahead` bytes for every pair of dimensions.
LFM_INLINE void words_scores(
    const int16_t *queries, const float *query_scales, size_t pairs, const uint8_t *keys,
    const float *key_scales, const int rows, const uint8_t *next, const size_t ahead, float *scores) {
  LFM_UNROLL for (size_t line = 0; line < 256; line += 64)
    if (ahead) __builtin_prefetch(next + pairs * 256 + line, 0, 2);
  for (size_t b = 0; b < 64; b += 16 * LFM_TILE_VECTORS) {
    i16x32 s[LFM_TILE_ROWS][LFM_TILE_VECTORS];
    LFM_UNROLL for (int r = 0; r < rows; r++)
      LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++) s[r][v] = (i16x32){0};
    for (size_t d = 0; d < pairs; d++) {
      LFM_UNROLL for (size_t line = 0; line < ahead; line += 64)
        if (b == 0) __builtin_prefetch(next + d * ahead + line, 0, 2);
      i16x32 k[LFM_TILE_VECTORS];
      LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++)
        k[v] = words_load(keys + (d * 64 + b + (size_t)v * 16) * 4);
      LFM_UNROLL for (int r = 0; r < rows; r++) {
        i16x32 q = words_pair(queries + ((size_t)r * pairs + d) * 2);
        LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++) s[r][v] = add_pairs(s[r][v], k[v], q);
      }
    }
    LFM_UNROLL for (int v = 0; v < LFM_TILE_VECTORS; v++) {
      v16 scale = v_load(key_scales + b + (size_t)v * 16);
      LFM_UNROLL for (int r = 0; r < rows; r++)
        v_store(scores + r * 64 + b + (size_t)v * 16,
                __builtin_convertvector(s[r][v], v16) * (scale * v_set(query_scales[r])));
    }
  }
}

// A row's 64 weights, none below zero, become integers in their place. Returns their scale.
LFM_INLINE float words_weights(float *weights) {
  float inverse, scale = r_scale(r_largest(weights, 64), LFM_WORD_WEIGHT_LIMIT, &inverse);
  LFM_UNROLL for (int b = 0; b < 4; b++) {
    // Adding 1.5 * 2^23 leaves the rounded number in the low half.
    v16 rounded = v_load(weights + b * 16) * v_set(inverse) + v_set(12582912.0f);
    u16x32 bits;
    __builtin_memcpy(&bits, &rounded, sizeof bits);
    u16x16 half = __builtin_convertvector(bits & 0xffff, u16x16);
    __builtin_memcpy((uint8_t *)weights + b * 32, &half, sizeof half);
  }
  return scale;
}

// As attend_values, for pairs of positions. Lanes past the end of a row are anything.
LFM_INLINE void words_values(
    const uint8_t *values, size_t head_dim, size_t stride, size_t n, const int rows, const uint8_t *next,
    const size_t ahead, const float *weights, const float *scales, const float *corrections, float *means,
    size_t record) {
  size_t d = 0;
  LFM_UNROLL for (size_t line = 0; line < 256; line += 64)
    if (ahead) __builtin_prefetch(next + (head_dim + 1) / 2 * 256 + line, 0, 2);
#define LFM_VALUES(VECTORS)                                                                       \
  for (; d + 16 * (VECTORS) <= stride; d += 16 * (VECTORS)) {                                     \
    i16x32 sum[LFM_TILE_ROWS][VECTORS];                                                           \
    LFM_UNROLL for (int r = 0; r < rows; r++)                                                     \
      LFM_UNROLL for (int v = 0; v < (VECTORS); v++) sum[r][v] = (i16x32){0};                     \
    for (size_t j = 0; j < (n + 1) / 2; j++) {                                                    \
      LFM_UNROLL for (size_t line = 0; line < ahead; line += 64)                                  \
        if (d == 0) __builtin_prefetch(next + j * ahead + line, 0, 2);                            \
      i16x32 x[VECTORS];                                                                          \
      LFM_UNROLL for (int v = 0; v < (VECTORS); v++)                                              \
        x[v] = words_load(values + (j * head_dim + d + (size_t)v * 16) * 4);                      \
      LFM_UNROLL for (int r = 0; r < rows; r++) {                                                 \
        i16x32 w = words_pair((const int16_t *)(weights + (size_t)r * 64) + 2 * j);               \
        LFM_UNROLL for (int v = 0; v < (VECTORS); v++) sum[r][v] = add_pairs(sum[r][v], x[v], w); \
      }                                                                                           \
    }                                                                                             \
    LFM_UNROLL for (int r = 0; r < rows; r++)                                                     \
      LFM_UNROLL for (int v = 0; v < (VECTORS); v++) {                                            \
        float *mean = means + (size_t)r * record + d + v * 16;                                    \
        v16 added = __builtin_convertvector(sum[r][v], v16) * v_set(scales[r]);                   \
        v_store(mean, v_fma(v_load(mean), v_set(corrections[r]), added));                         \
      }                                                                                           \
  }
  LFM_VALUES(LFM_TILE_VECTORS)
#if LFM_TILE_VECTORS > 1
  LFM_VALUES(1)
#endif
#undef LFM_VALUES
}
