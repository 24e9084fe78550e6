// Matrix product of the exact family: weights dequantised row by row into scratch that stays in the cache, then
// multiplied with tiles of activation columns; rows of plain floats, where tiles are wide, without that step. Each
// output has its own 16 lanes, summed over k in steps of 16 from the first to the last and folded once at the end: it
// is the same whatever else is computed beside it.
#include "vector_body.h"

#define bytes16 LFM_NAME(bytes16)
#define float16_of LFM_NAME(float16_of)
#define look_up LFM_NAME(look_up)
#define decode_q8_0 LFM_NAME(decode_q8_0)
#define decode_q4_0 LFM_NAME(decode_q4_0)
#define decode_q4_K LFM_NAME(decode_q4_K)
#define decode_q5_K LFM_NAME(decode_q5_K)
#define decode_q6_K LFM_NAME(decode_q6_K)
#define lines_of_block LFM_NAME(lines_of_block)
#define scales_of_block LFM_NAME(scales_of_block)
#define dot_blocks LFM_NAME(dot_blocks)
#define dot_column LFM_NAME(dot_column)
#define unpack_f16 LFM_NAME(unpack_f16)
#define float16_of_bf16 LFM_NAME(float16_of_bf16)
#define unpack_bf16 LFM_NAME(unpack_bf16)
#define unpack_f32 LFM_NAME(unpack_f32)
#define has_blocks LFM_NAME(has_blocks)
#define unpack_row LFM_NAME(unpack_row)
#define tile LFM_NAME(tile)
#define multiply_rows LFM_NAME(multiply_rows)
#define multiply_plain LFM_NAME(multiply_plain)
#define plain16 LFM_NAME(plain16)
#define dot_plain LFM_NAME(dot_plain)
#define tile_columns LFM_NAME(tile_columns)
#include "weights_body.h"

// The widest tile whose accumulators and operands fit the registers.
#undef LFM_TILE_ROWS
#undef LFM_TILE_COLUMNS
#if LFM_LANES_IN_REGISTERS >= 32
#define LFM_TILE_ROWS 4
#define LFM_TILE_COLUMNS 6
#elif LFM_LANES_IN_REGISTERS >= 8
#define LFM_TILE_ROWS 2
#define LFM_TILE_COLUMNS 3
#else
#define LFM_TILE_ROWS 1
#define LFM_TILE_COLUMNS 2
#endif

// 16 consecutive weights of a row of plain floats.
LFM_INLINE v16 plain16(const uint8_t *row, size_t column, const int32_t type) {
  if (type == LFM_WEIGHT_F32) return v_load((const float *)row + column);
  if (type == LFM_WEIGHT_F16) return v_half_load(row + column * 2);
  u16x16 bits;
  __builtin_memcpy(&bits, row + column * 2, sizeof bits);
  return float16_of_bf16(bits);
}

// Adds k begin ..< end to the sums of a tile, a constant number of rows and columns of plain floats. The sums live in
// registers, and between two runs of k in memory; the last run folds them into the outputs. Where k is no whole number
// of vectors, the weights are, with zeros.
LFM_INLINE void tile(
    const uint8_t *weights, size_t row_bytes, size_t begin, size_t end, size_t k,
    const float *const *inputs, float *const *outputs, size_t row, float *sums, const int32_t type,
    const int rows, const int columns) {
  v16 sum[LFM_TILE_ROWS][LFM_TILE_COLUMNS];
  LFM_UNROLL for (int r = 0; r < rows; r++)
    LFM_UNROLL for (int c = 0; c < columns; c++)
      sum[r][c] = begin ? v_load(sums + (r * LFM_PRODUCT_COLUMNS + c) * 16) : v_set(0.0f);
  size_t i = begin;
  for (; i + 16 <= end; i += 16) {
    v16 w[LFM_TILE_ROWS];
    LFM_UNROLL for (int r = 0; r < rows; r++) w[r] = plain16(weights + (size_t)r * row_bytes, i, type);
    LFM_UNROLL for (int c = 0; c < columns; c++) {
      v16 x = v_load(inputs[c] + i);
      LFM_UNROLL for (int r = 0; r < rows; r++) sum[r][c] = v_fma(w[r], x, sum[r][c]);
    }
  }
  if (end < k) {
    LFM_UNROLL for (int r = 0; r < rows; r++)
      LFM_UNROLL for (int c = 0; c < columns; c++)
        v_store(sums + (r * LFM_PRODUCT_COLUMNS + c) * 16, sum[r][c]);
    return;
  }
  if (i < k)
    LFM_UNROLL for (int c = 0; c < columns; c++) {
      v16 x = v_load_n(inputs[c] + i, k - i);
      LFM_UNROLL for (int r = 0; r < rows; r++)
        sum[r][c] = v_fma(plain16(weights + (size_t)r * row_bytes, i, type), x, sum[r][c]);
    }
  LFM_UNROLL for (int r = 0; r < rows; r++)
    LFM_UNROLL for (int c = 0; c < columns; c++) outputs[c][row + (size_t)r] = v_sum(sum[r][c]);
}

// As tile, for any number of columns up to a tile's.
LFM_INLINE void tile_columns(
    const uint8_t *weights, size_t row_bytes, size_t begin, size_t end, size_t k,
    const float *const *inputs, float *const *outputs, size_t count, size_t row, float *sums,
    const int32_t type, const int rows) {
#define LFM_CASE(n)                                                                              \
  case n:                                                                                        \
    tile(weights, row_bytes, begin, end, k, inputs, outputs, row, sums, type, rows, n);          \
    break;
  switch (count) {
    LFM_CASE(1)
    LFM_CASE(2)
#if LFM_TILE_COLUMNS > 2
    LFM_CASE(3)
#endif
#if LFM_TILE_COLUMNS > 3
    LFM_CASE(4)
    LFM_CASE(5)
    LFM_CASE(6)
#endif
    default:
      break;
  }
#undef LFM_CASE
}

// Some rows of plain floats against all columns, in blocks that stay in the caches: LFM_PRODUCT_COLUMNS columns, then a
// run of k, then a tile's columns, then the rows. Meanwhile a tile's columns call for some lines of what comes next.
LFM_INLINE void multiply_rows(
    const uint8_t *weights, size_t row_bytes, size_t k, const float *const *inputs,
    float *const *outputs, size_t count, size_t row, size_t rows, size_t run, float *sums,
    const uint8_t *ahead, size_t ahead_bytes, const int32_t type) {
  const size_t steps = (k + run - 1) / run * ((count + LFM_TILE_COLUMNS - 1) / LFM_TILE_COLUMNS);
  const size_t share = (ahead_bytes + 64 * steps - 1) / (64 * steps) * 64;
  for (size_t block = 0; block < count; block += LFM_PRODUCT_COLUMNS) {
    size_t block_end = count - block < LFM_PRODUCT_COLUMNS ? count : block + LFM_PRODUCT_COLUMNS;
    for (size_t begin = 0; begin < k; begin += run) {
      size_t end = k - begin < run ? k : begin + run;
      for (size_t c = block; c < block_end; c += LFM_TILE_COLUMNS) {
        size_t n = block_end - c < LFM_TILE_COLUMNS ? block_end - c : LFM_TILE_COLUMNS;
        size_t r = 0;
        for (const uint8_t *stop = ahead + share; ahead < stop; ahead += 64)
          __builtin_prefetch(ahead, 0, 2);
        for (; r + LFM_TILE_ROWS <= rows; r += LFM_TILE_ROWS)
          tile_columns(
              weights + r * row_bytes, row_bytes, begin, end, k, inputs + c, outputs + c, n, row + r,
              sums + (r * LFM_PRODUCT_COLUMNS + c - block) * 16, type, LFM_TILE_ROWS);
        for (; r < rows; r++)
          tile_columns(
              weights + r * row_bytes, row_bytes, begin, end, k, inputs + c, outputs + c, n, row + r,
              sums + (r * LFM_PRODUCT_COLUMNS + c - block) * 16, type, 1);
      }
    }
  }
}

// Rows of plain floats, a whole number of vectors long, straight from memory: a wide tile widens a weight for so many
// columns that it costs less than to store and load it (measured: 93 % of what the registers can do, by way of scratch
// 70 to 80). A tile's rows stay in the first-level cache while a block of columns passes.
LFM_INLINE void multiply_plain(
    const lfm_matrix *m, size_t begin, size_t end, const float *const *inputs, float *const *outputs,
    size_t count, float *scratch, const int32_t type) {
  for (size_t c = 0; c < count; c += LFM_PRODUCT_COLUMNS)
    for (size_t row = begin; row < end; row += LFM_TILE_ROWS) {
      const size_t rows = end - row < LFM_TILE_ROWS ? end - row : LFM_TILE_ROWS;
      const size_t n = count - c < LFM_PRODUCT_COLUMNS ? count - c : LFM_PRODUCT_COLUMNS;
      const uint8_t *weights = m->data + row * m->row_bytes, *ahead = weights + rows * m->row_bytes;
      multiply_rows(
          weights, m->row_bytes, m->columns, inputs + c, outputs + c, n, row, rows, m->columns,
          scratch, ahead, rows * m->row_bytes, type);
    }
}

// One column against blocks: nothing is gained by keeping the weights.
static void dot_column(
    const lfm_matrix *m, size_t begin, size_t end, const float *x, float *out) {
  size_t row = begin;
  for (; row + 4 <= end; row += 4) dot_blocks(m, row, x, out + row, 4);
  for (; row < end; row++) dot_blocks(m, row, x, out + row, 1);
}

// Rows whose chains of additions the registers hold.
#undef LFM_DOT_ROWS
#if LFM_LANES_IN_REGISTERS >= 32
#define LFM_DOT_ROWS 8
#else
#define LFM_DOT_ROWS 4
#endif

// One column against rows of plain floats, a whole number of vectors long, straight from memory: a constant number of
// rows side by side, and meanwhile a call for the lines of the next ones, in the order in which they stand. As many rows as
// have their chains of additions in registers (measured on Zen 4: 28 % more than without calls, 4 to 6 % more than four rows
// that each call for their own), or two, whose next lines are called into the first-level cache (on Zen 5: 21 % more than
// eight). The sums are those of tile, to the bit.
LFM_INLINE void dot_plain(
    const lfm_matrix *m, size_t begin, size_t end, const float *x, float *out, const int32_t type,
    const size_t at_once) {
  const size_t columns = m->columns, width = type == LFM_WEIGHT_F32 ? 4 : 2;
  for (size_t row = begin; row < end; row += at_once) {
    const size_t rows = end - row < at_once ? end - row : at_once;
    const uint8_t *p[LFM_DOT_ROWS];
    v16 sum[LFM_DOT_ROWS];
    LFM_UNROLL for (size_t r = 0; r < at_once; r++) {
      // The last row stands in for those that are not there.
      p[r] = m->data + (row + (r < rows ? r : rows - 1)) * m->row_bytes;
      sum[r] = v_set(0.0f);
    }
    for (size_t i = 0; i < columns; i += 16) {
      const v16 v = v_load(x + i);
      for (size_t line = 0; line < at_once * 16 * width; line += 64) {
        const uint8_t *next = p[0] + at_once * (m->row_bytes + i * width) + line;
        if (at_once == 2)
          __builtin_prefetch(next, 0, 3);
        else
          __builtin_prefetch(next, 0, 2);
      }
      LFM_UNROLL for (size_t r = 0; r < at_once; r++) sum[r] = v_fma(plain16(p[r], i, type), v, sum[r]);
    }
    LFM_UNROLL for (size_t r = 0; r < at_once; r++)
      if (r < rows) out[row + r] = v_sum(sum[r]);
  }
}

void LFM_NAME(lfm_product)(
    const lfm_matrix *m, size_t begin, size_t end, const float *const *inputs,
    float *const *outputs, size_t count, float *scratch, int32_t two_rows) {
  if (count == 0) return;
  const int floats =
      m->type == LFM_WEIGHT_F32 || m->type == LFM_WEIGHT_F16 || m->type == LFM_WEIGHT_BF16;
  if (count == 1 && has_blocks(m->type)) {
    dot_column(m, begin, end, inputs[0], outputs[0]);
    return;
  }
#define LFM_DOT_PLAIN(TYPE)                                             \
  if (two_rows)                                                         \
    dot_plain(m, begin, end, inputs[0], outputs[0], TYPE, 2);           \
  else                                                                  \
    dot_plain(m, begin, end, inputs[0], outputs[0], TYPE, LFM_DOT_ROWS);
#define LFM_PLAIN(TYPE)                                                     \
  if (m->type == TYPE && count == 1) {                                      \
    LFM_DOT_PLAIN(TYPE)                                                     \
  }                                                                         \
  if (m->type == TYPE && count > 1)                                         \
    multiply_plain(m, begin, end, inputs, outputs, count, scratch, TYPE);
  if (floats && m->columns % 16 == 0 && (count == 1 || LFM_LANES_IN_REGISTERS >= 32)) {
    LFM_PLAIN(LFM_WEIGHT_F32)
    LFM_PLAIN(LFM_WEIGHT_F16)
    LFM_PLAIN(LFM_WEIGHT_BF16)
    return;
  }
#undef LFM_PLAIN
#undef LFM_DOT_PLAIN
  const size_t stride = lfm_product_stride(m->columns);
  float *sums = scratch + LFM_PRODUCT_ROWS * stride;
  // Wide tiles read the second-level cache fast enough, and need not save their sums (measured: 9 to 13 % more than in
  // runs); narrow ones, which lose a fifth by that, stay within the first-level one.
  const int whole = LFM_LANES_IN_REGISTERS >= 32 || count <= LFM_TILE_COLUMNS;
  const size_t run = whole ? m->columns : LFM_PRODUCT_RUN;
  for (size_t row = begin; row < end;) {
    size_t rows = end - row < LFM_PRODUCT_ROWS ? end - row : LFM_PRODUCT_ROWS;
    // Few columns read each weight once: few rows at a time keep them in the first-level cache.
    if (count <= LFM_TILE_COLUMNS && rows > LFM_TILE_ROWS) rows = LFM_TILE_ROWS;
    for (size_t r = 0; r < rows; r++) unpack_row(m, row + r, scratch + r * stride);
    multiply_rows(
        (const uint8_t *)scratch, stride * 4, m->columns, inputs, outputs, count, row, rows, run, sums,
        m->data + (row + rows) * m->row_bytes, rows * m->row_bytes, LFM_WEIGHT_F32);
    row += rows;
  }
}

void LFM_NAME(lfm_dequantize_row)(const lfm_matrix *m, size_t row, float *out) {
  unpack_row(m, row, out);
}
