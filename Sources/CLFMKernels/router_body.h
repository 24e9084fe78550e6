// Sigmoid routing with a bias that decides who is chosen and nothing else (transformers' Lfm2MoeSparseMoeBlock).
#include "vector_body.h"

void LFM_NAME(lfm_route)(
    const float *logits, const float *bias, size_t experts, size_t used, int32_t normalized,
    float scaling, int32_t *chosen, float *weights) {
  float scores[LFM_MAX_EXPERTS];
  uint8_t taken[LFM_MAX_EXPERTS];
  const v16 one = v_set(1.0f);
  for (size_t i = 0; i < experts; i += 16) {
    size_t n = experts - i < 16 ? experts - i : 16;
    v16 x = n == 16 ? v_load(logits + i) : v_load_n(logits + i, n);
    v_store_n(scores + i, one / (one + v_exp(-x)), n);
  }
  for (size_t e = 0; e < experts; e++) taken[e] = 0;
  for (size_t rank = 0; rank < used; rank++) {
    size_t best = experts;
    float best_score = 0;
    for (size_t e = 0; e < experts; e++) {
      if (taken[e]) continue;
      float score = scores[e] + (bias ? bias[e] : 0.0f);
      if (best == experts || score > best_score) {
        best = e;
        best_score = score;
      }
    }
    taken[best] = 1;
  }
  float sum = 0;
  size_t count = 0;
  for (size_t e = 0; e < experts && count < used; e++) {
    if (!taken[e]) continue;
    chosen[count] = (int32_t)e;
    weights[count++] = scores[e];
    sum += scores[e];
  }
  for (size_t i = 0; i < count; i++) {
    if (normalized) weights[i] = weights[i] / (sum + 1e-6f);
    weights[i] *= scaling;
  }
}
