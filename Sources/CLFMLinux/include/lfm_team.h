// A team of threads that computes one job at a time: the caller and `count - 1` threads of its own, which wait for the
// next job by spinning for a moment and then sleeping in the kernel.
#ifndef LFM_TEAM_H
#define LFM_TEAM_H

#include <stdint.h>

typedef struct lfm_team lfm_team;

// What one thread does of a job: it asks for pieces with lfm_team_next, and must until there are none. `worker` is 0 for
// the caller, below the team's count for the others. Called once or more for a thread, or not at all.
typedef void (*lfm_team_work)(void *context, int32_t worker);

// A team of `count` (1 ... 1024) threads, the caller included. With `pinned`, each thread of its own is bound to one
// processor of the process's affinity mask, leaving the first one to the caller. NULL with errno when a thread or
// memory is refused.
lfm_team *lfm_team_create(int32_t count, int32_t pinned);

// Run pieces 0 ..< pieces (fewer than 2^32), each once; return when all are done. One caller at a time. Every thread has a
// share of consecutive pieces, which it goes through in order; one that is done takes half of what another has left.
void lfm_team_run(lfm_team *team, int64_t pieces, lfm_team_work work, void *context);

// The next pieces of the job that this thread is in, *begin ..< *end: 1 ... most of them. 0 when there are none left.
// `worker` is the number that the thread was called with; `most` is at least 1.
int32_t lfm_team_next(
    lfm_team *team, int32_t worker, int64_t most, int64_t *begin, int64_t *end);

// End the threads and give everything back. No job may be running.
void lfm_team_destroy(lfm_team *team);

// Processors that this process may run on; at least 1.
int32_t lfm_available_processors(void);

#endif
