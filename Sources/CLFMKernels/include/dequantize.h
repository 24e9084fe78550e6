// Weights as files store them, turned into float32. One function for each supported tensor type; each reads whole
// blocks, one after the other and of any alignment, and writes blockSize x block_count floats. The results are the same
// bit for bit in every instruction set, and equal to gguf-py's: products and differences are rounded one by one.
// Owns no memory, checks no lengths: the caller has.

#ifndef LFM_DEQUANTIZE_H
#define LFM_DEQUANTIZE_H

#include <stddef.h>
#include <stdint.h>

typedef void (*lfm_dequantize_function)(const void *restrict blocks, size_t block_count,
                                        float *restrict out);

// One element of 4 bytes a block.
void lfm_dequantize_f32(const void *restrict blocks, size_t block_count, float *restrict out);
// One element of 2 bytes a block, IEEE binary16. NaNs keep their payload and stay as quiet or signalling as they are.
void lfm_dequantize_f16(const void *restrict blocks, size_t block_count, float *restrict out);
// One element of 2 bytes a block, the upper half of a float32.
void lfm_dequantize_bf16(const void *restrict blocks, size_t block_count, float *restrict out);
// 32 elements in 34 bytes: f16 scale, then 32 signed bytes.
void lfm_dequantize_q8_0(const void *restrict blocks, size_t block_count, float *restrict out);
// 32 elements in 18 bytes: f16 scale, then 16 bytes of two nibbles; low nibbles are elements 0 to 15; minus 8.
void lfm_dequantize_q4_0(const void *restrict blocks, size_t block_count, float *restrict out);
// 256 elements in 144 bytes: f16 scale and minimum, 8 six-bit scales and minima in 12 bytes, 128 bytes of nibbles.
void lfm_dequantize_q4_K(const void *restrict blocks, size_t block_count, float *restrict out);
// 256 elements in 176 bytes: as q4_K, with 32 bytes of fifth bits before the nibbles.
void lfm_dequantize_q5_K(const void *restrict blocks, size_t block_count, float *restrict out);
// 256 elements in 210 bytes: 128 bytes of nibbles, 64 of upper bit pairs, 16 signed scales, f16 scale; minus 32.
void lfm_dequantize_q6_K(const void *restrict blocks, size_t block_count, float *restrict out);
// 32 elements in 20 bytes: f16 scale and minimum, then nibbles as in q4_0; plus the minimum.
void lfm_dequantize_q4_1(const void *restrict blocks, size_t block_count, float *restrict out);
// 32 elements in 22 bytes: f16 scale, 4 bytes of fifth bits, nibbles; minus 16.
void lfm_dequantize_q5_0(const void *restrict blocks, size_t block_count, float *restrict out);
// 32 elements in 24 bytes: f16 scale and minimum, 4 bytes of fifth bits, nibbles; plus the minimum.
void lfm_dequantize_q5_1(const void *restrict blocks, size_t block_count, float *restrict out);
// 256 elements in 84 bytes: 16 bytes of four-bit scales and minima, 64 of bit pairs, f16 scale and minimum.
void lfm_dequantize_q2_K(const void *restrict blocks, size_t block_count, float *restrict out);
// 256 elements in 110 bytes: 32 bytes of third bits, 64 of bit pairs, 16 six-bit scales in 12 bytes, f16 scale.
void lfm_dequantize_q3_K(const void *restrict blocks, size_t block_count, float *restrict out);
// 32 elements in 18 bytes: f16 scale, nibbles that a table makes numbers of.
void lfm_dequantize_iq4_nl(const void *restrict blocks, size_t block_count, float *restrict out);
// 256 elements in 136 bytes: f16 scale, 8 six-bit scales in 6 bytes, nibbles as in iq4_nl.
void lfm_dequantize_iq4_xs(const void *restrict blocks, size_t block_count, float *restrict out);
// 32 elements in 17 bytes: an exponent, nibbles that are floats of 4 bits.
void lfm_dequantize_mxfp4(const void *restrict blocks, size_t block_count, float *restrict out);

// The function for a tensor type by its number in GGUF files (12 is q4_K), or NULL where the type is not supported.
lfm_dequantize_function lfm_dequantize_function_for(uint32_t tensor_type);

// The slow twin of the same function, with what every processor has: for tests of the two against each other.
lfm_dequantize_function lfm_dequantize_baseline_for(uint32_t tensor_type);

// Elements of a block of a supported type; 0 for others.
size_t lfm_dequantize_block_elements(uint32_t tensor_type);

#endif
