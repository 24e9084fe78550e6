// Vectors to integers and a scale: the largest magnitude becomes `limit`, halves are rounded to even. A number that is
// none, or infinite, makes such a scale; beside an infinite one all integers are 0 or the limit.

#define r_largest LFM_NAME(r_largest)
#define r_scale LFM_NAME(r_scale)
#define r_integer LFM_NAME(r_integer)

// The largest magnitude. Compared as integers, which have the order of the numbers: what is none is the largest.
LFM_INLINE float r_largest(const float *x, size_t count) {
  uint32_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x[i], 4);
    bits &= 0x7fffffff;
    largest = bits > largest ? bits : largest;
  }
  float value;
  __builtin_memcpy(&value, &largest, 4);
  return value;
}

// The scale, and what to multiply by. Of a vector so small that the inverse overflows, zeros are kept.
LFM_INLINE float r_scale(float largest, float limit, float *inverse) {
  float i = limit / largest;
  *inverse = i < __builtin_inff() ? i : 0;
  return largest / limit;
}

LFM_INLINE int32_t r_integer(float x, float inverse, float limit) {
  float rounded = (x * inverse + 12582912.0f) - 12582912.0f;
  rounded = rounded > -limit ? rounded : -limit;
  return (int32_t)(rounded < limit ? rounded : limit);
}
