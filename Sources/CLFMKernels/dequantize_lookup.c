// The dequantiser of a tensor type, by the number that GGUF files give it.

#include "dequantize.h"

#define TWIN(name) \
  void name##_baseline(const void *restrict blocks, size_t block_count, float *restrict out)
TWIN(lfm_dequantize_f16);
TWIN(lfm_dequantize_bf16);
TWIN(lfm_dequantize_q8_0);
TWIN(lfm_dequantize_q4_0);
TWIN(lfm_dequantize_q4_K);
TWIN(lfm_dequantize_q5_K);
TWIN(lfm_dequantize_q6_K);

lfm_dequantize_function lfm_dequantize_function_for(uint32_t tensor_type) {
  switch (tensor_type) {
    case 0: return lfm_dequantize_f32;
    case 1: return lfm_dequantize_f16;
    case 2: return lfm_dequantize_q4_0;
    case 8: return lfm_dequantize_q8_0;
    case 12: return lfm_dequantize_q4_K;
    case 13: return lfm_dequantize_q5_K;
    case 14: return lfm_dequantize_q6_K;
    case 30: return lfm_dequantize_bf16;
    default: return NULL;
  }
}

lfm_dequantize_function lfm_dequantize_baseline_for(uint32_t tensor_type) {
  switch (tensor_type) {
    case 0: return lfm_dequantize_f32;
    case 1: return lfm_dequantize_f16_baseline;
    case 2: return lfm_dequantize_q4_0_baseline;
    case 8: return lfm_dequantize_q8_0_baseline;
    case 12: return lfm_dequantize_q4_K_baseline;
    case 13: return lfm_dequantize_q5_K_baseline;
    case 14: return lfm_dequantize_q6_K_baseline;
    case 30: return lfm_dequantize_bf16_baseline;
    default: return NULL;
  }
}
