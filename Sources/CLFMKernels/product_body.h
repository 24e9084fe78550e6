// Matrix product of the exact family: weights dequantised row by row into scratch that stays in the cache, then
// multiplied with tiles of activation columns. Each output has its own 16 lanes, summed over k in steps of 16 from the
// first to the last and folded once at the end: it is the same whatever else is computed beside it.
#include "vector_body.h"

#define bytes16 LFM_NAME(bytes16)
#define float16_of LFM_NAME(float16_of)
#define nibble_pair LFM_NAME(nibble_pair)
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
#define unpack_bf16 LFM_NAME(unpack_bf16)
#define unpack_f32 LFM_NAME(unpack_f32)
#define unpack_row LFM_NAME(unpack_row)
#define tile LFM_NAME(tile)
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

// outputs[c][r] = weights[r] · inputs[c] for a constant number of rows and columns.
LFM_INLINE void tile(
    const float *weights, size_t stride, size_t k, const float *const *inputs,
    float *const *outputs, size_t row, const int rows, const int columns) {
  v16 sum[LFM_TILE_ROWS][LFM_TILE_COLUMNS];
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++) sum[r][c] = v_set(0.0f);
  size_t i = 0;
  for (; i + 16 <= k; i += 16) {
    v16 w[LFM_TILE_ROWS];
    for (int r = 0; r < rows; r++) w[r] = v_load(weights + (size_t)r * stride + i);
    for (int c = 0; c < columns; c++) {
      v16 x = v_load(inputs[c] + i);
      for (int r = 0; r < rows; r++) sum[r][c] = v_fma(w[r], x, sum[r][c]);
    }
  }
  if (i < k)
    for (int c = 0; c < columns; c++) {
      v16 x = v_load_n(inputs[c] + i, k - i);
      for (int r = 0; r < rows; r++)
        sum[r][c] = v_fma(v_load(weights + (size_t)r * stride + i), x, sum[r][c]);
    }
  for (int r = 0; r < rows; r++)
    for (int c = 0; c < columns; c++) outputs[c][row + (size_t)r] = v_sum(sum[r][c]);
}

// Some rows of scratch against all columns.
LFM_INLINE void tile_columns(
    const float *weights, size_t stride, size_t k, const float *const *inputs,
    float *const *outputs, size_t count, size_t row, const int rows) {
  size_t c = 0;
  for (; c + LFM_TILE_COLUMNS <= count; c += LFM_TILE_COLUMNS)
    tile(weights, stride, k, inputs + c, outputs + c, row, rows, LFM_TILE_COLUMNS);
  switch (count - c) {
#if LFM_TILE_COLUMNS > 5
    case 5:
      tile(weights, stride, k, inputs + c, outputs + c, row, rows, 5);
      break;
    case 4:
      tile(weights, stride, k, inputs + c, outputs + c, row, rows, 4);
      break;
    case 3:
      tile(weights, stride, k, inputs + c, outputs + c, row, rows, 3);
      break;
#endif
#if LFM_TILE_COLUMNS > 2
    case 2:
      tile(weights, stride, k, inputs + c, outputs + c, row, rows, 2);
      break;
#endif
    case 1:
      tile(weights, stride, k, inputs + c, outputs + c, row, rows, 1);
      break;
    default:
      break;
  }
}

// One column against blocks: nothing is gained by keeping the weights.
static void dot_column(
    const lfm_matrix *m, size_t begin, size_t end, const float *x, float *out) {
  size_t row = begin;
  for (; row + 4 <= end; row += 4) dot_blocks(m, row, x, out + row, 4);
  for (; row < end; row++) dot_blocks(m, row, x, out + row, 1);
}

void LFM_NAME(lfm_product)(
    const lfm_matrix *m, size_t begin, size_t end, const float *const *inputs,
    float *const *outputs, size_t count, float *scratch) {
  const size_t stride = (m->columns + 15) / 16 * 16;
  const int blocks =
      m->type != LFM_WEIGHT_F32 && m->type != LFM_WEIGHT_F16 && m->type != LFM_WEIGHT_BF16;
  if (count == 1 && blocks) {
    dot_column(m, begin, end, inputs[0], outputs[0]);
    return;
  }
  for (size_t row = begin; row < end;) {
    size_t rows = end - row < LFM_PRODUCT_ROWS ? end - row : LFM_PRODUCT_ROWS;
    // A lone column reads each weight once: few rows at a time keep them in the first-level cache.
    if (count < LFM_TILE_COLUMNS && rows > LFM_TILE_ROWS) rows = LFM_TILE_ROWS;
    for (size_t r = 0; r < rows; r++) unpack_row(m, row + r, scratch + r * stride);
    // A tile's columns stay in the cache while the rows pass by.
    for (size_t c = 0; c < count; c += LFM_TILE_COLUMNS) {
      size_t n = count - c < LFM_TILE_COLUMNS ? count - c : LFM_TILE_COLUMNS;
      size_t r = 0;
      for (; r + LFM_TILE_ROWS <= rows; r += LFM_TILE_ROWS)
        tile_columns(
            scratch + r * stride, stride, m->columns, inputs + c, outputs + c, n, row + r,
            LFM_TILE_ROWS);
      for (; r < rows; r++)
        tile_columns(
            scratch + r * stride, stride, m->columns, inputs + c, outputs + c, n, row + r, 1);
    }
    row += rows;
  }
}

void LFM_NAME(lfm_dequantize_row)(const lfm_matrix *m, size_t row, float *out) {
  unpack_row(m, row, out);
}
