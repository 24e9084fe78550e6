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
TWIN(lfm_dequantize_q4_1);
TWIN(lfm_dequantize_q5_0);
TWIN(lfm_dequantize_q5_1);
TWIN(lfm_dequantize_q2_K);
TWIN(lfm_dequantize_q3_K);
TWIN(lfm_dequantize_iq4_nl);
TWIN(lfm_dequantize_iq4_xs);
TWIN(lfm_dequantize_mxfp4);

lfm_dequantize_function lfm_dequantize_function_for(uint32_t tensor_type) {
  switch (tensor_type) {
    case 0: return lfm_dequantize_f32;
    case 1: return lfm_dequantize_f16;
    case 2: return lfm_dequantize_q4_0;
    case 3: return lfm_dequantize_q4_1;
    case 6: return lfm_dequantize_q5_0;
    case 7: return lfm_dequantize_q5_1;
    case 8: return lfm_dequantize_q8_0;
    case 10: return lfm_dequantize_q2_K;
    case 11: return lfm_dequantize_q3_K;
    case 12: return lfm_dequantize_q4_K;
    case 13: return lfm_dequantize_q5_K;
    case 14: return lfm_dequantize_q6_K;
    case 20: return lfm_dequantize_iq4_nl;
    case 23: return lfm_dequantize_iq4_xs;
    case 30: return lfm_dequantize_bf16;
    case 39: return lfm_dequantize_mxfp4;
    default: return NULL;
  }
}

lfm_dequantize_function lfm_dequantize_baseline_for(uint32_t tensor_type) {
  switch (tensor_type) {
    case 0: return lfm_dequantize_f32;
    case 1: return lfm_dequantize_f16_baseline;
    case 2: return lfm_dequantize_q4_0_baseline;
    case 3: return lfm_dequantize_q4_1_baseline;
    case 6: return lfm_dequantize_q5_0_baseline;
    case 7: return lfm_dequantize_q5_1_baseline;
    case 8: return lfm_dequantize_q8_0_baseline;
    case 10: return lfm_dequantize_q2_K_baseline;
    case 11: return lfm_dequantize_q3_K_baseline;
    case 12: return lfm_dequantize_q4_K_baseline;
    case 13: return lfm_dequantize_q5_K_baseline;
    case 14: return lfm_dequantize_q6_K_baseline;
    case 20: return lfm_dequantize_iq4_nl_baseline;
    case 23: return lfm_dequantize_iq4_xs_baseline;
    case 30: return lfm_dequantize_bf16_baseline;
    case 39: return lfm_dequantize_mxfp4_baseline;
    default: return NULL;
  }
}

size_t lfm_dequantize_block_elements(uint32_t tensor_type) {
  switch (tensor_type) {
    case 0: case 1: case 30: return 1;
    case 10: case 11: case 12: case 13: case 14: case 23: return 256;
    default: return lfm_dequantize_function_for(tensor_type) ? 32 : 0;
  }
}
