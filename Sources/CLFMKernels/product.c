// Rows of weights times columns of activations, for each instruction set; the arithmetic is in product_body.h.
#include "dequantize.h"
#include "family.h"
#include "vector.h"

#define LFM_BODY "product_body.h"
#include "each_isa.h"
