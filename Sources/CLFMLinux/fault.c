// Everything in the handler is async-signal-safe: atomics, write, nanosleep, signal, raise.
#define _GNU_SOURCE
#include "lfm_fault.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static _Atomic uintptr_t first_address;
static _Atomic int event = -1;
static _Atomic int released;

static void restore_default(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  sigaction(SIGBUS, &action, NULL);
}

static void stand_still(int number, siginfo_t *info, void *unused) {
  (void)unused;
  int saved = errno;
  // Sent by kill(2), or no matter of pages (an unaligned access): nothing of ours.
  if (info->si_code <= 0 || info->si_code == BUS_ADRALN) {
    restore_default();
    // Blocked until this handler returns.
    raise(number);
    errno = saved;
    return;
  }
  uintptr_t none = 0;
  if (atomic_compare_exchange_strong(&first_address, &none, (uintptr_t)info->si_addr)) {
    uint64_t one = 1;
    ssize_t written = write(atomic_load(&event), &one, sizeof one);
    (void)written;
  }
  const struct timespec moment = {0, 10 * 1000 * 1000};
  while (!atomic_load(&released)) nanosleep(&moment, NULL);
  errno = saved;
}

int lfm_fault_watch(void) {
  int descriptor = eventfd(0, EFD_CLOEXEC);
  if (descriptor < 0) return -errno;
  atomic_store(&event, descriptor);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = stand_still;
  action.sa_flags = SA_SIGINFO;
  sigfillset(&action.sa_mask);
  if (sigaction(SIGBUS, &action, NULL) < 0) {
    int failure = errno;
    close(descriptor);
    return -failure;
  }
  return descriptor;
}

uintptr_t lfm_fault_address(void) { return atomic_load(&first_address); }

void lfm_fault_release(void) {
  restore_default();
  atomic_store(&released, 1);
}
