// z = B ⊙ X; y = causal depthwise convolution of z, at most LFM_MAX_TAPS taps; out = C ⊙ y. Channels are independent,
// so a task takes some channels of all rows of a sequence and carries the window along.
#include "vector_body.h"

void LFM_NAME(lfm_convolution)(const lfm_convolution_job *job) {
  size_t hidden = job->hidden, past = job->taps - 1;
  for (size_t c = job->begin; c < job->end; c += 16) {
    size_t n = job->end - c < 16 ? job->end - c : 16;
    v16 window[LFM_MAX_TAPS], kernel[LFM_MAX_TAPS];
    for (size_t t = 0; t < job->taps; t++) {
      const float *k = job->kernel + t * hidden + c;
      kernel[t] = n == 16 ? v_load(k) : v_load_n(k, n);
    }
    for (size_t t = 0; t < past; t++) {
      const float *z = job->before + t * hidden + c;
      window[t] = n == 16 ? v_load(z) : v_load_n(z, n);
    }
    for (size_t r = 0; r < job->rows; r++) {
      const float *in = job->inputs[r] + c;
      v16 b = n == 16 ? v_load(in) : v_load_n(in, n);
      v16 g = n == 16 ? v_load(in + hidden) : v_load_n(in + hidden, n);
      v16 x = n == 16 ? v_load(in + 2 * hidden) : v_load_n(in + 2 * hidden, n);
      window[past] = b * x;
      v16 y = kernel[0] * window[0];
      for (size_t t = 1; t <= past; t++) y = v_fma(kernel[t], window[t], y);
      v_store_n(job->outputs[r] + c, g * y, n);
      for (size_t t = 0; t < past; t++) window[t] = window[t + 1];
    }
    for (size_t t = 0; t < past; t++) v_store_n(job->after + t * hidden + c, window[t], n);
  }
}
