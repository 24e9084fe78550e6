// The integer sums of a block, a vector of 16 rows for each of n columns: begun, added to line by line, and ended.
// packed_i8mm_body.h has the same functions for two columns at a time.

#define begin_sums LFM_NAME(begin_sums)
#define add_lines LFM_NAME(add_lines)
#define add_biased_lines LFM_NAME(add_biased_lines)
#define end_sums LFM_NAME(end_sums)

// x is the first column's word of what the sums start at.
LFM_INLINE void begin_sums(i16x32 *sum, const uint8_t *x, const int n) {
  LFM_EACH_COLUMN sum[c] = i_set(x_word(x + 4 * c));
}

// Two quads of one line: x is the first one's first word, and the second one's is `apart` bytes later.
LFM_INLINE void add_lines(
    i16x32 *sum, line_t first, line_t second, const uint8_t *x, size_t apart, const int n) {
  LFM_EACH_COLUMN sum[c] = dot4(sum[c], first, x_word(x + 4 * c));
  LFM_EACH_COLUMN sum[c] = dot4(sum[c], second, x_word(x + apart + 4 * c));
}

// Two lines of one quad each, one after the other.
LFM_INLINE void add_biased_lines(
    i16x32 *sum, const uint8_t *lines, const uint8_t *x, size_t quad, const int n) {
  LFM_UNROLL for (int l = 0; l < 2; l++) {
    line_t line = w_load(lines + l * LFM_LINE);
    LFM_EACH_COLUMN sum[c] = dot4_biased(sum[c], line, x_word(x + (size_t)l * quad + 4 * c));
  }
}

// From here on lane r of sum[c] is row r's sum.
LFM_INLINE void end_sums(i16x32 *sum, const int n) {
  (void)sum;
  (void)n;
}
