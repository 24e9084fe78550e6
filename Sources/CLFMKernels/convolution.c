// The gated short convolution, for each instruction set; the arithmetic is in convolution_body.h.
#include "family.h"
#include "vector.h"

#define LFM_BODY "convolution_body.h"
#include "each_isa.h"
