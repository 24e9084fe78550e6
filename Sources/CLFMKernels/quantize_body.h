// Activations to panels: each run of columns gets the scale that takes its largest magnitude to 127, and is rounded to
// the nearest, ties to even. What is not a number makes a scale that is none, and so results that are none.

#define q_round LFM_NAME(q_round)
#define q_block LFM_NAME(q_block)
#define panel_32 LFM_NAME(panel_32)
#define panel_q4_K LFM_NAME(panel_q4_K)
#define panel_q6_K LFM_NAME(panel_q6_K)

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

// `count` (a multiple of 16) numbers to bytes, and the sums of each 16 of them. The scale, as f32.
LFM_INLINE float q_block(const float *x, size_t count, int8_t *q, int32_t *sums) {
  v16 most = v_set(0.0f), odd = v_set(0.0f);
  for (size_t i = 0; i < count; i += 16) {
    v16 v = v_load(x + i);
    odd += v - v;  // zero, or no number
    v16 a = v_select(v < v_set(0.0f), -v, v);
    most = v_select(a > most, a, most);
  }
  float m = v_max(most), inverse = m > 0 ? 127.0f / m : 0;
  // A scale whose inverse overflows would make zeros of small numbers; so would a subnormal one.
  if (m < 1e-30f) inverse = 0;
  for (size_t i = 0; i < count; i += 16) {
    i16x32 r = q_round(v_load(x + i) * v_set(inverse));
    s16x8 bytes = __builtin_convertvector(r, s16x8);
    __builtin_memcpy(q + i, &bytes, sizeof bytes);
    int32_t sum = 0;
    for (int l = 0; l < 16; l++) sum += r[l];
    sums[i / 16] = sum;
  }
  return (inverse > 0 ? m / 127.0f : 0.0f) + v_sum(odd);
}

static void panel_32(
    const float *const *inputs, size_t n, size_t columns, int32_t offset, uint8_t *panel) {
  for (size_t b = 0; b < columns / 32; b++)
    for (size_t c = 0; c < n; c++) {
      int8_t q[32];
      int32_t sums[2];
      float scale = q_block(inputs[c] + b * 32, 32, q, sums);
      int32_t sum = -offset * (sums[0] + sums[1]);
      uint8_t *words = panel + b * LFM_PANEL_WORDS_32 * 4 * n + c * 4;
      __builtin_memcpy(words, &scale, 4);
      __builtin_memcpy(words + 4 * n, &sum, 4);
      for (size_t i = 0; i < 8; i++) __builtin_memcpy(words + (2 + i) * 4 * n, q + 4 * i, 4);
    }
}

static void panel_q4_K(const float *const *inputs, size_t n, size_t columns, uint8_t *panel) {
  for (size_t b = 0; b < columns / 256; b++)
    for (size_t c = 0; c < n; c++) {
      int8_t q[256];
      int32_t sums[16];
      float scale = q_block(inputs[c] + b * 256, 256, q, sums);
      uint8_t *words = panel + b * LFM_PANEL_WORDS_Q4_K * 4 * n + c * 4;
      __builtin_memcpy(words, &scale, 4);
      for (size_t i = 0; i < 4; i++) {
        size_t j = i / 2 * 8 + i % 2 * 2;  // 16-sums of sub-block i / 2 * 4 + i % 2
        int16_t pair[2] = {(int16_t)(sums[j] + sums[j + 1]), (int16_t)(sums[j + 4] + sums[j + 5])};
        __builtin_memcpy(words + (1 + i) * 4 * n, pair, 4);
      }
      for (size_t i = 0; i < 64; i++) __builtin_memcpy(words + (5 + i) * 4 * n, q + 4 * i, 4);
    }
}

static void panel_q6_K(const float *const *inputs, size_t n, size_t columns, uint8_t *panel) {
  for (size_t b = 0; b < columns / 256; b++)
    for (size_t c = 0; c < n; c++) {
      int8_t q[256];
      int32_t sums[16];
      float scale = q_block(inputs[c] + b * 256, 256, q, sums);
      uint8_t *words = panel + b * LFM_PANEL_WORDS_Q6_K * 4 * n + c * 4;
      __builtin_memcpy(words, &scale, 4);
      for (size_t i = 0; i < 16; i++) {
        int32_t sum = -32 * sums[i];
        __builtin_memcpy(words + (1 + i) * 4 * n, &sum, 4);
      }
      for (size_t i = 0; i < 64; i++) __builtin_memcpy(words + (17 + i) * 4 * n, q + 4 * i, 4);
    }
}

static void LFM_NAME(quantize_panel)(
    int32_t kind, const float *const *inputs, size_t n, size_t columns, uint8_t *panel) {
  switch (kind) {
    case LFM_PANEL_Q4_0:
      panel_32(inputs, n, columns, 8, panel);
      break;
    case LFM_PANEL_Q8_0:
      panel_32(inputs, n, columns, 128, panel);
      break;
    case LFM_PANEL_Q4_K:
      panel_q4_K(inputs, n, columns, panel);
      break;
    case LFM_PANEL_Q6_K:
      panel_q6_K(inputs, n, columns, panel);
      break;
    default:
      break;
  }
}
