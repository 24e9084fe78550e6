// Blocks of weights to 16-lane vectors, exactly: every product of a scale and a quant fits 24 bits, so a weight is
// rounded at most once (K-quants with a minimum), as in ggml and gguf-py. Layouts: ggml's block_q4_0 … block_q6_K.
// Included by product_body.h after vector_body.h.

LFM_INLINE u16x8 bytes16(const uint8_t *p) {
  u16x8 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

LFM_INLINE v16 float16_of(u16x8 v) { return __builtin_convertvector(v, v16); }

// 32 weights: f16 scale, 32 signed bytes.
LFM_INLINE void unpack_q8_0(const uint8_t *block, float *out) {
  v16 d = v_set(half_to_float(block));
  for (int i = 0; i < 2; i++) {
    s16x8 q;
    __builtin_memcpy(&q, block + 2 + i * 16, sizeof q);
    v_store(out + i * 16, __builtin_convertvector(q, v16) * d);
  }
}

// 32 weights: f16 scale, 16 bytes of two nibbles; the low ones first, both less 8.
LFM_INLINE void unpack_q4_0(const uint8_t *block, float *out) {
  v16 d = v_set(half_to_float(block)), eight = v_set(8.0f);
  u16x8 q = bytes16(block + 2);
  v_store(out, (float16_of(q & 15) - eight) * d);
  v_store(out + 16, (float16_of(q >> 4) - eight) * d);
}

// The 6-bit scale and minimum of one of the eight sub-blocks of Q4_K and Q5_K.
LFM_INLINE void scale_and_minimum(const uint8_t *s, int j, float *scale, float *minimum) {
  if (j < 4) {
    *scale = (float)(s[j] & 63);
    *minimum = (float)(s[j + 4] & 63);
  } else {
    *scale = (float)((s[j + 4] & 15) | ((s[j - 4] >> 6) << 4));
    *minimum = (float)((s[j + 4] >> 4) | ((s[j] >> 6) << 4));
  }
}

// 256 weights: f16 scale of scales, f16 scale of minima, 12 bytes of those, 128 bytes of two nibbles.
LFM_INLINE void unpack_q4_K(const uint8_t *block, float *out) {
  float d = half_to_float(block), dmin = half_to_float(block + 2);
  for (int j = 0; j < 8; j++) {
    float scale, minimum;
    scale_and_minimum(block + 4, j, &scale, &minimum);
    v16 a = v_set(d * scale), b = v_set(-(dmin * minimum));
    const uint8_t *q = block + 16 + j / 2 * 32;
    for (int i = 0; i < 2; i++) {
      u16x8 v = bytes16(q + i * 16);
      v_store(out + j * 32 + i * 16, v_fma(a, float16_of(j % 2 ? v >> 4 : v & 15), b));
    }
  }
}

// As Q4_K, with a fifth bit of each weight in 32 bytes before the nibbles.
LFM_INLINE void unpack_q5_K(const uint8_t *block, float *out) {
  float d = half_to_float(block), dmin = half_to_float(block + 2);
  for (int j = 0; j < 8; j++) {
    float scale, minimum;
    scale_and_minimum(block + 4, j, &scale, &minimum);
    v16 a = v_set(d * scale), b = v_set(-(dmin * minimum));
    const uint8_t *q = block + 48 + j / 2 * 32;
    for (int i = 0; i < 2; i++) {
      u16x8 v = bytes16(q + i * 16), high = bytes16(block + 16 + i * 16);
      v = (j % 2 ? v >> 4 : v & 15) | (((high >> (uint8_t)j) & 1) << 4);
      v_store(out + j * 32 + i * 16, v_fma(a, float16_of(v), b));
    }
  }
}

// 256 weights: 128 bytes of low nibbles, 64 of two high bits, 16 signed scales, f16 scale; weights less 32.
LFM_INLINE void unpack_q6_K(const uint8_t *block, float *out) {
  float d = half_to_float(block + 208);
  const v16 offset = v_set(32.0f);
  for (int half = 0; half < 2; half++) {
    for (int part = 0; part < 4; part++) {
      for (int i = 0; i < 2; i++) {
        u16x8 low = bytes16(block + half * 64 + part % 2 * 32 + i * 16);
        u16x8 high = bytes16(block + 128 + half * 32 + i * 16);
        low = part < 2 ? low & 15 : low >> 4;
        high = ((high >> (uint8_t)(part * 2)) & 3) << 4;
        float scale = (float)(int8_t)block[192 + half * 8 + part * 2 + i];
        v16 q = float16_of(low | high) - offset;
        v_store(out + half * 128 + part * 32 + i * 16, q * v_set(d * scale));
      }
    }
  }
}

// Rows of plain floats, of any length; lanes past the end are stored as zeros.
LFM_INLINE void unpack_f16(const uint8_t *row, size_t columns, float *out) {
  size_t i = 0;
  for (; i + 16 <= columns; i += 16) v_store(out + i, v_half_load(row + i * 2));
  if (i < columns) v_store(out + i, v_half_load_n(row + i * 2, columns - i));
}

LFM_INLINE void unpack_bf16(const uint8_t *row, size_t columns, float *out) {
  for (size_t i = 0; i < columns; i += 16) {
    u16x16 bits = {0};
    if (columns - i >= 16)
      __builtin_memcpy(&bits, row + i * 2, 32);
    else
      __builtin_memcpy(&bits, row + i * 2, (columns - i) * 2);
    u16x32 wide = __builtin_convertvector(bits, u16x32) << 16;
    __builtin_memcpy(out + i, &wide, sizeof wide);
  }
}

LFM_INLINE void unpack_f32(const uint8_t *row, size_t columns, float *out) {
  __builtin_memcpy(out, row, columns * 4);
  for (size_t i = columns; i % 16; i++) out[i] = 0;
}

// One row into out, zeros up to a multiple of 16.
static void unpack_row(const lfm_matrix *m, size_t row, float *out) {
  const uint8_t *p = m->data + row * m->row_bytes;
  size_t n = m->columns;
  switch (m->type) {
    case LFM_WEIGHT_F32:
      unpack_f32(p, n, out);
      break;
    case LFM_WEIGHT_F16:
      unpack_f16(p, n, out);
      break;
    case LFM_WEIGHT_BF16:
      unpack_bf16(p, n, out);
      break;
    case LFM_WEIGHT_Q8_0:
      for (size_t i = 0; i < n; i += 32) unpack_q8_0(p + i / 32 * 34, out + i);
      break;
    case LFM_WEIGHT_Q4_0:
      for (size_t i = 0; i < n; i += 32) unpack_q4_0(p + i / 32 * 18, out + i);
      break;
    case LFM_WEIGHT_Q4_K:
      for (size_t i = 0; i < n; i += 256) unpack_q4_K(p + i / 256 * 144, out + i);
      break;
    case LFM_WEIGHT_Q5_K:
      for (size_t i = 0; i < n; i += 256) unpack_q5_K(p + i / 256 * 176, out + i);
      break;
    case LFM_WEIGHT_Q6_K:
      for (size_t i = 0; i < n; i += 256) unpack_q6_K(p + i / 256 * 210, out + i);
      break;
    default:  // refused when the weights were bound
      break;
  }
}
