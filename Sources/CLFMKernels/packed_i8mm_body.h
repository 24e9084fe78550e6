// packed_sums_body.h for Arm's smmla, which multiplies 2 rows of 8 columns of weights by 2 activation columns: twice
// sdot's products an instruction. Its operands are two quads zipped by words, and so is its result: while a block is
// summed, sum[c] and sum[c + 1] hold rows 0 ... 7 and 8 ... 15 of columns c and c + 1, in fours of
//   row r column c, row r column c + 1, row r + 1 column c, row r + 1 column c + 1.
// An odd last column has no companion and goes the way of sdot. Integers are added in another order only: the same sums.

#define begin_sums LFM_NAME(begin_sums)
#define add_lines LFM_NAME(add_lines)
#define add_biased_lines LFM_NAME(add_biased_lines)
#define end_sums LFM_NAME(end_sums)
#define x_pair LFM_NAME(x_pair)

#define LFM_EACH_PAIR LFM_UNROLL for (int c = 0; c + 1 < n; c += 2)

LFM_INLINE int32x2_t x_pair(const uint8_t *p) {
  int32x2_t x;
  __builtin_memcpy(&x, p, sizeof x);
  return x;
}

LFM_INLINE void begin_sums(i16x32 *sum, const uint8_t *x, const int n) {
  LFM_EACH_PAIR {
    const int32x2_t two = x_pair(x + 4 * c);
    const int32x4_t four = vcombine_s32(two, two);
    LFM_UNROLL for (int h = 0; h < 4; h++) {
      __builtin_memcpy((uint8_t *)&sum[c] + 16 * h, &four, sizeof four);
      __builtin_memcpy((uint8_t *)&sum[c + 1] + 16 * h, &four, sizeof four);
    }
  }
  if (n % 2) sum[n - 1] = i_set(x_word(x + 4 * (n - 1)));
}

LFM_INLINE void add_lines(
    i16x32 *sum, line_t first, line_t second, const uint8_t *x, size_t apart, const int n) {
  int32x4_t a[4], b[4];
  __builtin_memcpy(a, &first, sizeof a);
  __builtin_memcpy(b, &second, sizeof b);
  LFM_EACH_PAIR {
    const int32x2_t u = x_pair(x + 4 * c), v = x_pair(x + apart + 4 * c);
    const int8x16_t columns = vreinterpretq_s8_s32(__builtin_shufflevector(u, v, 0, 2, 1, 3));
    int32x4_t s[8];
    __builtin_memcpy(s, &sum[c], sizeof s);
    LFM_UNROLL for (int h = 0; h < 4; h++) {
      s[2 * h] = vmmlaq_s32(s[2 * h], vreinterpretq_s8_s32(vzip1q_s32(a[h], b[h])), columns);
      s[2 * h + 1] = vmmlaq_s32(s[2 * h + 1], vreinterpretq_s8_s32(vzip2q_s32(a[h], b[h])), columns);
    }
    __builtin_memcpy(&sum[c], s, sizeof s);
  }
  if (n % 2) {
    x += 4 * (n - 1);
    sum[n - 1] = dot4(dot4(sum[n - 1], first, x_word(x)), second, x_word(x + apart));
  }
}

// Both instructions take signed bytes on either side: the sums began at LFM_BIASED_START's zeros, in order or not.
LFM_INLINE void add_biased_lines(
    i16x32 *sum, const uint8_t *lines, const uint8_t *x, size_t quad, const int n) {
  const uint16_t sign = 0x8080;
  add_lines(sum, w_load(lines) ^ sign, w_load(lines + LFM_LINE) ^ sign, x, quad, n);
}

LFM_INLINE void end_sums(i16x32 *sum, const int n) {
  LFM_EACH_PAIR {
    int32x4_t s[8], t[8];
    __builtin_memcpy(s, &sum[c], sizeof s);
    LFM_UNROLL for (int h = 0; h < 4; h++) {
      t[h] = vuzp1q_s32(s[2 * h], s[2 * h + 1]);
      t[4 + h] = vuzp2q_s32(s[2 * h], s[2 * h + 1]);
    }
    __builtin_memcpy(&sum[c], t, sizeof t);
  }
}
