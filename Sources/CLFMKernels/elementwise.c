// Norms, rotation, gates and sums, for each instruction set; the arithmetic is in elementwise_body.h.
#include "family.h"
#include "vector.h"

#define LFM_BODY "elementwise_body.h"
#include "each_isa.h"
