// The products of the fast family: tiles of 16 rows and 1 ... LFM_MOST_COLUMNS columns, one after the other, in an order
// that keeps weights and panels in the second-level cache. The layouts are in packed_layout.h.
#include "vector_body.h"

#include "packed_vector_body.h"
#include "packed_tiles_body.h"
#include "quantize_body.h"

#define tiles LFM_NAME(tiles)
#define store_rows LFM_NAME(store_rows)
#define blocks_call LFM_NAME(blocks_call)

// Panels that are multiplied with each group before the next panels come: 8 * 8 columns of 2048 take 160 KiB, a part of
// the second-level cache that leaves room for the groups (half and twice as many are 2 to 10 % slower).
#undef LFM_PANELS_AT_ONCE
#define LFM_PANELS_AT_ONCE 8

#undef LFM_TILES_OF
#define LFM_TILES_OF(NAME, TILE)                                                               \
  static void LFM_NAME(NAME)(                                                                  \
      const uint8_t *w, const uint8_t *x, size_t columns, size_t stride, v16 *out,             \
      const uint8_t *ahead, size_t far, int n) {                                               \
    (void)stride;                                                                              \
    LFM_COLUMN_CASES(TILE)                                                                     \
  }

#undef LFM_CASE
#define LFM_CASE(N, TILE)                                \
  case N: {                                              \
    v16 sum[N];                                          \
    for (int c = 0; c < N; c++) sum[c] = v_set(0.0f);    \
    TILE(w, x, columns, LFM_STRIDE(N), sum, ahead, far, N); \
    __builtin_memcpy(out, sum, sizeof sum);              \
    break;                                               \
  }

// Where a tile may have all columns of a panel, it always has: the distance of the quads is then a constant.
#undef LFM_STRIDE
#if LFM_MOST_COLUMNS == 8
#define LFM_STRIDE(N) (N)
#else
#define LFM_STRIDE(N) stride
#endif

#undef LFM_COLUMN_CASES
#if LFM_MOST_COLUMNS == 8
#define LFM_COLUMN_CASES(TILE)                                                                     \
  switch (n) {                                                                                     \
    LFM_CASE(1, TILE) LFM_CASE(2, TILE) LFM_CASE(3, TILE) LFM_CASE(4, TILE) LFM_CASE(5, TILE)      \
    LFM_CASE(6, TILE) LFM_CASE(7, TILE) LFM_CASE(8, TILE)                                          \
  }
#elif LFM_MOST_COLUMNS == 4
#define LFM_COLUMN_CASES(TILE) \
  switch (n) { LFM_CASE(1, TILE) LFM_CASE(2, TILE) LFM_CASE(3, TILE) LFM_CASE(4, TILE) }
#else
#define LFM_COLUMN_CASES(TILE) \
  switch (n) { LFM_CASE(1, TILE) LFM_CASE(2, TILE) }
#endif

LFM_TILES_OF(tiles_q4_0, tile_q4_0)
LFM_TILES_OF(tiles_q8_0, tile_q8_0)
LFM_TILES_OF(tiles_q4_0_fine, tile_q4_0_fine)
LFM_TILES_OF(tiles_q8_0_fine, tile_q8_0_fine)
LFM_TILES_OF(tiles_q4_K, tile_q4_K)
LFM_TILES_OF(tiles_q5_K, tile_q5_K)
LFM_TILES_OF(tiles_q6_K, tile_q6_K)

// out[c] = one group · column c of a panel of n columns.
LFM_INLINE void tiles(
    const lfm_packed *m, const uint8_t *w, const uint8_t *x, size_t n, v16 *out, const uint8_t *ahead, size_t far) {
  const size_t columns = m->columns;
  for (size_t c = 0; c < n; c += LFM_MOST_COLUMNS, x += 4 * LFM_MOST_COLUMNS, out += LFM_MOST_COLUMNS) {
    int some = n - c < LFM_MOST_COLUMNS ? (int)(n - c) : LFM_MOST_COLUMNS;
    switch (m->type) {
      case LFM_WEIGHT_Q4_0:
        if (m->kind == LFM_PANEL_Q4_0_FINE)
          LFM_NAME(tiles_q4_0_fine)(w, x, columns, n, out, ahead, far, some);
        else
          LFM_NAME(tiles_q4_0)(w, x, columns, n, out, ahead, far, some);
        break;
      case LFM_WEIGHT_Q8_0:
        if (m->kind == LFM_PANEL_Q8_0_FINE)
          LFM_NAME(tiles_q8_0_fine)(w, x, columns, n, out, ahead, far, some);
        else
          LFM_NAME(tiles_q8_0)(w, x, columns, n, out, ahead, far, some);
        break;
      case LFM_WEIGHT_Q4_K:
        LFM_NAME(tiles_q4_K)(w, x, columns, n, out, ahead, far, some);
        break;
      case LFM_WEIGHT_Q5_K:
        LFM_NAME(tiles_q5_K)(w, x, columns, n, out, ahead, far, some);
        break;
      case LFM_WEIGHT_Q6_K:
        LFM_NAME(tiles_q6_K)(w, x, columns, n, out, ahead, far, some);
        break;
      default:
        return;
    }
  }
}

LFM_INLINE void store_rows(float *out, v16 v, size_t rows) {
  if (rows >= LFM_GROUP_ROWS)
    v_store(out, v);
  else
    v_store_n(out, v, rows);
}

// Whether the blocks of a type call for lines ahead: those of 256 do, of 32 columns go so few lines into a block that they
// are foreseen as they are.
LFM_INLINE int blocks_call(int32_t type) { return type != LFM_WEIGHT_Q4_0 && type != LFM_WEIGHT_Q8_0; }

// Runs BODY for every group and panel; it has g, the group's rows, the panel's first column and its width n.
#undef LFM_EACH_TILE
#define LFM_EACH_TILE(M, BODY)                                                                     \
  const size_t column_bytes = lfm_panel_column_bytes((M)->kind, (M)->columns);                    \
  const size_t group_bytes = lfm_packed_group_bytes((M)->type, (M)->columns);                      \
  const size_t at_once = LFM_PANELS_AT_ONCE * LFM_PANEL_COLUMNS;                                   \
  /* More panels find the lines of a group in a cache, where the first one has left them. */       \
  const size_t far = count <= LFM_MOST_COLUMNS && blocks_call((M)->type) ? lookahead : 0;          \
  for (size_t from = 0; from < count; from += at_once)                                             \
    for (size_t g = begin; g < end; g++) {                                                         \
      const size_t row = g * LFM_GROUP_ROWS;                                                       \
      const size_t until = count - from < at_once ? count : from + at_once;                        \
      for (size_t first = from; first < until; first += LFM_PANEL_COLUMNS) {                       \
        const size_t n = until - first < LFM_PANEL_COLUMNS ? until - first : LFM_PANEL_COLUMNS;    \
        const uint8_t *x = panels + first * column_bytes;                                          \
        /* This panel's share of the next group's lines; past its end, lines that are there already. */ \
        const size_t share = first / LFM_PANEL_COLUMNS * ((M)->columns / 32) * LFM_LINE;           \
        const int calls = n == LFM_PANEL_COLUMNS && share < group_bytes && !far;                   \
        const size_t ahead = calls ? (M)->group_stride + share : 0;                                \
        BODY                                                                                       \
      }                                                                                            \
    }

static void LFM_NAME(packed_product)(
    const lfm_packed *m, size_t begin, size_t end, const uint8_t *panels, float *const *outputs,
    size_t count, size_t lookahead) {
  LFM_EACH_TILE(m, {
    v16 out[LFM_PANEL_COLUMNS];
    const uint8_t *w = m->data + g * m->group_stride;
    tiles(m, w, x, n, out, w + ahead, far);
    for (size_t c = 0; c < n; c++) store_rows(outputs[first + c] + row, out[c], m->rows - row);
  })
}

static void LFM_NAME(packed_gate)(
    const lfm_packed *gate, const lfm_packed *up, size_t begin, size_t end, const uint8_t *panels,
    float *const *outputs, size_t count, size_t lookahead) {
  const v16 one = v_set(1.0f);
  LFM_EACH_TILE(gate, {
    v16 a[LFM_PANEL_COLUMNS];
    v16 b[LFM_PANEL_COLUMNS];
    const uint8_t *w = gate->data + g * gate->group_stride;
    tiles(gate, w, x, n, a, w + ahead, far);
    w = up->data + g * up->group_stride;
    tiles(up, w, x, n, b, w + ahead, far);
    for (size_t c = 0; c < n; c++)
      store_rows(
          outputs[first + c] + row, a[c] / (one + v_exp(-a[c])) * b[c], gate->rows - row);
  })
}
