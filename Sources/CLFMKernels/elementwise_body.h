// Operations whose every output depends on few inputs. Lanes past the end are computed as zeros and dropped, so an
// element's value does not depend on where a row or chunk ends.
#include "vector_body.h"

void LFM_NAME(lfm_rms_norm)(
    const float *x, const float *weight, size_t count, float epsilon, float *out) {
  v16 squares = v_set(0.0f);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    v16 v = v_load(x + i);
    squares = v_fma(v, v, squares);
  }
  if (i < count) {
    v16 v = v_load_n(x + i, count - i);
    squares = v_fma(v, v, squares);
  }
  float mean = v_sum(squares) / (float)count;
  v16 scale = v_set(1.0f / __builtin_sqrtf(mean + epsilon));
  for (i = 0; i + 16 <= count; i += 16)
    v_store(out + i, v_load(x + i) * scale * v_load(weight + i));
  if (i < count)
    v_store_n(out + i, v_load_n(x + i, count - i) * scale * v_load_n(weight + i, count - i), count - i);
}

void LFM_NAME(lfm_rotate)(float *head, const float *cosines, const float *sines, size_t half) {
  for (size_t i = 0; i < half; i += 16) {
    size_t n = half - i < 16 ? half - i : 16;
    v16 a = n == 16 ? v_load(head + i) : v_load_n(head + i, n);
    v16 b = n == 16 ? v_load(head + half + i) : v_load_n(head + half + i, n);
    v16 c = n == 16 ? v_load(cosines + i) : v_load_n(cosines + i, n);
    v16 s = n == 16 ? v_load(sines + i) : v_load_n(sines + i, n);
    v_store_n(head + i, a * c - b * s, n);
    v_store_n(head + half + i, b * c + a * s, n);
  }
}

void LFM_NAME(lfm_gate)(float *gate, const float *up, size_t count) {
  const v16 one = v_set(1.0f);
  for (size_t i = 0; i < count; i += 16) {
    size_t n = count - i < 16 ? count - i : 16;
    v16 g = n == 16 ? v_load(gate + i) : v_load_n(gate + i, n);
    v16 u = n == 16 ? v_load(up + i) : v_load_n(up + i, n);
    v_store_n(gate + i, g / (one + v_exp(-g)) * u, n);
  }
}

void LFM_NAME(lfm_add)(float *x, const float *y, size_t count) {
  for (size_t i = 0; i < count; i++) x[i] += y[i];
}

void LFM_NAME(lfm_combine)(
    float *x, const float *const *parts, const float *weights, size_t part_count, size_t count) {
  for (size_t i = 0; i < count; i += 16) {
    size_t n = count - i < 16 ? count - i : 16;
    v16 sum = v_set(0.0f);
    for (size_t p = 0; p < part_count; p++) {
      v16 v = n == 16 ? v_load(parts[p] + i) : v_load_n(parts[p] + i, n);
      sum = v_fma(v, v_set(weights[p]), sum);
    }
    v16 before = n == 16 ? v_load(x + i) : v_load_n(x + i, n);
    v_store_n(x + i, before + sum, n);
  }
}

#include "rounding_body.h"

#define store_bytes LFM_NAME(store_bytes)
#define store_words LFM_NAME(store_words)
// Rounds a vector to bytes, `stride` apart, and returns their scale.
LFM_INLINE float store_bytes(const float *x, size_t count, int8_t *out, size_t stride) {
  float inverse, scale = r_scale(r_largest(x, count), 127.0f, &inverse);
  for (size_t i = 0; i < count; i++) out[i * stride] = (int8_t)r_integer(x[i], inverse, 127.0f);
  return scale;
}

// The same to words of 16 bits: both of a pair `step` apart, one pair `stride` from the next.
LFM_INLINE float store_words(const float *x, size_t count, uint8_t *out, size_t step, size_t stride) {
  float inverse, scale = r_scale(r_largest(x, count), LFM_WORD_LIMIT, &inverse);
  for (size_t i = 0; i < count; i++) {
    int16_t word = (int16_t)r_integer(x[i], inverse, LFM_WORD_LIMIT);
    __builtin_memcpy(out + i / 2 * stride + i % 2 * step, &word, 2);
  }
  return scale;
}

void LFM_NAME(lfm_store_key_value)(
    uint8_t *keys, uint8_t *values, int32_t element, size_t slot, size_t head_dim,
    const float *key, const float *value) {
  if (element == LFM_KV_Q8 || element == LFM_KV_I16) {
    float scales[2];
    if (element == LFM_KV_Q8) {
      scales[0] = store_bytes(key, head_dim, (int8_t *)keys + slot, LFM_PAGE_POSITIONS);
      scales[1] = store_bytes(value, head_dim, (int8_t *)values + slot * head_dim, 1);
    } else {
      scales[0] = store_words(key, head_dim, keys + slot * 4, 2, LFM_PAGE_POSITIONS * 4);
      scales[1] = store_words(value, head_dim, values + slot / 2 * head_dim * 4 + slot % 2 * 2, 4, 8);
    }
    const size_t bytes = lfm_key_bytes(element, head_dim);
    __builtin_memcpy(keys + bytes + slot * 4, &scales[0], 4);
    __builtin_memcpy(values + bytes + slot * 4, &scales[1], 4);
    return;
  }
  if (element == LFM_KV_F32) {
    for (size_t d = 0; d < head_dim; d++)
      __builtin_memcpy(keys + (d * LFM_PAGE_POSITIONS + slot) * 4, &key[d], 4);
    __builtin_memcpy(values + slot * head_dim * 4, value, head_dim * 4);
    return;
  }
  for (size_t d = 0; d < head_dim; d++) {
    uint16_t k = float_to_half(key[d]), v = float_to_half(value[d]);
    __builtin_memcpy(keys + (d * LFM_PAGE_POSITIONS + slot) * 2, &k, 2);
    __builtin_memcpy(values + (slot * head_dim + d) * 2, &v, 2);
  }
}
