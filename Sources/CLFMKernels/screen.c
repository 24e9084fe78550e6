// The candidates among scores that come in pieces. A full list is narrowed to what the bounds still allow, and the
// smallest score that may be kept rises with it: after the first thousands hardly any score passes.
#include "lfm_screen.h"

#include <float.h>
#include <math.h>

enum { STRIP = 16 };

void lfm_screen_begin(lfm_screen *s) {
  s->count = 0;
  s->floor = -FLT_MAX;  // -infinity is a token that is ruled out
  s->best = -INFINITY;
  s->unsound = -1;
  s->overflowed = 0;
}

// A little below: two scores closer than that may be equal after a division, which rounds to 24 bits or to a
// denormal. (A temperature is at most 100.)
static float below(float score, float size) {
  float edge = score - fabsf(size) * 0x1p-20f - 1e-37f;
  return edge > -FLT_MAX ? edge : -FLT_MAX;
}

static void swap(float *a, float *b) {
  float first = *a;
  *a = *b;
  *b = first;
}

// The nth largest, n from 1 on; the scores change places.
static float nth_largest(float *scores, size_t count, size_t n) {
  size_t low = 0, high = count - 1, wanted = n - 1;
  for (;;) {
    const float pivot = scores[low + (high - low) / 2];
    // Larger ones before `equal`, equal ones from there to `next`, smaller ones after `last`.
    size_t equal = low, next = low, last = high;
    while (next <= last) {
      if (scores[next] > pivot)
        swap(&scores[equal++], &scores[next++]);
      else if (scores[next] < pivot)
        swap(&scores[next], &scores[last--]);
      else
        next++;
    }
    if (wanted < equal)
      high = equal - 1;
    else if (wanted > last)
      low = last + 1;
    else
      return pivot;
  }
}

static void narrow(lfm_screen *s) {
  if (s->reach < INFINITY) {
    float edge = below(s->best - s->reach * 1.0001f, fabsf(s->best) + s->reach);
    if (edge > s->floor) s->floor = edge;
  }
  if (s->largest && s->count > s->largest) {
    for (size_t i = 0; i < s->count; i++) s->scratch[i] = s->kept[i].score;
    float last = nth_largest(s->scratch, s->count, s->largest);
    float edge = below(last, last);
    if (edge > s->floor) s->floor = edge;
  }
  size_t count = 0;
  for (size_t i = 0; i < s->count; i++)
    if (s->kept[i].score >= s->floor) s->kept[count++] = s->kept[i];
  s->count = count;
}

static void keep(lfm_screen *s, int32_t token, float score) {
  if (s->count == s->capacity) {
    narrow(s);
    // Where so many stay, most are equals, and narrowing would have to be done again and again.
    if (s->count > s->capacity / 4 * 3) s->overflowed = 1;
    if (s->overflowed || score < s->floor) return;
  }
  s->kept[s->count++] = (lfm_candidate){token, score};
}

static void penalize(const lfm_screen *s, float *scores, size_t first, size_t count) {
  for (size_t word = first / 64; word * 64 < first + count; word++)
    for (uint64_t bits = s->penalized[word]; bits; bits &= bits - 1) {
      size_t token = word * 64 + (size_t)__builtin_ctzll(bits);
      if (token < first || token >= first + count) continue;
      float *score = scores + (token - first);
      *score = *score < 0 ? *score * s->penalty : *score / s->penalty;
    }
}

static void note_unsound(lfm_screen *s, int32_t token) {
  if (s->unsound < 0 || token < s->unsound) s->unsound = token;
}

void lfm_screen_scores(lfm_screen *s, float *scores, int32_t first, size_t count) {
  int sound = 1;
  for (size_t i = 0; i < count; i++) sound &= scores[i] < INFINITY;
  if (!sound)
    for (size_t i = 0; i < count; i++)
      if (!(scores[i] < INFINITY)) {
        note_unsound(s, first + (int32_t)i);
        break;
      }
  if (s->penalized) penalize(s, scores, (size_t)first, count);
  for (size_t i = 0; i < count && !s->overflowed; i += STRIP) {
    size_t end = i + STRIP < count ? i + STRIP : count;
    int any = 0;
    if (end == i + STRIP)
      for (size_t j = 0; j < STRIP; j++) any |= scores[i + j] >= s->floor;
    else
      any = 1;
    if (!any) continue;
    for (size_t j = i; j < end; j++) {
      if (!(scores[j] >= s->floor)) continue;
      if (scores[j] > s->best) s->best = scores[j];
      keep(s, first + (int32_t)j, scores[j]);
    }
  }
}

void lfm_screen_join(lfm_screen *s, const lfm_screen *other) {
  if (other->unsound >= 0) note_unsound(s, other->unsound);
  s->overflowed |= other->overflowed;
  if (other->best > s->best) s->best = other->best;
  for (size_t i = 0; i < other->count && !s->overflowed; i++)
    if (other->kept[i].score >= s->floor) keep(s, other->kept[i].token, other->kept[i].score);
}

// Shell's: there are tens to hundreds of them.
static void sort_by_token(lfm_candidate *c, size_t count) {
  for (size_t gap = 701; gap; gap = gap / 3 + (gap == 2))
    for (size_t i = gap; i < count; i++) {
      const lfm_candidate moved = c[i];
      size_t j = i;
      for (; j >= gap && c[j - gap].token > moved.token; j -= gap) c[j] = c[j - gap];
      c[j] = moved;
    }
}

void lfm_screen_end(lfm_screen *s) {
  if (s->overflowed) return;
  narrow(s);
  sort_by_token(s->kept, s->count);
}
