// Blocks of weights to 16-lane vectors, exactly: every product of a scale and a quant fits 24 bits, so a weight is
// rounded at most once (K-quants with a minimum), as in ggml and gguf-py. Layouts: ggml's block_q4_0 … block_q6_K.
// Included by product_body.h after vector_body.h.
//
// With AVX-512, a nibble is looked up in a register that holds the block's 16 possible weights: one permutation in
// place of masking, conversion and arithmetic (half the time of a row).

LFM_INLINE u16x8 bytes16(const uint8_t *p) {
  u16x8 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

LFM_INLINE v16 float16_of(u16x8 v) { return __builtin_convertvector(v, v16); }

#if LFM_LANES_IN_REGISTERS >= 32
#define LFM_STEPS ((v16){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})

// The entries of two tables at 16 low nibbles, and at the 16 high ones.
LFM_INLINE void look_up(const uint8_t *p, v16 low_table, v16 high_table, v16 *low, v16 *high) {
  i16x32 index = __builtin_convertvector(bytes16(p), i16x32);
  *low = (v16)_mm512_permutexvar_ps((__m512i)index, (__m512)low_table);
  *high = (v16)_mm512_permutexvar_ps((__m512i)(index >> 4), (__m512)high_table);
}
#endif

// 32 weights: f16 scale, 32 signed bytes.
LFM_INLINE void decode_q8_0(const uint8_t *block, v16 *w) {
  v16 d = v_set(half_to_float(block));
  for (int i = 0; i < 2; i++) {
    s16x8 q;
    __builtin_memcpy(&q, block + 2 + i * 16, sizeof q);
    w[i] = __builtin_convertvector(q, v16) * d;
  }
}

// 32 weights: f16 scale, 16 bytes of two nibbles; the low ones first, both less 8.
LFM_INLINE void decode_q4_0(const uint8_t *block, v16 *w) {
  const v16 d = v_set(half_to_float(block)), eight = v_set(8.0f);
#if LFM_LANES_IN_REGISTERS >= 32
  const v16 table = (LFM_STEPS - eight) * d;
  look_up(block + 2, table, table, &w[0], &w[1]);
#else
  u16x8 q = bytes16(block + 2);
  w[0] = (float16_of(q & 15) - eight) * d;
  w[1] = (float16_of(q >> 4) - eight) * d;
#endif
}

// The 6-bit scales and minima of the eight sub-blocks of Q4_K and Q5_K, times the block's: a weight is a * q + b.
LFM_INLINE void lines_of_block(const uint8_t *block, float *a, float *b) {
  uint32_t packed[3], scales[2], minima[2];
  __builtin_memcpy(packed, block + 4, sizeof packed);
  scales[0] = packed[0] & 0x3f3f3f3f;
  scales[1] = (packed[2] & 0x0f0f0f0f) | ((packed[0] >> 6 & 0x03030303) << 4);
  minima[0] = packed[1] & 0x3f3f3f3f;
  minima[1] = (packed[2] >> 4 & 0x0f0f0f0f) | ((packed[1] >> 6 & 0x03030303) << 4);
  u8x8 s, m;
  __builtin_memcpy(&s, scales, sizeof s);
  __builtin_memcpy(&m, minima, sizeof m);
  float d = half_to_float(block), dmin = -half_to_float(block + 2);
  v8 line_a = __builtin_convertvector(s, v8) * (v8){d, d, d, d, d, d, d, d};
  v8 line_b = __builtin_convertvector(m, v8) * (v8){dmin, dmin, dmin, dmin, dmin, dmin, dmin, dmin};
  __builtin_memcpy(a, &line_a, sizeof line_a);
  __builtin_memcpy(b, &line_b, sizeof line_b);
}

// A quarter, 64 weights, of a block of 256: f16 scale of scales, f16 scale of minima, 12 bytes of those, 128 bytes of
// two nibbles.
LFM_INLINE void decode_q4_K(const uint8_t *block, const float *a, const float *b, int quarter, v16 *w) {
  const v16 a0 = v_set(a[2 * quarter]), b0 = v_set(b[2 * quarter]);
  const v16 a1 = v_set(a[2 * quarter + 1]), b1 = v_set(b[2 * quarter + 1]);
  const uint8_t *p = block + 16 + quarter * 32;
#if LFM_LANES_IN_REGISTERS >= 32
  const v16 low = v_fma(a0, LFM_STEPS, b0), high = v_fma(a1, LFM_STEPS, b1);
  look_up(p, low, high, &w[0], &w[2]);
  look_up(p + 16, low, high, &w[1], &w[3]);
#else
  for (int i = 0; i < 2; i++) {
    u16x8 q = bytes16(p + i * 16);
    w[i] = v_fma(a0, float16_of(q & 15), b0);
    w[2 + i] = v_fma(a1, float16_of(q >> 4), b1);
  }
#endif
}

// As Q4_K, with a fifth bit of each weight in 32 bytes before the nibbles.
LFM_INLINE void decode_q5_K(const uint8_t *block, const float *a, const float *b, int quarter, v16 *w) {
  v16 a0 = v_set(a[2 * quarter]), b0 = v_set(b[2 * quarter]);
  v16 a1 = v_set(a[2 * quarter + 1]), b1 = v_set(b[2 * quarter + 1]);
  for (int i = 0; i < 2; i++) {
    u16x8 q = bytes16(block + 48 + quarter * 32 + i * 16);
    u16x8 high = bytes16(block + 16 + i * 16) >> (uint8_t)(2 * quarter);
    w[i] = v_fma(a0, float16_of((q & 15) | ((high & 1) << 4)), b0);
    w[2 + i] = v_fma(a1, float16_of((q >> 4) | ((high & 2) << 3)), b1);
  }
}

// The 16 scales of a block of Q6_K, times the block's.
LFM_INLINE void scales_of_block(const uint8_t *block, float *scales) {
  s16x8 s;
  __builtin_memcpy(&s, block + 192, sizeof s);
  v_store(scales, __builtin_convertvector(s, v16) * v_set(half_to_float(block + 208)));
}

// A quarter, 64 weights, of a block of 256: 128 bytes of low nibbles, 64 of two high bits, 16 signed scales, f16 scale;
// weights less 32.
LFM_INLINE void decode_q6_K(const uint8_t *block, const float *scales, int quarter, v16 *w) {
  const uint8_t *low = block + quarter / 2 * 64, *high = block + 128 + quarter / 2 * 32;
  for (int i = 0; i < 4; i++) {
    u16x8 l = bytes16(low + i * 16), h = bytes16(high + i % 2 * 16);
    h = h >> (uint8_t)(quarter % 2 * 4 + i / 2 * 2);
    u16x8 q = (quarter % 2 ? l >> 4 : l & 15) | ((h & 3) << 4);
    w[i] = (float16_of(q) - v_set(32.0f)) * v_set(scales[quarter * 4 + i]);
  }
}

// Rows of plain floats, of any length; lanes past the end are stored as zeros.
LFM_INLINE void unpack_f16(const uint8_t *row, size_t columns, float *out) {
  size_t i = 0;
  for (; i + 16 <= columns; i += 16) v_store(out + i, v_half_load(row + i * 2));
  if (i < columns) v_store(out + i, v_half_load_n(row + i * 2, columns - i));
}

LFM_INLINE v16 float16_of_bf16(u16x16 bits) {
  u16x32 wide = __builtin_convertvector(bits, u16x32) << 16;
  v16 w;
  __builtin_memcpy(&w, &wide, sizeof w);
  return w;
}

LFM_INLINE void unpack_bf16(const uint8_t *row, size_t columns, float *out) {
  u16x16 bits;
  size_t i = 0;
  for (; i + 16 <= columns; i += 16) {
    __builtin_memcpy(&bits, row + i * 2, sizeof bits);
    v_store(out + i, float16_of_bf16(bits));
  }
  if (i == columns) return;
  bits = (u16x16){0};
  __builtin_memcpy(&bits, row + i * 2, (columns - i) * 2);
  v_store(out + i, float16_of_bf16(bits));
}

LFM_INLINE void unpack_f32(const uint8_t *row, size_t columns, float *out) {
  __builtin_memcpy(out, row, columns * 4);
  for (size_t i = columns; i % 16; i++) out[i] = 0;
}

// Bytes ahead of a block that unpack_row asks for: rows of quantised weights are too short and too many for the hardware
// to see a stream in time (measured: three times the speed from memory).
enum { LFM_NAME(AHEAD) = 2048 };

// Calls LFM_VISIT(r, at, w) with every vector w of weights, those of row r from column `at` on: block by block, and within a
// block position row by row, so that the rows' chains of additions overlap. p[r] is a row's first byte.
#define LFM_EACH_BLOCK32(BYTES, DECODE)                        \
  for (size_t i = 0; i < columns; i += 32)                     \
    for (int r = 0; r < rows; r++) {                           \
      const uint8_t *block = p[r] + i / 32 * BYTES;            \
      v16 w[2];                                                \
      __builtin_prefetch(block + ahead);                       \
      DECODE(block, w);                                        \
      LFM_VISIT(r, i, w[0]);                                   \
      LFM_VISIT(r, i + 16, w[1]);                              \
    }

#define LFM_EACH_BLOCK256(BYTES, SCALES, DECODE)               \
  for (size_t i = 0; i < columns; i += 256)                    \
    LFM_UNROLL for (int r = 0; r < rows; r++) {                \
      const uint8_t *block = p[r] + i / 256 * BYTES;           \
      SCALES;                                                  \
      LFM_UNROLL for (int quarter = 0; quarter < 4; quarter++) { \
        v16 w[4];                                              \
        __builtin_prefetch(block + quarter * BYTES / 4 + ahead); \
        DECODE;                                                \
        const size_t at = i + (size_t)quarter * 64;            \
        LFM_VISIT(r, at, w[0]);                                \
        LFM_VISIT(r, at + 16, w[1]);                           \
        LFM_VISIT(r, at + 32, w[2]);                           \
        LFM_VISIT(r, at + 48, w[3]);                           \
      }                                                        \
    }

#define LFM_EACH_BLOCK(type)                                                                \
  switch (type) {                                                                           \
    case LFM_WEIGHT_Q8_0:                                                                   \
      LFM_EACH_BLOCK32(34, decode_q8_0)                                                     \
      break;                                                                                \
    case LFM_WEIGHT_Q4_0:                                                                   \
      LFM_EACH_BLOCK32(18, decode_q4_0)                                                     \
      break;                                                                                \
    case LFM_WEIGHT_Q4_K:                                                                   \
      LFM_EACH_BLOCK256(                                                                    \
          144, float a[8]; float b[8]; lines_of_block(block, a, b),                         \
          decode_q4_K(block, a, b, quarter, w))                                             \
      break;                                                                                \
    case LFM_WEIGHT_Q5_K:                                                                   \
      LFM_EACH_BLOCK256(                                                                    \
          176, float a[8]; float b[8]; lines_of_block(block, a, b),                         \
          decode_q5_K(block, a, b, quarter, w))                                             \
      break;                                                                                \
    case LFM_WEIGHT_Q6_K:                                                                   \
      LFM_EACH_BLOCK256(                                                                    \
          210, float s[16]; scales_of_block(block, s), decode_q6_K(block, s, quarter, w))   \
      break;                                                                                \
    default: /* refused when the weights were bound */                                      \
      break;                                                                                \
  }

// Whether LFM_EACH_BLOCK knows the type.
LFM_INLINE int has_blocks(int32_t type) {
  return type == LFM_WEIGHT_Q8_0 || type == LFM_WEIGHT_Q4_0 || type == LFM_WEIGHT_Q4_K ||
         type == LFM_WEIGHT_Q5_K || type == LFM_WEIGHT_Q6_K;
}

// One row into out, zeros up to a multiple of 16.
static void unpack_row(const lfm_matrix *m, size_t row, float *out) {
  const uint8_t *const p[1] = {m->data + row * m->row_bytes};
  const size_t columns = m->columns, ahead = LFM_NAME(AHEAD);
  const int rows = 1;
  switch (m->type) {
    case LFM_WEIGHT_F32:
      unpack_f32(p[0], columns, out);
      return;
    case LFM_WEIGHT_F16:
      unpack_f16(p[0], columns, out);
      return;
    case LFM_WEIGHT_BF16:
      unpack_bf16(p[0], columns, out);
      return;
    default:
      break;
  }
  if (!has_blocks(m->type)) {
    // What has no vector code here: the plain way, to the same bits in every set.
    const uint32_t type = (uint32_t)m->type;
    lfm_dequantize_function_for(type)(p[0], columns / lfm_dequantize_block_elements(type), out);
    return;
  }
#define LFM_VISIT(r, at, w) v_store(out + (at), w)
  LFM_EACH_BLOCK(m->type)
#undef LFM_VISIT
}

// out[r] = row r · x for a constant number of rows of blocks, the weights staying in registers. The sums are those of
// product_body.h's tile, to the bit.
LFM_INLINE void dot_blocks(
    const lfm_matrix *m, size_t row, const float *x, float *out, const int rows) {
  const uint8_t *p[4];
  v16 sum[4];
  const size_t columns = m->columns, ahead = (size_t)rows * m->row_bytes;  // the next call's rows
  for (int r = 0; r < rows; r++) {
    p[r] = m->data + (row + (size_t)r) * m->row_bytes;
    sum[r] = v_set(0.0f);
  }
#define LFM_VISIT(r, at, w) sum[r] = v_fma(w, v_load(x + (at)), sum[r])
  LFM_EACH_BLOCK(m->type)
#undef LFM_VISIT
  for (int r = 0; r < rows; r++) out[r] = v_sum(sum[r]);
}

#undef LFM_STEPS
#undef LFM_EACH_BLOCK
#undef LFM_EACH_BLOCK256
#undef LFM_EACH_BLOCK32
