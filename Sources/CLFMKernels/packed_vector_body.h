// Integer vectors of the fast family: a line of 64 bytes, 16 lanes of 32 bits, and how 8-bit products are added.

#define w_load LFM_NAME(w_load)
#define i_set LFM_NAME(i_set)
#define x_word LFM_NAME(x_word)
#define x_scale LFM_NAME(x_scale)
#define dot4 LFM_NAME(dot4)
#define dot4_biased LFM_NAME(dot4_biased)

typedef uint16_t LFM_NAME(line) __attribute__((vector_size(64)));
#define line_t LFM_NAME(line)

LFM_INLINE line_t w_load(const uint8_t *p) {
  line_t v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

LFM_INLINE i16x32 i_set(int32_t x) {
  return (i16x32){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

LFM_INLINE int32_t x_word(const uint8_t *p) {
  int32_t x;
  __builtin_memcpy(&x, p, 4);
  return x;
}

LFM_INLINE v16 x_scale(const uint8_t *p) {
  float x;
  __builtin_memcpy(&x, p, 4);
  return v_set(x);
}

// sum[l] += the four products of unsigned bytes (at most 63) of lane l of w and signed bytes of x.
LFM_INLINE i16x32 dot4(i16x32 sum, line_t w, int32_t x) {
#if LFM_DOT == LFM_DOT_VNNI512
  return (i16x32)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)w, _mm512_set1_epi32(x));
#elif LFM_DOT == LFM_DOT_VNNI256 || LFM_DOT == LFM_DOT_MADDUBS
  __m256i s[2], v[2], a = _mm256_set1_epi32(x);
  __builtin_memcpy(s, &sum, sizeof s);
  __builtin_memcpy(v, &w, sizeof v);
  LFM_UNROLL for (int h = 0; h < 2; h++)
#if LFM_DOT == LFM_DOT_VNNI256
    s[h] = _mm256_dpbusd_avx_epi32(s[h], v[h], a);
#else
    s[h] = _mm256_add_epi32(
        s[h], _mm256_madd_epi16(_mm256_maddubs_epi16(v[h], a), _mm256_set1_epi16(1)));
#endif
  __builtin_memcpy(&sum, s, sizeof s);
  return sum;
#elif LFM_DOT == LFM_DOT_NEON
  int32x4_t s[4];
  int8x16_t v[4], a = vreinterpretq_s8_s32(vdupq_n_s32(x));
  __builtin_memcpy(s, &sum, sizeof s);
  __builtin_memcpy(v, &w, sizeof v);
  LFM_UNROLL for (int h = 0; h < 4; h++) s[h] = vdotq_s32(s[h], v[h], a);
  __builtin_memcpy(&sum, s, sizeof s);
  return sum;
#else
  uint8_t v[64];
  int8_t a[4];
  __builtin_memcpy(v, &w, sizeof v);
  __builtin_memcpy(a, &x, sizeof a);
  for (int l = 0; l < 16; l++)
    sum[l] += v[4 * l] * a[0] + v[4 * l + 1] * a[1] + v[4 * l + 2] * a[2] + v[4 * l + 3] * a[3];
  return sum;
#endif
}

// As dot4 for bytes that are signed ones + 128, where `sum` starts at -128 times the sum of x. Instruction sets whose
// products cannot take such bytes start at 0 and take the signed ones: the same integer.
#undef LFM_BIASED_START
#if LFM_DOT == LFM_DOT_MADDUBS || LFM_DOT == LFM_DOT_NEON
#define LFM_BIASED_START(x) i_set(0)
#else
#define LFM_BIASED_START(x) i_set(x)
#endif

LFM_INLINE i16x32 dot4_biased(i16x32 sum, line_t w, int32_t x) {
#if LFM_DOT == LFM_DOT_MADDUBS
  __m256i s[2], v[2], a = _mm256_set1_epi32(x);
  w ^= (uint16_t)0x8080;
  __builtin_memcpy(s, &sum, sizeof s);
  __builtin_memcpy(v, &w, sizeof v);
  LFM_UNROLL for (int h = 0; h < 2; h++) {
    __m256i p = _mm256_maddubs_epi16(_mm256_abs_epi8(v[h]), _mm256_sign_epi8(a, v[h]));
    s[h] = _mm256_add_epi32(s[h], _mm256_madd_epi16(p, _mm256_set1_epi16(1)));
  }
  __builtin_memcpy(&sum, s, sizeof s);
  return sum;
#elif LFM_DOT == LFM_DOT_NEON
  return dot4(sum, w ^ (uint16_t)0x8080, x);
#else
  return dot4(sum, w, x);
#endif
}
