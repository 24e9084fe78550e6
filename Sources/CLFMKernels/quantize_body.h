// Activations to words: each run of columns gets the scale that takes its largest magnitude to 127, and is rounded to
// the nearest, ties to even. What is not a number makes a scale that is none, and so results that are none. One column's
// words make a panel of one; more are interleaved.

#define q_round LFM_NAME(q_round)
#define q_sum LFM_NAME(q_sum)
#define q_block LFM_NAME(q_block)
#define words_run LFM_NAME(words_run)
#define words_32 LFM_NAME(words_32)
#define rest_of LFM_NAME(rest_of)
#define rest_32 LFM_NAME(rest_32)
#define rest_256 LFM_NAME(rest_256)
#define words_q4_K LFM_NAME(words_q4_K)
#define words_q6_K LFM_NAME(words_q6_K)

// Adding 1.5 * 2^23 leaves the rounded number in the low bits.
LFM_INLINE i16x32 q_round(v16 x) {
  v16 r = x + v_set(12582912.0f);
  i16x32 i;
  __builtin_memcpy(&i, &r, sizeof i);
  i -= 0x4b400000;
  i16x32 over = i > 127, under = i < -127;
  i = (i & ~over) | (over & 127);
  return (i & ~under) | (under & -127);
}

// The sum of 16 lanes.
LFM_INLINE int32_t q_sum(i16x32 v) {
  v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  return v[0] + v[1];
}

// `count` (a multiple of 16) numbers to bytes, and the sums of each 16 of them. Returns the scale.
LFM_INLINE float q_block(const float *x, const int count, uint8_t *q, int32_t *sums) {
  // Magnitudes are compared as integers: as such they have the order of the numbers, and what is none is the largest.
  i16x32 most = i_set(0);
  LFM_UNROLL for (int i = 0; i < count; i += 16) {
    i16x32 bits;
    __builtin_memcpy(&bits, x + i, sizeof bits);
    bits &= 0x7fffffff;
    i16x32 more = bits > most;
    most = (bits & more) | (most & ~more);
  }
  int32_t highest = 0;
  for (int l = 0; l < 16; l++) highest = most[l] > highest ? most[l] : highest;
  float m;
  __builtin_memcpy(&m, &highest, sizeof m);
  // Below, an inverse would overflow or a scale be subnormal; such numbers count as zeros.
  const v16 inverse = v_set(m >= 1e-30f ? 127.0f / m : 0.0f);
  LFM_UNROLL for (int i = 0; i < count; i += 16) {
    i16x32 r = q_round(v_load(x + i) * inverse);
    s16x8 bytes = __builtin_convertvector(r, s16x8);
    __builtin_memcpy(q + i, &bytes, sizeof bytes);
    sums[i / 16] = q_sum(r);
  }
  return m < 1e-30f ? 0.0f : m / 127.0f;
}

// One run of 32 * blocks numbers; returns what follows its words.
LFM_INLINE uint8_t *words_run(const float *x, const int blocks, int32_t offset, uint8_t *out) {
  uint8_t q[32 * LFM_PANEL_RUN];
  int32_t sums[2 * LFM_PANEL_RUN];
  float scale = q_block(x, 32 * blocks, q, sums);
  __builtin_memcpy(out, &scale, 4);
  out += 4;
  LFM_UNROLL for (int b = 0; b < blocks; b++, out += LFM_PANEL_WORDS_32 * 4) {
    int32_t sum = -offset * (sums[2 * b] + sums[2 * b + 1]);
    __builtin_memcpy(out, &sum, 4);
    __builtin_memcpy(out + 4, q + 32 * b, 32);
  }
  return out;
}

// A constant number of blocks share a scale; the last run is as long as what is left.
LFM_INLINE void words_32(
    const float *x, size_t columns, int32_t offset, const int run, uint8_t *out) {
  size_t blocks = columns / 32;
  for (; blocks >= (size_t)run; blocks -= (size_t)run, x += 32 * run) out = words_run(x, run, offset, out);
  if (blocks == 3) words_run(x, 3, offset, out);
  if (blocks == 2) words_run(x, 2, offset, out);
  if (blocks == 1) words_run(x, 1, offset, out);
}

static void words_q4_K(const float *x, size_t columns, uint8_t *out) {
  for (size_t b = 0; b < columns / 256; b++, out += LFM_PANEL_WORDS_Q4_K * 4) {
    int32_t sums[16];
    float scale = q_block(x + b * 256, 256, out + 20, sums);
    __builtin_memcpy(out, &scale, 4);
    for (size_t i = 0; i < 4; i++) {
      size_t j = i / 2 * 8 + i % 2 * 2;  // the first 16 of sub-block i / 2 * 4 + i % 2
      int16_t pair[2] = {(int16_t)(sums[j] + sums[j + 1]), (int16_t)(sums[j + 4] + sums[j + 5])};
      __builtin_memcpy(out + (1 + i) * 4, pair, 4);
    }
  }
}

static void words_q6_K(const float *x, size_t columns, uint8_t *out) {
  for (size_t b = 0; b < columns / 256; b++, out += LFM_PANEL_WORDS_Q6_K * 4) {
    int32_t sums[16];
    float scale = q_block(x + b * 256, 256, out + 68, sums);
    __builtin_memcpy(out, &scale, 4);
    for (size_t i = 0; i < 16; i++) {
      int32_t sum = -32 * sums[i];
      __builtin_memcpy(out + (1 + i) * 4, &sum, 4);
    }
  }
}

static void LFM_NAME(quantize_column)(
    int32_t kind, const float *x, size_t columns, uint8_t *words) {
  switch (kind) {
    case LFM_PANEL_Q4_0:
      words_32(x, columns, 8, LFM_PANEL_RUN, words);
      break;
    case LFM_PANEL_Q8_0:
      words_32(x, columns, 128, LFM_PANEL_RUN, words);
      break;
    case LFM_PANEL_Q4_0_FINE:
      words_32(x, columns, 8, 1, words);
      break;
    case LFM_PANEL_Q8_0_FINE:
      words_32(x, columns, 128, 1, words);
      break;
    case LFM_PANEL_Q4_K:
      words_q4_K(x, columns, words);
      break;
    case LFM_PANEL_Q6_K:
      words_q6_K(x, columns, words);
      break;
    default:
      break;
  }
}

// What rounding left of `count` numbers: themselves less their bytes times the scale.
LFM_INLINE void rest_of(const float *x, const size_t count, const uint8_t *bytes, v16 scale, float *rest) {
  for (size_t i = 0; i < count; i += 16) {
    s16x8 q;
    __builtin_memcpy(&q, bytes + i, sizeof q);
    v_store(rest + i, v_fma(v_set(0.0f) - scale, __builtin_convertvector(q, v16), v_load(x + i)));
  }
}

// `run` blocks of 32 share a scale.
static void rest_32(const float *x, size_t columns, const uint8_t *words, size_t run, float *rest) {
  v16 scale = v_set(0.0f);
  for (size_t b = 0; b < columns / 32; b++, words += LFM_PANEL_WORDS_32 * 4, x += 32, rest += 32) {
    if (b % run == 0) {
      scale = x_scale(words);
      words += 4;
    }
    rest_of(x, 32, words + 4, scale, rest);
  }
}

// `head` words stand before a block's bytes.
LFM_INLINE void rest_256(
    const float *x, size_t columns, const uint8_t *words, const size_t head, float *rest) {
  for (size_t b = 0; b < columns / 256; b++, words += head * 4 + 256, x += 256, rest += 256)
    rest_of(x, 256, words + head * 4, x_scale(words), rest);
}

static void LFM_NAME(quantize_rest)(
    int32_t kind, const float *x, size_t columns, const uint8_t *words, float *rest) {
  switch (kind) {
    case LFM_PANEL_Q4_0:
    case LFM_PANEL_Q8_0:
    case LFM_PANEL_Q4_0_FINE:
    case LFM_PANEL_Q8_0_FINE:
      rest_32(x, columns, words, lfm_panel_run(kind), rest);
      break;
    case LFM_PANEL_Q4_K:
      rest_256(x, columns, words, LFM_PANEL_WORDS_Q4_K - 64, rest);
      break;
    case LFM_PANEL_Q6_K:
      rest_256(x, columns, words, LFM_PANEL_WORDS_Q6_K - 64, rest);
      break;
    default:
      break;
  }
}

static void LFM_NAME(interleave_panel)(
    const uint8_t *const *columns, size_t count, size_t bytes, uint8_t *panel) {
  for (size_t at = 0; at < bytes; at += 4)
    for (size_t c = 0; c < count; c++, panel += 4) __builtin_memcpy(panel, columns[c] + at, 4);
}
