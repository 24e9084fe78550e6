// Rows of a checkpoint into packed groups, and the sizes of groups and panels. The bits of a weight are moved, never
// changed. Here is the slow way, row by row, which says what the layout is, and which the last rows of a matrix go;
// pack_body.h has the fast one for whole groups.
#include "lfm_packed.h"

#include <string.h>

#include "packed_layout.h"
#include "processor.h"
#include "vector.h"

#define LFM_BODY "pack_body.h"
#include "each_isa.h"

static size_t pairs_bytes(size_t blocks, size_t block) {
  return blocks / 2 * (LFM_LINE + 2 * block) + blocks % 2 * (LFM_LINE + block);
}

size_t lfm_packed_group_bytes(int32_t type, size_t columns) {
  size_t block = type == LFM_WEIGHT_Q4_0 || type == LFM_WEIGHT_Q8_0 ? 32 : 256;
  if (columns == 0 || columns % block) return 0;
  switch (type) {
    case LFM_WEIGHT_Q4_0:
      return pairs_bytes(columns / 32, LFM_Q4_0_BLOCK);
    case LFM_WEIGHT_Q8_0:
      return pairs_bytes(columns / 32, LFM_Q8_0_BLOCK);
    case LFM_WEIGHT_Q4_K:
      return columns / 256 * LFM_Q4_K_BLOCK;
    case LFM_WEIGHT_Q5_K:
      return columns / 256 * LFM_Q5_K_BLOCK;
    case LFM_WEIGHT_Q6_K:
      return pairs_bytes(columns / 256, LFM_Q6_K_BLOCK);
    default:
      return 0;
  }
}

int32_t lfm_panel_kind_of(int32_t type) {
  switch (type) {
    case LFM_WEIGHT_Q4_0:
      return LFM_PANEL_Q4_0;
    case LFM_WEIGHT_Q8_0:
      return LFM_PANEL_Q8_0;
    case LFM_WEIGHT_Q4_K:
    case LFM_WEIGHT_Q5_K:
      return LFM_PANEL_Q4_K;
    case LFM_WEIGHT_Q6_K:
      return LFM_PANEL_Q6_K;
    default:
      return LFM_PANEL_NONE;
  }
}

_Static_assert(LFM_PANEL_KINDS == 7, "ForwardPass.Panels has a place for each kind");

int32_t lfm_fine_panel_kind_of(int32_t type) {
  switch (type) {
    case LFM_WEIGHT_Q4_0:
      return LFM_PANEL_Q4_0_FINE;
    case LFM_WEIGHT_Q8_0:
      return LFM_PANEL_Q8_0_FINE;
    default:
      return lfm_panel_kind_of(type);
  }
}

size_t lfm_panel_column_bytes(int32_t kind, size_t columns) {
  const size_t run = lfm_panel_run(kind);
  switch (kind) {
    case LFM_PANEL_Q4_0:
    case LFM_PANEL_Q8_0:
    case LFM_PANEL_Q4_0_FINE:
    case LFM_PANEL_Q8_0_FINE:
      return (columns / 32 * LFM_PANEL_WORDS_32 + (columns / 32 + run - 1) / run) * 4;
    case LFM_PANEL_Q4_K:
      return columns / 256 * LFM_PANEL_WORDS_Q4_K * 4;
    case LFM_PANEL_Q6_K:
      return columns / 256 * LFM_PANEL_WORDS_Q6_K * 4;
    default:
      return 0;
  }
}

// Four bytes of row r into a line.
static inline void put(uint8_t *line, size_t r, const uint8_t *four) { memcpy(line + r * 4, four, 4); }

static inline void put_scale(uint8_t *scales, size_t r, const uint8_t *half) {
  memcpy(scales + r * 2, half, 2);
}

static void pack_q4_0(const uint8_t *row, size_t r, size_t columns, uint8_t *out) {
  for (size_t b = 0; b < columns / 32; b++, row += 18) {
    uint8_t *lines = out + lfm_pair_lines(b, LFM_Q4_0_BLOCK);
    put_scale(out + lfm_pair_scales(b, LFM_Q4_0_BLOCK), r, row);
    for (size_t i = 0; i < 4; i++) put(lines + i * LFM_LINE, r, row + 2 + 4 * i);
  }
}

static void pack_q8_0(const uint8_t *row, size_t r, size_t columns, uint8_t *out) {
  for (size_t b = 0; b < columns / 32; b++, row += 34) {
    uint8_t *lines = out + lfm_pair_lines(b, LFM_Q8_0_BLOCK);
    put_scale(out + lfm_pair_scales(b, LFM_Q8_0_BLOCK), r, row);
    for (size_t i = 0; i < 8; i++) {
      uint32_t four;
      memcpy(&four, row + 2 + 4 * i, 4);
      four ^= 0x80808080u;
      memcpy(lines + i * LFM_LINE + r * 4, &four, 4);
    }
  }
}

// What Q4_K and Q5_K have in common: the scales, and the low four bits. A block's 32 bytes hold sub-block 2 c in their
// low halves and 2 c + 1 in their high ones; the lines, the last four of a sub-block, hold two quads of it. (Before the
// first sub-block stand four lines, as many as these: so its own end lies (j + 1) sub-blocks on.)
static void pack_k_lines(
    const uint8_t *block, const uint8_t *nibbles, size_t r, uint8_t *out, size_t stride) {
  put_scale(out, r, block);
  put_scale(out + 32, r, block + 2);
  for (size_t w = 0; w < 3; w++) put(out + (1 + w) * LFM_LINE, r, block + 4 + 4 * w);
  for (size_t j = 0; j < 8; j++) {
    const uint8_t *from = nibbles + j / 2 * 32;
    uint8_t *lines = out + (j + 1) * stride;
    for (size_t i = 0; i < 4; i++) {
      uint32_t low, high;
      memcpy(&low, from + 4 * i, 4);
      memcpy(&high, from + 16 + 4 * i, 4);
      if (j % 2) {
        low >>= 4;
        high >>= 4;
      }
      uint32_t both = (low & 0x0f0f0f0fu) | (high & 0x0f0f0f0fu) << 4;
      memcpy(lines + i * LFM_LINE + r * 4, &both, 4);
    }
  }
}

static void pack_q4_K(const uint8_t *row, size_t r, size_t columns, uint8_t *out) {
  for (size_t b = 0; b < columns / 256; b++, row += 144, out += LFM_Q4_K_BLOCK)
    pack_k_lines(row, row + 16, r, out, LFM_Q4_K_SUBBLOCK);
}

static void pack_q5_K(const uint8_t *row, size_t r, size_t columns, uint8_t *out) {
  for (size_t b = 0; b < columns / 256; b++, row += 176, out += LFM_Q5_K_BLOCK) {
    pack_k_lines(row, row + 48, r, out, LFM_Q5_K_SUBBLOCK);
    const uint8_t *high = row + 16;  // bit j of byte k: column k of sub-block j
    for (size_t j = 0; j < 8; j++) {
      uint8_t *line = out + 4 * LFM_LINE + j * LFM_Q5_K_SUBBLOCK;
      uint32_t bits = 0;
      for (size_t q = 0; q < 8; q++) {
        uint32_t four;
        memcpy(&four, high + 4 * q, 4);
        bits |= (four >> j & 0x01010101u) << q;
      }
      memcpy(line + r * 4, &bits, 4);
    }
  }
}

// The six bits of columns 4 q ... 4 q + 3 of a block: ggml keeps halves of 128, and in each the low four bits of
// columns k and k + 64 in one byte, and the high two of k, k + 32, k + 64 and k + 96 in another.
static uint32_t six_bits(const uint8_t *block, size_t q) {
  size_t half = q / 32, k = q % 32 * 4;
  uint32_t low, high;
  memcpy(&low, block + half * 64 + k % 64, 4);
  memcpy(&high, block + 128 + half * 32 + k % 32, 4);
  if (k >= 64) low >>= 4;
  return (low & 0x0f0f0f0fu) | (high >> k / 32 * 2 & 0x03030303u) << 4;
}

static void pack_q6_K(const uint8_t *row, size_t r, size_t columns, uint8_t *out) {
  for (size_t b = 0; b < columns / 256; b++, row += 210) {
    uint8_t *block = out + lfm_pair_lines(b, LFM_Q6_K_BLOCK);
    put_scale(out + lfm_pair_scales(b, LFM_Q6_K_BLOCK), r, row + 208);
    for (size_t j = 0; j < 16; j++) {
      uint8_t *scales = block + j / 4 * LFM_Q6_K_QUARTER;
      uint8_t *lines = scales + LFM_LINE + j % 4 * LFM_Q6_K_SUBBLOCK;
      scales[j % 4 * 16 + r] = row[192 + j];
      uint32_t v[4], bits = 0;
      for (size_t i = 0; i < 4; i++) {
        v[i] = six_bits(row, 4 * j + i);
        bits |= (v[i] >> 4 & 0x03030303u) << (2 * i);
        v[i] &= 0x0f0f0f0fu;
      }
      v[0] |= v[2] << 4;
      v[1] |= v[3] << 4;
      memcpy(lines + r * 4, &v[0], 4);
      memcpy(lines + LFM_LINE + r * 4, &v[1], 4);
      memcpy(lines + 2 * LFM_LINE + r * 4, &bits, 4);
    }
  }
}

typedef int pack_group(int32_t, const uint8_t *, size_t, size_t, uint8_t *);

// The fast way on this processor.
static pack_group *chosen(void) {
#if defined(__x86_64__)
  if (lfm_has_avx512()) return pack_whole_group_avx512;
  if (lfm_has_avx2()) return pack_whole_group_avx2;
  return pack_whole_group_plain;
#elif defined(__aarch64__)
  return pack_whole_group_neon;
#else
  return pack_whole_group_plain;
#endif
}

void lfm_pack_group_slowly(
    int32_t type, const uint8_t *rows, size_t row_bytes, size_t row_count, size_t columns,
    uint8_t *out) {
  // Rows that are not there, and the half of a pair that is not there, are zeros: scales of zero make zeros.
  memset(out, 0, lfm_packed_group_bytes(type, columns));
  for (size_t r = 0; r < row_count; r++, rows += row_bytes) {
    switch (type) {
      case LFM_WEIGHT_Q4_0:
        pack_q4_0(rows, r, columns, out);
        break;
      case LFM_WEIGHT_Q8_0:
        pack_q8_0(rows, r, columns, out);
        break;
      case LFM_WEIGHT_Q4_K:
        pack_q4_K(rows, r, columns, out);
        break;
      case LFM_WEIGHT_Q5_K:
        pack_q5_K(rows, r, columns, out);
        break;
      case LFM_WEIGHT_Q6_K:
        pack_q6_K(rows, r, columns, out);
        break;
      default:
        return;
    }
  }
}

void lfm_pack_group(
    int32_t type, const uint8_t *rows, size_t row_bytes, size_t row_count, size_t columns,
    uint8_t *out) {
  if (row_count == LFM_GROUP_ROWS && chosen()(type, rows, row_bytes, columns, out)) return;
  lfm_pack_group_slowly(type, rows, row_bytes, row_count, columns, out);
}
