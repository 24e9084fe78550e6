// What the parts of the check share: numbers that are the same on every machine, rows of weights, expectations that are
// counted, and digests of results.
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "CLFMKernels.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

// SplitMix64.
typedef struct random {
  uint64_t state;
} random_source;

uint64_t random_next(random_source *r);
float random_float(random_source *r, float low, float high);
// `count` of them, in memory of their own.
float *random_floats(random_source *r, size_t count, float low, float high);

// Memory aligned to 64 bytes, all bytes 0xff: floats that are none. Never given back: the program is short.
void *allocate(size_t bytes);

// Counts and prints what does not hold.
void expect(int holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
int failures(void);

// Within 2e-6 of the larger of 1 and what is expected.
int near(float found, double expected);
int same_bits(const float *a, const float *b, size_t count);

// What a number of results are to a double-precision truth: the sum of squared differences and of squares.
typedef struct distance {
  double error, size;
} distance;

void distance_add(distance *d, float found, double expected);
// The normalised mean squared error is at most this; false where a result is not a number.
int distance_within(const distance *d, double most);

// FNV-1a of all bytes so far.
typedef struct digest {
  uint64_t value;
  int empty;
} digest;

void digest_add(digest *d, const void *bytes, size_t count);

typedef struct check_type {
  const char *name;
  int32_t number;
  size_t elements, bytes;  // of a block
  int scales[2];           // where its f16 scales lie; -1: none
} check_type;

enum { TYPES = 8, FIRST_PACKED = 3 };
extern const check_type check_types[TYPES];

// Random rows whose weights are small numbers, and what they mean.
typedef struct check_matrix {
  const check_type *type;
  size_t rows, columns, row_bytes;
  uint8_t *bytes;
  float *values;
} check_matrix;

check_matrix random_matrix(random_source *r, const check_type *type, size_t rows, size_t columns);

// Each checks all sets that this processor has, and adds to the digest what the one named "fast" or "exact" computes,
// unless that set multiplies and adds in two steps.
void check_packing(void);
void check_packed(digest *d);
void check_products(digest *d);
void check_operations(digest *d);
void check_attention(digest *d);

#endif
