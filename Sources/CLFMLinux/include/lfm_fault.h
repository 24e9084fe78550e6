// Faults in mapped files: SIGBUS, which comes when a mapped file has been cut short, or cannot be read any more.
#ifndef lfm_fault_h
#define lfm_fault_h

#include <stdint.h>

/// From now on a thread that touches a page which its file no longer has stands still, for ever, and the descriptor that
/// is returned becomes readable: an eventfd, closed on exec, blocking. The values computed from such a page are never
/// seen. -errno when it cannot be made. Call once.
int lfm_fault_watch(void);

/// The address that was touched first, or 0.
uintptr_t lfm_fault_address(void);

/// Lets the threads that stand still go on with the system's own action: the fault comes again, and ends the process.
void lfm_fault_release(void);

#endif
