#ifndef CLFMKernels_h
#define CLFMKernels_h

#include "dequantize.h"
#include "lfm_kernels.h"
#include "lfm_packed.h"
#include "lfm_probe.h"
#include "lfm_screen.h"

#endif
