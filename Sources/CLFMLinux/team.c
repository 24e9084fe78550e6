// The compute team's barrier loop: an epoch that announces a job, a gate that is open while it has pieces left, and a
// share of the pieces for every thread, which goes through it in order (two threads that alternate over one stream of
// memory read it a third slower); whoever is done takes half of what another has left. The caller waits only for threads
// that went in: one that the kernel has not scheduled yet holds up nobody, the others do its share.
// Owns the threads; what a piece computes is the caller's.
#define _GNU_SOURCE
#include "lfm_team.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  // Pauses before a waiting thread sleeps: some tens of microseconds, the length of the gaps between two jobs of a
  // layer. Longer would take the processor from others for nothing.
  SPINS = 2000,
};

static const uint32_t OPEN = 0x80000000u;

// The pieces that one thread has before it: the first in the low half, the one after the last in the high half.
struct share {
  _Alignas(64) _Atomic uint64_t range;
};

// Fields that different threads write lie on lines of their own.
struct lfm_team {
  _Alignas(64) _Atomic uint32_t epoch;  // bumped when a job starts
  _Atomic int32_t stopping;
  _Alignas(64) _Atomic uint32_t gate;  // OPEN, plus the number of own threads inside the job
  _Atomic uint32_t sleepers;           // own threads asleep (or about to) on epoch
  _Atomic uint32_t caller_sleeps;      // on gate
  // Moves of pieces from one share to another, begun and ended: between the two a piece is in no share.
  _Alignas(64) _Atomic uint32_t moves_begun;
  _Atomic uint32_t moves_ended;
  _Alignas(64) lfm_team_work work;
  void *context;
  struct share *shares;
  int32_t count;
  int32_t started;
  pthread_t *threads;
};

struct start {
  lfm_team *team;
  int32_t worker;
};

static void pause_processor(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL, NULL, 0);
}

static uint64_t range_of(uint64_t begin, uint64_t end) { return end << 32 | begin; }

// A stale expectation of `range` cannot be met by chance: a piece that was taken never is in a share again.
static int take_first(struct share *share, uint64_t most, int64_t *first, int64_t *last) {
  uint64_t range = atomic_load_explicit(&share->range, memory_order_relaxed);
  for (;;) {
    uint64_t begin = range & 0xffffffffu, end = range >> 32;
    if (begin >= end) return 0;
    uint64_t count = end - begin < most ? end - begin : most;
    if (atomic_compare_exchange_weak_explicit(
            &share->range, &range, range + count, memory_order_relaxed, memory_order_relaxed)) {
      *first = (int64_t)begin;
      *last = (int64_t)(begin + count);
      return 1;
    }
  }
}

// Moves the later half of what another thread has before it into one's own empty share.
static int steal_half(lfm_team *team, struct share *from, struct share *to) {
  uint64_t range = atomic_load_explicit(&from->range, memory_order_acquire);
  if ((range & 0xffffffffu) >= range >> 32) return 0;
  atomic_fetch_add(&team->moves_begun, 1);
  int stolen = 0;
  for (;;) {
    uint64_t begin = range & 0xffffffffu, end = range >> 32;
    if (begin >= end) break;
    uint64_t middle = begin + (end - begin) / 2;
    // Who sees what is left sees that a move has begun.
    if (atomic_compare_exchange_weak_explicit(
            &from->range, &range, range_of(begin, middle), memory_order_acq_rel,
            memory_order_acquire)) {
      atomic_store_explicit(&to->range, range_of(middle, end), memory_order_release);
      stolen = 1;
      break;
    }
  }
  atomic_fetch_add(&team->moves_ended, 1);
  return stolen;
}

int32_t lfm_team_next(
    lfm_team *team, int32_t worker, int64_t most, int64_t *begin, int64_t *end) {
  struct share *own = &team->shares[worker];
  for (;;) {
    if (take_first(own, (uint64_t)most, begin, end)) return 1;
    uint32_t ended = atomic_load(&team->moves_ended);
    int32_t other = worker, stolen = 0;
    for (int32_t i = 1; i < team->count && !stolen; i++) {
      other = other + 1 == team->count ? 0 : other + 1;
      stolen = steal_half(team, &team->shares[other], own);
    }
    // Nothing was found, and nothing was on its way meanwhile: there is nothing. Whoever left a moment too early would leave the
    // mover alone with all of it.
    if (!stolen && atomic_load(&team->moves_begun) == ended) return 0;
    if (!stolen) pause_processor();
  }
}

static uint32_t await_epoch(lfm_team *team, uint32_t last) {
  uint32_t epoch;
  for (int i = 0; i < SPINS; i++) {
    epoch = atomic_load_explicit(&team->epoch, memory_order_acquire);
    if (epoch != last) return epoch;
    pause_processor();
  }
  // Sequentially consistent against the caller's store of epoch and load of sleepers: one of the two sees the other.
  atomic_fetch_add(&team->sleepers, 1);
  while ((epoch = atomic_load(&team->epoch)) == last) futex_wait(&team->epoch, last);
  atomic_fetch_sub(&team->sleepers, 1);
  return epoch;
}

// Whether the thread is now inside a job, whose fields it may read. It may be a later job than the one it was woken
// for, and it may then come a second time: there is nothing left to pull.
static int enter(lfm_team *team) {
  uint32_t gate = atomic_load(&team->gate);
  while (gate & OPEN)
    if (atomic_compare_exchange_weak(&team->gate, &gate, gate + 1)) return 1;
  return 0;
}

static void *run_thread(void *argument) {
  struct start *start = argument;
  lfm_team *team = start->team;
  int32_t worker = start->worker;
  free(start);
  uint32_t epoch = 0;
  for (;;) {
    epoch = await_epoch(team, epoch);
    if (atomic_load_explicit(&team->stopping, memory_order_acquire)) return NULL;
    if (!enter(team)) continue;
    team->work(team->context, worker);
    if (atomic_fetch_sub(&team->gate, 1) == 1 && atomic_load(&team->caller_sleeps))
      futex_wake(&team->gate);
  }
}

void lfm_team_run(lfm_team *team, int64_t pieces, lfm_team_work work, void *context) {
  if (pieces <= 0) return;
  team->work = work;
  team->context = context;
  uint64_t begin = 0;
  for (int32_t i = 0; i < team->count; i++) {
    uint64_t end = (uint64_t)pieces * (uint64_t)(i + 1) / (uint64_t)team->count;
    atomic_store_explicit(&team->shares[i].range, range_of(begin, end), memory_order_relaxed);
    begin = end;
  }
  atomic_store(&team->gate, OPEN);
  atomic_fetch_add(&team->epoch, 1);
  if (atomic_load(&team->sleepers)) futex_wake(&team->epoch);
  work(context, 0);
  uint32_t gate = atomic_fetch_and(&team->gate, ~OPEN) & ~OPEN;
  for (int i = 0; gate && i < SPINS; i++) {
    pause_processor();
    gate = atomic_load(&team->gate);
  }
  if (!gate) return;
  atomic_store(&team->caller_sleeps, 1);
  while ((gate = atomic_load(&team->gate)) != 0) futex_wait(&team->gate, gate);
  atomic_store(&team->caller_sleeps, 0);
}

// The worker-th processor of this process's mask, counted round.
static void pin(pthread_t thread, int32_t worker) {
  cpu_set_t all, one;
  if (sched_getaffinity(0, sizeof all, &all) != 0) return;
  int wanted = worker % CPU_COUNT(&all);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &all) || wanted-- > 0) continue;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    pthread_setaffinity_np(thread, sizeof one, &one);
    return;
  }
}

static int start_thread(lfm_team *team, int32_t worker, int32_t pinned) {
  struct start *start = malloc(sizeof *start);
  if (!start) return ENOMEM;
  *start = (struct start){team, worker};
  // Signals are for the program's own threads.
  sigset_t all, before;
  sigfillset(&all);
  // What a thread brings upon itself is its own: blocked, a fault in a mapped file would end the process at once, past
  // every handler (lfm_fault.h).
  sigdelset(&all, SIGBUS);
  sigdelset(&all, SIGSEGV);
  sigdelset(&all, SIGFPE);
  sigdelset(&all, SIGILL);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failure = pthread_create(&team->threads[worker - 1], NULL, run_thread, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failure) {
    free(start);
    return failure;
  }
  pthread_setname_np(team->threads[worker - 1], "lfm-compute");
  if (pinned) pin(team->threads[worker - 1], worker);
  team->started++;
  return 0;
}

lfm_team *lfm_team_create(int32_t count, int32_t pinned) {
  if (count < 1 || count > 1024) {
    errno = EINVAL;
    return NULL;
  }
  lfm_team *team = aligned_alloc(64, (sizeof *team + 63) / 64 * 64);
  if (!team) return NULL;
  *team = (lfm_team){.count = count};
  team->threads = calloc((size_t)count, sizeof *team->threads);
  team->shares = aligned_alloc(64, (size_t)count * sizeof *team->shares);
  int failure = team->threads && team->shares ? 0 : ENOMEM;
  for (int32_t i = 0; i < count && !failure; i++) team->shares[i] = (struct share){0};
  for (int32_t worker = 1; worker < count && !failure; worker++)
    failure = start_thread(team, worker, pinned);
  if (failure) {
    lfm_team_destroy(team);
    errno = failure;
    return NULL;
  }
  return team;
}

void lfm_team_destroy(lfm_team *team) {
  if (!team) return;
  atomic_store(&team->stopping, 1);
  atomic_fetch_add(&team->epoch, 1);
  futex_wake(&team->epoch);
  for (int32_t i = 0; i < team->started; i++) pthread_join(team->threads[i], NULL);
  free(team->shares);
  free(team->threads);
  free(team);
}

int32_t lfm_available_processors(void) {
  cpu_set_t all;
  if (sched_getaffinity(0, sizeof all, &all) != 0) return 1;
  int count = CPU_COUNT(&all);
  return count > 0 ? count : 1;
}
