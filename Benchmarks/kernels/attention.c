// How fast attention is, on one core: a chunk's rows and a single one, at a depth, by how keys and values are stored. Every
// job has a key/value head of its own, so that a decode reads from memory. Best of several runs, in processor time.
//
//   clang -O2 -ISources/CLFMKernels/include Benchmarks/kernels/attention.c Sources/CLFMKernels/*.c -lm -o /tmp/attention
//   /tmp/attention [depth] [exact|avx512vnni|avx512|avx2|plain|neon]
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "CLFMKernels.h"

enum { HEAD = 64, GROUP = 4, HEADS = 8, LAYERS = 6, CHUNK = 64 };

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *pages_of_memory(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) exit(1);
  madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

static void fill(
    const lfm_kernels *k, uint8_t **pages, size_t positions, int32_t element, size_t head_bytes) {
  float key[HEAD], value[HEAD];
  uint32_t state = 1;
  for (size_t position = 0; position < positions; position++)
    for (size_t head = 0; head < HEADS * LAYERS; head++) {
      for (size_t d = 0; d < HEAD; d++) {
        state = state * 1664525u + 1013904223u;
        key[d] = (float)(state >> 16) / 32768.0f - 1.0f;
        value[d] = (float)(state & 0xffff) / 32768.0f - 1.0f;
      }
      uint8_t *at = pages[position / 64] + head * 2 * head_bytes;
      lfm_store_key_value(k, at, at + head_bytes, element, position % 64, HEAD, key, value);
    }
}

static void measure(const lfm_kernels *k, const char *name, int32_t element, size_t depth) {
  size_t head_bytes = lfm_key_bytes(element, HEAD) + (element == LFM_KV_Q8 || element == LFM_KV_I16 ? 256 : 0);
  size_t page_bytes = HEADS * LAYERS * 2 * head_bytes, count = (depth + CHUNK + 63) / 64;
  uint8_t *memory = pages_of_memory(count * page_bytes);
  uint8_t **pages = malloc(count * sizeof *pages);
  for (size_t i = 0; i < count; i++) pages[i] = memory + i * page_bytes;
  fill(k, pages, depth + CHUNK, element, head_bytes);
  float *queries = pages_of_memory(CHUNK * GROUP * HEAD * 4);
  float *output = pages_of_memory(CHUNK * GROUP * HEAD * 4);
  for (size_t i = 0; i < CHUNK * GROUP * HEAD; i++) queries[i] = (float)(i * 2654435761u >> 24) / 128.0f - 1;
  float *scratch = pages_of_memory(lfm_attention_scratch(CHUNK * GROUP, HEAD) * 4);
  for (size_t rows = 1; rows <= CHUNK; rows *= rows == 1 ? 8 : 8) {
    double best = 1e9;
    size_t heads = rows == 1 ? HEADS * LAYERS : 4;
    for (int run = 0; run < 3; run++) {
      double start = seconds();
      for (size_t head = 0; head < heads; head++) {
        size_t offset = head * 2 * head_bytes;
        lfm_attention_job job = {
            queries, GROUP * HEAD, rows, GROUP, HEAD, pages, offset, offset + head_bytes, element,
            depth + 1, 0.125f, output, GROUP * HEAD, scratch};
        lfm_attention(k, &job);
      }
      double taken = (seconds() - start) / (double)heads;
      if (taken < best) best = taken;
    }
    printf("%-6s %-3s depth %6zu rows %2zu: %6.1f GMAC/s, %5.1f GB/s of keys and values\n", k->name,
           name, depth, rows, (double)(rows * GROUP * 2 * HEAD * depth) / best * 1e-9,
           (double)depth / 64 * 2 * (double)head_bytes / best * 1e-9);
  }
  munmap(memory, count * page_bytes);
  free(pages);
}

int main(int count, char **arguments) {
  size_t depth = count > 1 ? strtoul(arguments[1], NULL, 10) : 16384;
  const lfm_kernels *k = lfm_kernels_named(count > 2 ? arguments[2] : "exact");
  if (!k || depth < 1 || depth > 1 << 17) {
    fprintf(stderr, "no such instruction set on this processor, or depth out of range\n");
    return 64;
  }
  measure(k, "f32", LFM_KV_F32, depth);
  measure(k, "f16", LFM_KV_F16, depth);
  measure(k, "i16", LFM_KV_I16, depth);
  measure(k, "q8", LFM_KV_Q8, depth);
}
