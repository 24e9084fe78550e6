#ifndef CLFMKernels_h
#define CLFMKernels_h

#include "dequantize.h"

#endif
