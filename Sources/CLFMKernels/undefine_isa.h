// What one instruction set defined, gone before the next. Included any number of times.
#undef LFM_NAME
#undef LFM_LANES_IN_REGISTERS
#undef LFM_HAS_FMA
#undef LFM_HAS_HALF
#undef LFM_HAS_WORD_PAIRS
#undef LFM_DOT
#undef LFM_MOST_COLUMNS
#undef LFM_COLUMN_PAIRS
