// sum[c] = 16 rows · column c, for a constant number of columns of a panel of `stride` columns: the integers of a
// block, then its scales, from the first block to the last.

#define tile_q4_0 LFM_NAME(tile_q4_0)
#define tile_q8_0 LFM_NAME(tile_q8_0)
#define tile_q4_0_fine LFM_NAME(tile_q4_0_fine)
#define tile_q8_0_fine LFM_NAME(tile_q8_0_fine)
#define block_q4_0 LFM_NAME(block_q4_0)
#define block_q8_0 LFM_NAME(block_q8_0)
#define tile_q4_K LFM_NAME(tile_q4_K)
#define tile_q5_K LFM_NAME(tile_q5_K)
#define tile_q6_K LFM_NAME(tile_q6_K)
#define scales_k LFM_NAME(scales_k)
#define byte_lanes LFM_NAME(byte_lanes)
#define add_minima LFM_NAME(add_minima)

#define LFM_LOW(line) ((line) & (uint16_t)0x0f0f)
#define LFM_HIGH(line) ((line) >> 4 & (uint16_t)0x0f0f)
// Every 32 columns of a wide tile call for one line of what comes next: many at once would keep what is needed now waiting.
#define LFM_CALL_FOR(ahead, step) \
  if (n == LFM_MOST_COLUMNS && n > 2) __builtin_prefetch((ahead) + (step) * LFM_LINE, 0, 2)
// Weights that are read from memory once: each block calls for as many lines as it has, `far` bytes from its own, all
// at once, since between loads they would disturb the order. Nothing if `far` is 0.
#define LFM_CALL_FAR(w, far, lines)                                     \
  if (far)                                                              \
    _Pragma("clang loop unroll(disable)") for (size_t l = 0; l < (lines); l++) \
        __builtin_prefetch((w) + (far) + l * LFM_LINE, 0, 3)
// Few columns read from memory, not from a cache: their lines are loaded in the order in which they stand.
#define LFM_IN_ORDER \
  if (n <= 2) __asm__ volatile("" ::: "memory")
#define LFM_EACH_COLUMN LFM_UNROLL for (int c = 0; c < n; c++)

#ifdef LFM_COLUMN_PAIRS
#include "packed_i8mm_body.h"
#else
#include "packed_sums_body.h"
#endif

// One block of 32, with its 16 scales; x is the first of its sums.
LFM_INLINE void block_q4_0(
    const uint8_t *lines, const uint8_t *scales, const uint8_t *x, size_t quad, v16 *t, const int n) {
  i16x32 i[LFM_MOST_COLUMNS];
  begin_sums(i, x, n);
  const v16 d = v_half_load(scales);
  LFM_UNROLL for (int l = 0; l < 4; l++) {
    LFM_IN_ORDER;
    line_t line = w_load(lines + l * LFM_LINE);
    add_lines(i, LFM_LOW(line), LFM_HIGH(line), x + (1 + (size_t)l) * quad, 4 * quad, n);
  }
  end_sums(i, n);
  LFM_EACH_COLUMN t[c] = v_fma(d, __builtin_convertvector(i[c], v16), t[c]);
}

LFM_INLINE void block_q8_0(
    const uint8_t *lines, const uint8_t *scales, const uint8_t *x, size_t quad, v16 *t, const int n) {
  i16x32 i[LFM_MOST_COLUMNS];
  LFM_EACH_COLUMN i[c] = LFM_BIASED_START(x_word(x + 4 * c));
  const v16 d = v_half_load(scales);
  LFM_UNROLL for (int l = 0; l < 8; l += 2) {
    LFM_IN_ORDER;
    add_biased_lines(i, lines + l * LFM_LINE, x + (1 + (size_t)l) * quad, quad, n);
  }
  end_sums(i, n);
  LFM_EACH_COLUMN t[c] = v_fma(d, __builtin_convertvector(i[c], v16), t[c]);
}

#undef LFM_TILE_PAIRS
#define LFM_TILE_PAIRS(NAME, BLOCK, BYTES)                                                          \
  LFM_INLINE void NAME(                                                                             \
      const uint8_t *w, const uint8_t *x, size_t columns, size_t stride, v16 *sum,                  \
      const uint8_t *ahead, size_t far, const int n) {                                              \
    (void)far;                                                                                      \
    const size_t quad = 4 * stride, blocks = columns / 32;                                          \
    for (size_t b = 0; b < blocks;) {                                                               \
      const size_t end = blocks - b < LFM_PANEL_RUN ? blocks : b + LFM_PANEL_RUN;                   \
      const uint8_t *scales = x;                                                                    \
      x += quad;                                                                                    \
      v16 t[LFM_MOST_COLUMNS];                                                                      \
      LFM_EACH_COLUMN t[c] = v_set(0.0f);                                                           \
      for (; b + 1 < end; b += 2) {                                                                 \
        LFM_CALL_FOR(ahead, b);                                                                     \
        BLOCK(w + LFM_LINE, w, x, quad, t, n);                                                      \
        x += LFM_PANEL_WORDS_32 * quad;                                                             \
        LFM_CALL_FOR(ahead, b + 1);                                                                 \
        BLOCK(w + LFM_LINE + BYTES, w + 32, x, quad, t, n);                                         \
        x += LFM_PANEL_WORDS_32 * quad;                                                             \
        w += LFM_LINE + 2 * BYTES;                                                                  \
      }                                                                                             \
      if (b < end) BLOCK(w + LFM_LINE, w, x, quad, t, n), b++;                                      \
      LFM_EACH_COLUMN sum[c] = v_fma(x_scale(scales + 4 * c), t[c], sum[c]);                        \
    }                                                                                               \
  }

LFM_TILE_PAIRS(tile_q4_0, block_q4_0, LFM_Q4_0_BLOCK)
LFM_TILE_PAIRS(tile_q8_0, block_q8_0, LFM_Q8_0_BLOCK)

// The same where each block of 32 of the activations has its own scale.
#undef LFM_TILE_FINE
#define LFM_TILE_FINE(NAME, BLOCK, BYTES)                                                           \
  LFM_INLINE void NAME(                                                                             \
      const uint8_t *w, const uint8_t *x, size_t columns, size_t stride, v16 *sum,                  \
      const uint8_t *ahead, size_t far, const int n) {                                              \
    (void)far;                                                                                      \
    const size_t quad = 4 * stride, blocks = columns / 32;                                          \
    for (size_t b = 0; b < blocks; b += 2, w += LFM_LINE + 2 * BYTES)                               \
      for (size_t h = 0; h < 2 && b + h < blocks; h++, x += (1 + LFM_PANEL_WORDS_32) * quad) {      \
        v16 t[LFM_MOST_COLUMNS];                                                                    \
        LFM_EACH_COLUMN t[c] = v_set(0.0f);                                                         \
        LFM_CALL_FOR(ahead, b + h);                                                                 \
        BLOCK(w + LFM_LINE + h * BYTES, w + 32 * h, x + quad, quad, t, n);                          \
        LFM_EACH_COLUMN sum[c] = v_fma(x_scale(x + 4 * c), t[c], sum[c]);                           \
      }                                                                                             \
  }

LFM_TILE_FINE(tile_q4_0_fine, block_q4_0, LFM_Q4_0_BLOCK)
LFM_TILE_FINE(tile_q8_0_fine, block_q8_0, LFM_Q8_0_BLOCK)

// The six-bit scales and minima of a block's eight sub-blocks, one byte each.
LFM_INLINE void scales_k(const uint8_t *lines, i16x32 *scales, i16x32 *minima) {
  u16x32 p[3];
  __builtin_memcpy(p, lines, sizeof p);
  scales[0] = (i16x32)(p[0] & 0x3f3f3f3f);
  minima[0] = (i16x32)(p[1] & 0x3f3f3f3f);
  scales[1] = (i16x32)((p[2] & 0x0f0f0f0f) | (p[0] >> 6 & 0x03030303) << 4);
  minima[1] = (i16x32)((p[2] >> 4 & 0x0f0f0f0f) | (p[1] >> 6 & 0x03030303) << 4);
}

LFM_INLINE v16 byte_lanes(i16x32 v, int byte) {
  return __builtin_convertvector(v >> (8 * byte) & 0xff, v16);
}

// What the minima take away from column c, times -1; x is the first word of the column's pairs of sums.
LFM_INLINE v16 add_minima(const i16x32 *minima, const uint8_t *x, size_t quad) {
  i16x32 i = i_set(0);
  LFM_UNROLL for (int h = 0; h < 2; h++) {
    i = add_pairs(i, minima[h] & 0x00ff00ff, i_set(x_word(x + (size_t)h * 2 * quad)));
    i = add_pairs(i, minima[h] >> 8 & 0x00ff00ff, i_set(x_word(x + (size_t)h * 2 * quad + quad)));
  }
  return __builtin_convertvector(i, v16);
}

#undef LFM_TILE_K
#define LFM_TILE_K(NAME, BLOCK, SUBBLOCK, FIFTH)                                                    \
  LFM_INLINE void NAME(                                                                             \
      const uint8_t *w, const uint8_t *x, size_t columns, size_t stride, v16 *sum,                  \
      const uint8_t *ahead, size_t far, const int n) {                                              \
    const size_t quad = 4 * stride;                                                                 \
    for (size_t b = 0; b < columns / 256; b++, w += BLOCK, x += LFM_PANEL_WORDS_Q4_K * quad) {      \
      LFM_CALL_FAR(w, far, BLOCK / LFM_LINE);                                                       \
      i16x32 scales[2], minima[2];                                                                  \
      const v16 d = v_half_load(w), least = v_half_load(w + 32);                                    \
      LFM_IN_ORDER;                                                                                 \
      scales_k(w + LFM_LINE, scales, minima);                                                       \
      v16 t[LFM_MOST_COLUMNS];                                                                      \
      LFM_EACH_COLUMN t[c] = v_set(0.0f) - least * add_minima(minima, x + quad + 4 * c, quad);      \
      LFM_UNROLL for (int j = 0; j < 8; j++) {                                                      \
        const uint8_t *lines = w + 4 * LFM_LINE + j * SUBBLOCK;                                     \
        LFM_CALL_FOR(ahead, b * 8 + (size_t)j);                                                     \
        const uint8_t *words = x + (5 + 8 * (size_t)j) * quad;                                      \
        i16x32 i[LFM_MOST_COLUMNS];                                                                 \
        LFM_EACH_COLUMN i[c] = i_set(0);                                                            \
        line_t high;                                                                                \
        LFM_IN_ORDER;                                                                               \
        if (FIFTH) high = w_load(lines);                                                            \
        LFM_UNROLL for (int l = 0; l < 4; l++) {                                                    \
          LFM_IN_ORDER;                                                                             \
          line_t line = w_load(lines + (l + FIFTH) * LFM_LINE);                                     \
          line_t low4 = LFM_LOW(line), high4 = LFM_HIGH(line);                                      \
          if (FIFTH) {                                                                              \
            low4 |= high << (4 - l) & (uint16_t)0x1010;                                             \
            high4 |= high >> l & (uint16_t)0x1010;                                                  \
          }                                                                                         \
          add_lines(i, low4, high4, words + (size_t)l * quad, 4 * quad, n);                         \
        }                                                                                           \
        end_sums(i, n);                                                                             \
        const v16 scale = d * byte_lanes(scales[j / 4], j % 4);                                     \
        LFM_EACH_COLUMN t[c] = v_fma(scale, __builtin_convertvector(i[c], v16), t[c]);              \
      }                                                                                             \
      LFM_EACH_COLUMN sum[c] = v_fma(x_scale(x + 4 * c), t[c], sum[c]);                             \
    }                                                                                               \
  }

LFM_TILE_K(tile_q4_K, LFM_Q4_K_BLOCK, LFM_Q4_K_SUBBLOCK, 0)
LFM_TILE_K(tile_q5_K, LFM_Q5_K_BLOCK, LFM_Q5_K_SUBBLOCK, 1)

LFM_INLINE void tile_q6_K(
    const uint8_t *w, const uint8_t *x, size_t columns, size_t stride, v16 *sum,
    const uint8_t *ahead, size_t far, const int n) {
  const size_t quad = 4 * stride;
  for (size_t b = 0; b < columns / 256; b++, x += LFM_PANEL_WORDS_Q6_K * quad) {
    const uint8_t *block = w + lfm_pair_lines(b, LFM_Q6_K_BLOCK);
    // With the line of scales that may stand behind it.
    LFM_CALL_FAR(block, far, LFM_Q6_K_BLOCK / LFM_LINE + 1);
    const v16 d = v_half_load(w + lfm_pair_scales(b, LFM_Q6_K_BLOCK));
    v16 t[LFM_MOST_COLUMNS];
    LFM_EACH_COLUMN t[c] = v_set(0.0f);
    for (int j = 0; j < 16; j++) {
      const uint8_t *scales = block + j / 4 * LFM_Q6_K_QUARTER;
      const uint8_t *lines = scales + LFM_LINE + j % 4 * LFM_Q6_K_SUBBLOCK;
      const uint8_t *words = x + (17 + 4 * (size_t)j) * quad;
      if (j % 2) {
        LFM_CALL_FOR(ahead, b * 8 + (size_t)j / 2);
      }
      s16x8 s;
      LFM_IN_ORDER;
      __builtin_memcpy(&s, scales + j % 4 * 16, sizeof s);
      LFM_IN_ORDER;
      i16x32 i[LFM_MOST_COLUMNS];
      begin_sums(i, x + (1 + (size_t)j) * quad, n);
      const line_t a = w_load(lines), b2 = w_load(lines + LFM_LINE), h = w_load(lines + 2 * LFM_LINE);
      const uint16_t two = 0x3030;
      add_lines(i, LFM_LOW(a) | (h << 4 & two), LFM_HIGH(a) | (h & two), words, 2 * quad, n);
      add_lines(
          i, LFM_LOW(b2) | (h << 2 & two), LFM_HIGH(b2) | (h >> 2 & two), words + quad, 2 * quad, n);
      end_sums(i, n);
      const v16 scale = d * __builtin_convertvector(s, v16);
      LFM_EACH_COLUMN t[c] = v_fma(scale, __builtin_convertvector(i[c], v16), t[c]);
    }
    LFM_EACH_COLUMN sum[c] = v_fma(x_scale(x + 4 * c), t[c], sum[c]);
  }
}
