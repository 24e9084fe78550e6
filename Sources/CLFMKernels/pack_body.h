// Whole groups of 16 rows: four bytes of each of four times 16 rows are transposed into four lines at once, and what has
// to be taken apart is taken apart in the lines. The same bytes as pack.c's, which is several times slower.
#include "vector_body.h"

#define line4 LFM_NAME(line4)
#define u_store LFM_NAME(u_store)
#define u_half LFM_NAME(u_half)
#define transpose4 LFM_NAME(transpose4)
#define put_scales LFM_NAME(put_scales)
#define whole_q4_0 LFM_NAME(whole_q4_0)
#define whole_q8_0 LFM_NAME(whole_q8_0)
#define whole_k LFM_NAME(whole_k)
#define whole_q6_K LFM_NAME(whole_q6_K)
#define six_lines LFM_NAME(six_lines)

LFM_INLINE void u_store(uint8_t *p, u16x32 v) { __builtin_memcpy(p, &v, sizeof v); }

// The low or high 16 bits of every lane.
LFM_INLINE void u_half(uint8_t *p, u16x32 v) {
  u16x16 halves = __builtin_convertvector(v, u16x16);
  __builtin_memcpy(p, &halves, sizeof halves);
}

// Rows r, r + 4, r + 8, r + 12: 16 bytes of each.
LFM_INLINE u16x32 line4(const uint8_t *p, size_t row_bytes, size_t r) {
  u16x32 v;
  uint8_t *out = (uint8_t *)&v;
  LFM_UNROLL for (int i = 0; i < 4; i++)
    __builtin_memcpy(out + 16 * i, p + (r + 4 * (size_t)i) * row_bytes, 16);
  return v;
}

// out[i], lane r = the i-th four bytes at p of row r, i < 4.
LFM_INLINE void transpose4(const uint8_t *p, size_t row_bytes, u16x32 *out) {
  u16x32 a = line4(p, row_bytes, 0), b = line4(p, row_bytes, 1);
  u16x32 c = line4(p, row_bytes, 2), d = line4(p, row_bytes, 3);
#define LFM_LOW2 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define LFM_HIGH2 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
  u16x32 ab = __builtin_shufflevector(a, b, LFM_LOW2), cd = __builtin_shufflevector(c, d, LFM_LOW2);
#define LFM_FIRST 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define LFM_SECOND 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
  out[0] = __builtin_shufflevector(ab, cd, LFM_FIRST);
  out[1] = __builtin_shufflevector(ab, cd, LFM_SECOND);
  ab = __builtin_shufflevector(a, b, LFM_HIGH2);
  cd = __builtin_shufflevector(c, d, LFM_HIGH2);
  out[2] = __builtin_shufflevector(ab, cd, LFM_FIRST);
  out[3] = __builtin_shufflevector(ab, cd, LFM_SECOND);
#undef LFM_LOW2
#undef LFM_HIGH2
#undef LFM_FIRST
#undef LFM_SECOND
}

LFM_INLINE void put_scales(const uint8_t *p, size_t row_bytes, uint8_t *out) {
  LFM_UNROLL for (size_t r = 0; r < 16; r++) __builtin_memcpy(out + 2 * r, p + r * row_bytes, 2);
}

// A group's rows follow one another, but are read side by side, which no processor foresees: call for the next group's
// share of lines, block by block. (Without, reading from memory takes 5 times as long.)
#undef LFM_CALL_FOR_ROWS
#define LFM_CALL_FOR_ROWS(b, bytes)                                                      \
  LFM_UNROLL for (size_t line = 0; line < ((bytes) * 16 + LFM_LINE - 1) / LFM_LINE; line++) \
    __builtin_prefetch(ahead + (b) * (bytes) * 16 + line * LFM_LINE, 0, 2)

static void whole_q4_0(const uint8_t *p, size_t row_bytes, size_t columns, uint8_t *out) {
  const uint8_t *ahead = p + 16 * row_bytes;
  for (size_t b = 0; b < columns / 32; b++, p += 18) {
    LFM_CALL_FOR_ROWS(b, 18);
    u16x32 lines[4];
    transpose4(p + 2, row_bytes, lines);
    put_scales(p, row_bytes, out + lfm_pair_scales(b, LFM_Q4_0_BLOCK));
    LFM_UNROLL for (size_t i = 0; i < 4; i++)
      u_store(out + lfm_pair_lines(b, LFM_Q4_0_BLOCK) + i * LFM_LINE, lines[i]);
  }
}

static void whole_q8_0(const uint8_t *p, size_t row_bytes, size_t columns, uint8_t *out) {
  const uint8_t *ahead = p + 16 * row_bytes;
  for (size_t b = 0; b < columns / 32; b++, p += 34) {
    LFM_CALL_FOR_ROWS(b, 34);
    u16x32 lines[8];
    transpose4(p + 2, row_bytes, lines);
    transpose4(p + 18, row_bytes, lines + 4);
    put_scales(p, row_bytes, out + lfm_pair_scales(b, LFM_Q8_0_BLOCK));
    LFM_UNROLL for (size_t i = 0; i < 8; i++)
      u_store(out + lfm_pair_lines(b, LFM_Q8_0_BLOCK) + i * LFM_LINE, lines[i] ^ 0x80808080u);
  }
}

// Q4_K, and with the fifth bits Q5_K.
LFM_INLINE void whole_k(
    const uint8_t *p, size_t row_bytes, size_t columns, uint8_t *out, const int fifth) {
  const size_t bytes = fifth ? 176 : 144, block = fifth ? LFM_Q5_K_BLOCK : LFM_Q4_K_BLOCK;
  const size_t sub = fifth ? LFM_Q5_K_SUBBLOCK : LFM_Q4_K_SUBBLOCK;
  const uint8_t *ahead = p + 16 * row_bytes;
  for (size_t b = 0; b < columns / 256; b++, p += bytes, out += block) {
    u16x32 head[4], high[8];
    transpose4(p, row_bytes, head);
    u_half(out, head[0]);
    u_half(out + 32, head[0] >> 16);
    for (size_t w = 1; w < 4; w++) u_store(out + w * LFM_LINE, head[w]);
    if (fifth) {
      transpose4(p + 16, row_bytes, high);
      transpose4(p + 32, row_bytes, high + 4);
    }
    for (size_t c = 0; c < 4; c++) {
      u16x32 q[8];
      const uint8_t *from = p + (fifth ? 48 : 16) + 32 * c;
      transpose4(from, row_bytes, q);
      transpose4(from + 16, row_bytes, q + 4);
      uint8_t *lines = out + (2 * c + 1) * sub;
      LFM_CALL_FOR_ROWS(b * 4 + c, bytes / 4);
      LFM_UNROLL for (size_t i = 0; i < 4; i++) {
        u_store(lines + i * LFM_LINE, (q[i] & 0x0f0f0f0fu) | (q[i + 4] & 0x0f0f0f0fu) << 4);
        u_store(lines + sub + i * LFM_LINE, (q[i] >> 4 & 0x0f0f0f0fu) | (q[i + 4] & 0xf0f0f0f0u));
      }
      if (!fifth) continue;
      for (size_t j = 2 * c; j < 2 * c + 2; j++) {
        u16x32 bits = high[0] >> (uint32_t)j & 0x01010101u;
        LFM_UNROLL for (uint32_t i = 1; i < 8; i++)
          bits |= (high[i] >> (uint32_t)j & 0x01010101u) << i;
        u_store(out + 4 * LFM_LINE + j * sub, bits);
      }
    }
  }
}

// The quads of one half (128 columns) of a block of Q6_K: low four bits from 16 lines, high two from 8.
LFM_INLINE u16x32 six_lines(const u16x32 *low, const u16x32 *high, size_t quad, u16x32 *top) {
  *top = high[quad % 8] >> (uint32_t)(quad / 8 * 2) & 0x03030303u;
  return low[quad % 16] >> (quad >= 16 ? 4u : 0u) & 0x0f0f0f0fu;
}

static void whole_q6_K(const uint8_t *p, size_t row_bytes, size_t columns, uint8_t *out) {
  const uint8_t *ahead = p + 16 * row_bytes;
  for (size_t b = 0; b < columns / 256; b++, p += 210) {
    uint8_t *block = out + lfm_pair_lines(b, LFM_Q6_K_BLOCK);
    put_scales(p + 208, row_bytes, out + lfm_pair_scales(b, LFM_Q6_K_BLOCK));
    u16x32 four[4];
    transpose4(p + 192, row_bytes, four);
    LFM_UNROLL for (size_t j = 0; j < 16; j++) {
      u16x8 bytes = __builtin_convertvector(four[j / 4] >> (uint32_t)(j % 4 * 8), u16x8);
      __builtin_memcpy(block + j / 4 * LFM_Q6_K_QUARTER + j % 4 * 16, &bytes, sizeof bytes);
    }
    for (size_t half = 0; half < 2; half++) {
      u16x32 low[16], high[8];
      LFM_CALL_FOR_ROWS(b * 2 + half, 105);
      for (size_t i = 0; i < 4; i++) transpose4(p + half * 64 + 16 * i, row_bytes, low + 4 * i);
      for (size_t i = 0; i < 2; i++)
        transpose4(p + 128 + half * 32 + 16 * i, row_bytes, high + 4 * i);
      for (size_t j = 0; j < 8; j++) {
        uint8_t *lines = block + (2 * half + j / 4) * LFM_Q6_K_QUARTER + LFM_LINE + j % 4 * LFM_Q6_K_SUBBLOCK;
        u16x32 v[4], t[4];
        LFM_UNROLL for (size_t i = 0; i < 4; i++) v[i] = six_lines(low, high, 4 * j + i, &t[i]);
        u_store(lines, v[0] | v[2] << 4);
        u_store(lines + LFM_LINE, v[1] | v[3] << 4);
        u_store(lines + 2 * LFM_LINE, t[0] | t[1] << 2 | t[2] << 4 | t[3] << 6);
      }
    }
  }
}

// Whether the type was one of these.
static int LFM_NAME(pack_whole_group)(
    int32_t type, const uint8_t *rows, size_t row_bytes, size_t columns, uint8_t *out) {
  switch (type) {
    case LFM_WEIGHT_Q4_0:
      whole_q4_0(rows, row_bytes, columns, out);
      break;
    case LFM_WEIGHT_Q8_0:
      whole_q8_0(rows, row_bytes, columns, out);
      break;
    case LFM_WEIGHT_Q4_K:
      whole_k(rows, row_bytes, columns, out, 0);
      break;
    case LFM_WEIGHT_Q5_K:
      whole_k(rows, row_bytes, columns, out, 1);
      break;
    case LFM_WEIGHT_Q6_K:
      whole_q6_K(rows, row_bytes, columns, out);
      break;
    default:
      return 0;
  }
  // The half of a last pair that is not there has scales of zero.
  const size_t block = type == LFM_WEIGHT_Q6_K ? 256 : 32, last = columns / block;
  const size_t lines = type == LFM_WEIGHT_Q4_0   ? LFM_Q4_0_BLOCK
                       : type == LFM_WEIGHT_Q8_0 ? LFM_Q8_0_BLOCK
                       : type == LFM_WEIGHT_Q6_K ? LFM_Q6_K_BLOCK
                                                 : 0;
  if (lines && last % 2) __builtin_memset(out + lfm_pair_scales(last, lines), 0, 32);
  return 1;
}
