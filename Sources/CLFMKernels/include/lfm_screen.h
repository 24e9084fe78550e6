// A sampler's candidates among scores that come in pieces: what cannot be chosen is forgotten as soon as that is known,
// so that the scores of a whole vocabulary never lie in memory.
#ifndef LFM_SCREEN_H
#define LFM_SCREEN_H

#include <stddef.h>
#include <stdint.h>

typedef struct lfm_candidate {
  int32_t token;
  float score;  // after the penalty
} lfm_candidate;

typedef struct lfm_screen {
  // What is asked for.
  const uint64_t *penalized;  // a bit a token; NULL: no penalty
  float penalty;              // > 0: divides scores from 0 on, multiplies those below
  size_t largest;             // keep what is at least as large as the largest-th largest; 0: no such bound
  float reach;                // keep what lies at most this far below the largest; INFINITY: no such bound
  // Places for `capacity` candidates, and for as many scores.
  size_t capacity;
  lfm_candidate *kept;
  float *scratch;
  // What was found. Everything that the bounds keep is among `kept`, and some more: scores that a division by a
  // temperature could make equal to one that is kept.
  size_t count;
  float floor;      // nothing below it is kept
  float best;       // the largest so far
  int32_t unsound;  // the first token whose score was NaN or +infinity; -1: none
  int32_t overflowed;  // too many to keep: what was found is worth nothing
} lfm_screen;

// Before the first scores.
void lfm_screen_begin(lfm_screen *s);

// The scores of tokens `first` ...; they are changed by the penalty. Pieces may come in any order.
void lfm_screen_scores(lfm_screen *s, float *scores, int32_t first, size_t count);

// What another screen, asked for the same, found of other tokens.
void lfm_screen_join(lfm_screen *s, const lfm_screen *other);

// After the last: narrows once more, and puts the candidates in the order of their tokens.
void lfm_screen_end(lfm_screen *s);

#endif
