// Attention over pages of 64 positions, for each instruction set; the arithmetic is in attention_body.h.
#include "family.h"
#include "vector.h"

#define LFM_BODY "attention_body.h"
#include "each_isa.h"
