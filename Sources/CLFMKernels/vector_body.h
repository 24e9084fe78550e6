// Helpers on 16-lane vectors, compiled for each instruction set. Included by each body, after vector.h.

LFM_INLINE v16 v_load(const float *p) {
  v16 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

LFM_INLINE void v_store(float *p, v16 v) { __builtin_memcpy(p, &v, sizeof v); }

// The first n < 16 lanes, the others zero.
LFM_INLINE v16 v_load_n(const float *p, size_t n) {
  float lanes[16] = {0};
  for (size_t i = 0; i < n; i++) lanes[i] = p[i];
  return v_load(lanes);
}

LFM_INLINE void v_store_n(float *p, v16 v, size_t n) {
  float lanes[16];
  v_store(lanes, v);
  for (size_t i = 0; i < n; i++) p[i] = lanes[i];
}

LFM_INLINE v16 v_set(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

// a where the mask's lanes are all ones, b where they are zero.
LFM_INLINE v16 v_select(i16x32 mask, v16 a, v16 b) {
  i16x32 x, y;
  __builtin_memcpy(&x, &a, sizeof x);
  __builtin_memcpy(&y, &b, sizeof y);
  x = (x & mask) | (y & ~mask);
  __builtin_memcpy(&a, &x, sizeof a);
  return a;
}

LFM_INLINE v16 v_fma(v16 a, v16 b, v16 c) {
#if LFM_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// The sum of the lanes, always in this order.
LFM_INLINE float v_sum(v16 v) {
  v8 a = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  v4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

LFM_INLINE v16 v_larger(v16 a, v16 b) { return v_select(a > b, a, b); }

LFM_INLINE float v_max(v16 v) {
  v = v_larger(v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v = v_larger(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  v = v_larger(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  v = v_larger(v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  return v[0];
}

// e^x within 2 ulp; 0 below -87.3, e^88 above 88, NaN for NaN.
LFM_INLINE v16 v_exp(v16 x) {
  const v16 low = v_set(-87.3f), high = v_set(88.0f);
  i16x32 is_nan = x != x, is_low = x < low;
  v16 y = v_select(is_nan, v_set(0.0f), x);
  y = v_select(y < low, low, y);
  y = v_select(y > high, high, y);
  const v16 magic = v_set(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  v16 n = v_fma(y, v_set(1.44269504f), magic) - magic;
  v16 r = v_fma(n, v_set(-0.693359375f), y);
  r = v_fma(n, v_set(2.12194440e-4f), r);
  v16 p = v_set(1.0f / 5040.0f);
  p = v_fma(p, r, v_set(1.0f / 720.0f));
  p = v_fma(p, r, v_set(1.0f / 120.0f));
  p = v_fma(p, r, v_set(1.0f / 24.0f));
  p = v_fma(p, r, v_set(1.0f / 6.0f));
  p = v_fma(p, r, v_set(0.5f));
  p = v_fma(p * r, r, r) + v_set(1.0f);
  i16x32 bits = (__builtin_convertvector(n, i16x32) + 127) << 23;
  v16 scale;
  __builtin_memcpy(&scale, &bits, sizeof scale);
  v16 result = v_select(is_low, v_set(0.0f), p * scale);
  return v_select(is_nan, x, result);
}

// e^x within 3 ulp for x from -60 to 0; e^-60 below that, which vanishes beside a 1; NaN for NaN. Half of v_exp's work.
LFM_INLINE v16 v_exp_below(v16 x) {
  const v16 low = v_set(-60.0f), magic = v_set(12582912.0f);
  v16 y = v_select(low > x, low, x);
  v16 t = v_fma(y, v_set(1.44269504f), magic), n = t - magic;
  v16 r = v_fma(n, v_set(-0.693359375f), y);
  r = v_fma(n, v_set(2.12194440e-4f), r);
  v16 p = v_set(1.0f / 720.0f);
  p = v_fma(p, r, v_set(1.0f / 120.0f));
  p = v_fma(p, r, v_set(1.0f / 24.0f));
  p = v_fma(p, r, v_set(1.0f / 6.0f));
  p = v_fma(p, r, v_set(0.5f));
  p = v_fma(p * r, r, r) + v_set(1.0f);
  // The low bits of t are n, which goes into the exponent.
  u16x32 bits, whole;
  __builtin_memcpy(&bits, &t, sizeof bits);
  __builtin_memcpy(&whole, &p, sizeof whole);
  whole += bits << 23;
  __builtin_memcpy(&p, &whole, sizeof p);
  // The bits of a NaN's payload would make a number of it.
  return v_select(x != x, x, p);
}

LFM_INLINE float exp1(float x) { return v_exp(v_set(x))[0]; }

LFM_INLINE v16 v_from_half(u16x16 bits) {
#if LFM_HAS_HALF
  h16 h;
  __builtin_memcpy(&h, &bits, sizeof h);
  return __builtin_convertvector(h, v16);
#else
  u16x32 u = __builtin_convertvector(bits, u16x32);
  u16x32 magnitude = u & 0x7fff;
  u16x32 shifted = magnitude << 13;
  v16 value;
  __builtin_memcpy(&value, &shifted, sizeof value);
  value *= v_set(0x1p112f);  // the difference of the exponents' biases; exact, subnormals too
  u16x32 result;
  __builtin_memcpy(&result, &value, sizeof result);
  u16x32 special = (u16x32)(magnitude >= 0x7c00);
  result = (special & (shifted | 0x7f800000u)) | (~special & result);
  result |= (u & 0x8000) << 16;
  __builtin_memcpy(&value, &result, sizeof value);
  return value;
#endif
}

LFM_INLINE v16 v_half_load(const uint8_t *p) {
  u16x16 bits;
  __builtin_memcpy(&bits, p, sizeof bits);
  return v_from_half(bits);
}

LFM_INLINE v16 v_half_load_n(const uint8_t *p, size_t n) {
  uint16_t lanes[16] = {0};
  for (size_t i = 0; i < n; i++) __builtin_memcpy(&lanes[i], p + 2 * i, 2);
  return v_half_load((const uint8_t *)lanes);
}

// One half of a block's header, from unaligned bytes.
LFM_INLINE float half_to_float(const uint8_t *p) {
#if LFM_HAS_HALF && defined(__x86_64__)
  // By way of an integer register, which the empty statement enforces: clang otherwise inserts the two bytes into
  // whatever register is at hand, which may be a row's sum, and the rows' chains wait for each other (half the speed).
  uint16_t bits;
  __builtin_memcpy(&bits, p, 2);
  uint32_t wide = bits;
  __asm__("" : "+r"(wide));
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128((int)wide)));
#elif LFM_HAS_HALF
  _Float16 h;
  __builtin_memcpy(&h, p, 2);
  return (float)h;
#else
  return v_half_load_n(p, 1)[0];
#endif
}

// Rounded to the nearest, ties to even.
LFM_INLINE uint16_t float_to_half(float x) {
#if LFM_HAS_HALF
  _Float16 h = (_Float16)x;
  uint16_t bits;
  __builtin_memcpy(&bits, &h, 2);
  return bits;
#else
  uint32_t u;
  __builtin_memcpy(&u, &x, 4);
  uint16_t sign = (uint16_t)((u >> 16) & 0x8000);
  u &= 0x7fffffff;
  if (u > 0x7f800000) return sign | 0x7e00 | (uint16_t)((u >> 13) & 0x1ff);
  if (u >= 0x477ff000) return sign | 0x7c00;
  if (u < 0x38800000) {  // subnormal: let an f32 addition do the rounding
    float f;
    __builtin_memcpy(&f, &u, 4);
    f += 0.5f;
    __builtin_memcpy(&u, &f, 4);
    return sign | (uint16_t)(u - 0x3f000000);
  }
  u += 0xc8000fff + ((u >> 13) & 1);
  return sign | (uint16_t)(u >> 13);
#endif
}

// sum[l] += the products of the halves of lane l of a and b, integers of 16 bits.
LFM_INLINE i16x32 add_pairs(i16x32 sum, i16x32 a, i16x32 b) {
#if LFM_HAS_WORD_PAIRS
  return (i16x32)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif defined(__x86_64__) && LFM_LANES_IN_REGISTERS >= 32
  return sum + (i16x32)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif defined(__x86_64__) && LFM_LANES_IN_REGISTERS >= 8
  __m256i s[2], v[2], w[2];
  __builtin_memcpy(s, &sum, sizeof s);
  __builtin_memcpy(v, &a, sizeof v);
  __builtin_memcpy(w, &b, sizeof w);
  LFM_UNROLL for (int h = 0; h < 2; h++) s[h] = _mm256_add_epi32(s[h], _mm256_madd_epi16(v[h], w[h]));
  __builtin_memcpy(&sum, s, sizeof s);
  return sum;
#elif defined(__x86_64__)
  __m128i s[4], v[4], w[4];
  __builtin_memcpy(s, &sum, sizeof s);
  __builtin_memcpy(v, &a, sizeof v);
  __builtin_memcpy(w, &b, sizeof w);
  LFM_UNROLL for (int h = 0; h < 4; h++) s[h] = _mm_add_epi32(s[h], _mm_madd_epi16(v[h], w[h]));
  __builtin_memcpy(&sum, s, sizeof s);
  return sum;
#else
  return sum + (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}
