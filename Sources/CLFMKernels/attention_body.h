// Softmax attention of one position, block by block: a running maximum, sum and weighted mean, rescaled when the
// maximum rises. Blocks are the absolute pages of 64 positions, so a position's result is the same however its prompt
// was cut into chunks; keys and values are read as they are stored.
#include "vector_body.h"

#undef LFM_TILE_HEADS
#if LFM_LANES_IN_REGISTERS >= 32
#define LFM_TILE_HEADS 4
#else
#define LFM_TILE_HEADS 1
#endif

#define attend_heads LFM_NAME(attend_heads)
#define attend_scores LFM_NAME(attend_scores)
#define attend_values LFM_NAME(attend_values)

// p[h][0 ..< 64] = queries · keys.
LFM_INLINE void attend_scores(
    const float *queries, size_t head_dim, const uint8_t *keys, const int half, const int heads,
    v16 s[LFM_TILE_HEADS][4]) {
  LFM_UNROLL for (int h = 0; h < heads; h++)
    LFM_UNROLL for (int b = 0; b < 4; b++) s[h][b] = v_set(0.0f);
  for (size_t d = 0; d < head_dim; d++) {
    v16 k[4];
    LFM_UNROLL for (int b = 0; b < 4; b++)
      k[b] = half ? v_half_load(keys + (d * 64 + (size_t)b * 16) * 2)
                  : v_load((const float *)(keys) + d * 64 + b * 16);
    LFM_UNROLL for (int h = 0; h < heads; h++) {
      v16 q = v_set(queries[(size_t)h * head_dim + d]);
      LFM_UNROLL for (int b = 0; b < 4; b++) s[h][b] = v_fma(q, k[b], s[h][b]);
    }
  }
}

// mean[h] = mean[h] * correction[h] + sum over the first n positions of p[h][j] * values[j].
LFM_INLINE void attend_values(
    const uint8_t *values, size_t head_dim, size_t n, const int half, const int heads,
    const float *p, const float *correction, float *mean, size_t stride) {
  size_t width = half ? 2 : 4;
  for (size_t d = 0; d < head_dim; d += 16) {
    size_t lanes = head_dim - d < 16 ? head_dim - d : 16;
    v16 sum[LFM_TILE_HEADS];
    LFM_UNROLL for (int h = 0; h < heads; h++)
      sum[h] = v_load(mean + (size_t)h * stride + d) * v_set(correction[h]);
    for (size_t j = 0; j < n; j++) {
      const uint8_t *at = values + (j * head_dim + d) * width;
      v16 v;
      if (lanes == 16)
        v = half ? v_half_load(at) : v_load((const float *)at);
      else
        v = half ? v_half_load_n(at, lanes) : v_load_n((const float *)at, lanes);
      LFM_UNROLL for (int h = 0; h < heads; h++) sum[h] = v_fma(v_set(p[h * 64 + j]), v, sum[h]);
    }
    LFM_UNROLL for (int h = 0; h < heads; h++) v_store(mean + (size_t)h * stride + d, sum[h]);
  }
}

LFM_INLINE void attend_heads(
    const lfm_attention_job *job, size_t first, const int half, const int heads) {
  const size_t head_dim = job->head_dim, stride = (head_dim + 15) / 16 * 16;
  const float *queries = job->queries + first * head_dim;
  float *p = job->scratch, *mean = p + LFM_TILE_HEADS * 64;
  float maximum[LFM_TILE_HEADS], total[LFM_TILE_HEADS], correction[LFM_TILE_HEADS];
  LFM_UNROLL for (int h = 0; h < heads; h++) {
    maximum[h] = -__builtin_inff();
    total[h] = 0;
    for (size_t d = 0; d < stride; d++) mean[(size_t)h * stride + d] = 0;
  }
  static const float indices[64] = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  for (size_t start = 0; start < job->positions; start += 64) {
    const uint8_t *page = job->pages[start / 64];
    size_t n = job->positions - start < 64 ? job->positions - start : 64;
    v16 s[LFM_TILE_HEADS][4];
    attend_scores(queries, head_dim, page + job->key_offset, half, heads, s);
    LFM_UNROLL for (int h = 0; h < heads; h++) {
      v16 highest = v_set(-__builtin_inff());
      i16x32 inside[4];
      LFM_UNROLL for (int b = 0; b < 4; b++) {
        inside[b] = v_load(indices + b * 16) < v_set((float)n);
        s[h][b] = v_select(inside[b], s[h][b] * v_set(job->scale), v_set(-__builtin_inff()));
        highest = v_select(s[h][b] > highest, s[h][b], highest);
      }
      float m = v_max(highest);
      m = m > maximum[h] ? m : maximum[h];
      correction[h] = start == 0 ? 0.0f : exp1(maximum[h] - m);
      maximum[h] = m;
      v16 e[4];
      LFM_UNROLL for (int b = 0; b < 4; b++) {
        e[b] = v_select(inside[b], v_exp(s[h][b] - v_set(m)), v_set(0.0f));
        v_store(p + h * 64 + b * 16, e[b]);
      }
      total[h] = total[h] * correction[h] + v_sum((e[0] + e[1]) + (e[2] + e[3]));
    }
    attend_values(page + job->value_offset, head_dim, n, half, heads, p, correction, mean, stride);
  }
  LFM_UNROLL for (int h = 0; h < heads; h++) {
    float *out = job->output + (first + (size_t)h) * head_dim;
    float scale = 1.0f / total[h];
    for (size_t d = 0; d < head_dim; d++) out[d] = mean[(size_t)h * stride + d] * scale;
  }
}

void LFM_NAME(lfm_attention)(const lfm_attention_job *job) {
  const int half = job->element == LFM_KV_F16;
  size_t h = 0;
  for (; h + LFM_TILE_HEADS <= job->group; h += LFM_TILE_HEADS) {
    if (half)
      attend_heads(job, h, 1, LFM_TILE_HEADS);
    else
      attend_heads(job, h, 0, LFM_TILE_HEADS);
  }
  for (; h < job->group; h++) {
    if (half)
      attend_heads(job, h, 1, 1);
    else
      attend_heads(job, h, 0, 1);
  }
}
