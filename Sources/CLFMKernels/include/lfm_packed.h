// Packed weights, and products of them with activations of 8 bits: the *fast family*. Weights keep the bits that the
// checkpoint has, 16 rows interleaved in groups of 4 columns, so that one vector load feeds 16 rows at once; an
// activation is rounded to 8 bits, with a scale for every 128 columns (Q4_0, Q8_0; 32 where they are to be fine) or 256
// (K-quants).
//
// The sums over a block are integers, and the scaling is done in one order over k: a result depends on its own row and
// column alone, and is the same bits in every instruction set with fused multiply-add.
#ifndef LFM_PACKED_H
#define LFM_PACKED_H

#include <stddef.h>
#include <stdint.h>

#include "lfm_kernels.h"

enum {
  // Rows of a group.
  LFM_GROUP_ROWS = 16,
  // Version of the packed bytes; changes whenever they do.
  LFM_PACKED_VERSION = 2,
  // Activation columns of a panel: what one pass over a group multiplies.
  LFM_PANEL_COLUMNS = 8,
  // How many bytes ahead weights are called for, where that helps: two blocks of Q4_K.
  LFM_LOOKAHEAD = 4608,
};

// A matrix in groups of 16 rows. The last group is filled up with rows of zeros.
typedef struct lfm_packed {
  const uint8_t *data;   // of the first group, aligned to 64 bytes
  size_t group_stride;   // bytes from one group to the next
  size_t rows;
  size_t columns;        // a multiple of the type's block
  int32_t type;          // enum lfm_weight_type
  int32_t kind;          // enum lfm_panel_kind: of the activations that it is multiplied with, one that fits its type
} lfm_packed;

// Bytes of a group of 16 rows, a multiple of 64; 0 where rows of this type or length are not packed.
size_t lfm_packed_group_bytes(int32_t type, size_t columns);

// Pack 1 ... 16 consecutive rows of a checkpoint into `out`, aligned to 64 bytes.
void lfm_pack_group(
    int32_t type, const uint8_t *rows, size_t row_bytes, size_t row_count, size_t columns,
    uint8_t *out);

// The same bytes row by row: the twin that says what they are.
void lfm_pack_group_slowly(
    int32_t type, const uint8_t *rows, size_t row_bytes, size_t row_count, size_t columns,
    uint8_t *out);

// How activations are laid out for the weights of a type; types of one kind share panels.
enum lfm_panel_kind {
  LFM_PANEL_NONE = 0,
  LFM_PANEL_Q4_0,
  LFM_PANEL_Q8_0,
  LFM_PANEL_Q4_K,
  LFM_PANEL_Q6_K,
  LFM_PANEL_Q4_0_FINE,
  LFM_PANEL_Q8_0_FINE,
  LFM_PANEL_KINDS,
};

int32_t lfm_panel_kind_of(int32_t type);

// The same with as many scales as the weights have: half the error of rounding where the numbers of a column differ much, at
// up to 8 % of the product's time. Types without such a kind get their only one.
int32_t lfm_fine_panel_kind_of(int32_t type);

// Bytes of one column in a panel. A panel of n columns takes n times as many, and panel p of a set starts at column
// 8 p: every panel but the last has 8 columns.
size_t lfm_panel_column_bytes(int32_t kind, size_t columns);

typedef struct lfm_packed_kernels {
  const char *name;
  // How many bytes ahead products of few columns call for weights: LFM_LOOKAHEAD, or 0 where that is not known to help.
  size_t lookahead;
  void (*quantize_column)(int32_t, const float *, size_t, uint8_t *);
  void (*quantize_rest)(int32_t, const float *, size_t, const uint8_t *, float *);
  void (*interleave_panel)(const uint8_t *const *, size_t, size_t, uint8_t *);
  void (*packed_product)(
      const lfm_packed *, size_t, size_t, const uint8_t *, float *const *, size_t, size_t);
  void (*packed_gate)(
      const lfm_packed *, const lfm_packed *, size_t, size_t, const uint8_t *, float *const *,
      size_t, size_t);
} lfm_packed_kernels;

// The set of that name ("avx512vnni", "avxvnni", "avx2", "i8mm", "dotprod", "portable"), the best one for "fast", or NULL where this
// processor or program has none.
const lfm_packed_kernels *lfm_packed_kernels_named(const char *name);

// Round one column of activations: a panel of one.
static inline void lfm_quantize_column(
    const lfm_packed_kernels *k, int32_t kind, const float *input, size_t columns, uint8_t *out) {
  k->quantize_column(kind, input, columns, out);
}

// rest = the column less what its words stand for. Rounded itself and multiplied beside the column, it makes an activation
// of 16 bits of two of 8, at twice the arithmetic and no more weights to read.
static inline void lfm_quantize_rest(
    const lfm_packed_kernels *k, int32_t kind, const float *input, size_t columns,
    const uint8_t *words, float *rest) {
  k->quantize_rest(kind, input, columns, words, rest);
}

// Make one panel of 1 ... 8 panels of one, each of `bytes` bytes (lfm_panel_column_bytes).
static inline void lfm_interleave_panel(
    const lfm_packed_kernels *k, const uint8_t *const *inputs, size_t count, size_t bytes,
    uint8_t *panel) {
  k->interleave_panel(inputs, count, bytes, panel);
}

// outputs[c][r] = row r · column c, for the rows of groups begin ..< end and columns c < count.
static inline void lfm_packed_product(
    const lfm_packed_kernels *k, const lfm_packed *m, size_t begin, size_t end,
    const uint8_t *panels, float *const *outputs, size_t count) {
  k->packed_product(m, begin, end, panels, outputs, count, k->lookahead);
}

// outputs[c][r] = silu(gate row r · column c) * (up row r · column c), likewise. Both have one type, kind and shape.
static inline void lfm_packed_gate(
    const lfm_packed_kernels *k, const lfm_packed *gate, const lfm_packed *up, size_t begin,
    size_t end, const uint8_t *panels, float *const *outputs, size_t count) {
  k->packed_gate(gate, up, begin, end, panels, outputs, count, k->lookahead);
}

#endif
