// The choice of experts, for each instruction set; the arithmetic is in router_body.h.
#include "family.h"
#include "vector.h"

#define LFM_BODY "router_body.h"
#include "each_isa.h"
