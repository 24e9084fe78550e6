// Where things stand in a packed group and in a panel. "Line" is 64 bytes: 4 consecutive columns (a quad) of 16 rows,
// or of two quads in the low and high halves of its bytes.
//
//   Q4_0   pairs of blocks of 32: line of 2 x 16 f16 scales; per block 4 lines, low quad i, high quad i + 4
//   Q8_0   pairs of blocks of 32: line of 2 x 16 f16 scales; per block 8 lines, quad i, bytes + 128
//   Q4_K   blocks of 256: line of 16 f16 scales and 16 f16 scales of minima; 3 lines, word w of each row's packed
//          6-bit scales and minima; per sub-block of 32 the lines of Q4_0
//   Q5_K   as Q4_K, and before each sub-block's lines one of fifth bits: bit i of a byte belongs to quad i
//   Q6_K   pairs of blocks of 256: line of 2 x 16 f16 scales; per quarter of a block one line of 16 signed scales for each of
//          4 sub-blocks; per sub-block of 16: 2 lines, low quad i, high quad i + 2, and one of the two highest bits: bits 2 i
//          of quad i
//
// Lines stand in the order in which a product needs them: what prefetches for the processor foresees streams that ascend,
// and loses them where a line is fetched before an earlier one (Q5_K with its fifth bits last: half of a reader's rate).
// The last pair may have one block only. A panel of n columns, in 32-bit words:
//
//   kinds Q4_0, Q8_0   per run of 128 columns (the last is as long as what is left): n f32 scales; then for each 32 of them
//                      n sums (times -8, -128), 8 quads of n words of 4 signed bytes
//   their fine kinds   the same with runs of 32 columns
//   kind Q4_K          per 256: n f32 scales, 4 x n pairs of 16-bit sums of 32 (sub-blocks 0 2, 1 3, 4 6, 5 7), 64 quads of n
//   kind Q6_K          per 256: n f32 scales, 16 x n sums of 16 (times -32), 64 quads of n
#ifndef LFM_PACKED_LAYOUT_H
#define LFM_PACKED_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "lfm_packed.h"

enum {
  LFM_LINE = 64,
  LFM_Q4_0_BLOCK = 4 * LFM_LINE,
  LFM_Q8_0_BLOCK = 8 * LFM_LINE,
  LFM_Q4_K_SUBBLOCK = 4 * LFM_LINE,
  LFM_Q5_K_SUBBLOCK = 5 * LFM_LINE,
  LFM_Q4_K_BLOCK = 4 * LFM_LINE + 8 * LFM_Q4_K_SUBBLOCK,
  LFM_Q5_K_BLOCK = 4 * LFM_LINE + 8 * LFM_Q5_K_SUBBLOCK,
  LFM_Q6_K_SUBBLOCK = 3 * LFM_LINE,
  LFM_Q6_K_QUARTER = LFM_LINE + 4 * LFM_Q6_K_SUBBLOCK,
  LFM_Q6_K_BLOCK = 4 * LFM_Q6_K_QUARTER,
  LFM_PANEL_RUN = 4,  // blocks of 32 that share a scale: with one each, as fine kinds have, scaling costs 8 % of the product
  LFM_PANEL_WORDS_32 = 9,
  LFM_PANEL_WORDS_Q4_K = 69,
  LFM_PANEL_WORDS_Q6_K = 81,
};

// Blocks of 32 that share a scale, of a kind for types of such blocks.
static inline size_t lfm_panel_run(int32_t kind) {
  return kind == LFM_PANEL_Q4_0_FINE || kind == LFM_PANEL_Q8_0_FINE ? 1 : LFM_PANEL_RUN;
}

// Of block b of a type whose blocks come in pairs: the 16 scales, and the lines.
static inline size_t lfm_pair_scales(size_t b, size_t block) {
  return b / 2 * (LFM_LINE + 2 * block) + b % 2 * 32;
}

static inline size_t lfm_pair_lines(size_t b, size_t block) {
  return b / 2 * (LFM_LINE + 2 * block) + LFM_LINE + b % 2 * block;
}

#endif
