// Files that appear whole or not at all (lfm_file.h).
#define _GNU_SOURCE
#include "lfm_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

static int result(int code) { return code < 0 ? -errno : code; }

int lfm_file_unnamed(const char *folder, mode_t mode) {
  return result(open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
}

int lfm_file_link(int fd, const char *path) {
  // Linking the descriptor itself asks for a capability; linking its entry in /proc does not (open(2), O_TMPFILE).
  char own[32];
  snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
  return result(linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW));
}

int lfm_file_reserve(int fd, int64_t bytes) { return result(fallocate(fd, 0, 0, bytes)); }

int lfm_file_begin_writing(int fd, int64_t offset, int64_t bytes) {
  return result(sync_file_range(fd, offset, bytes, SYNC_FILE_RANGE_WRITE));
}

int lfm_file_try_lock(int fd) {
  int code;
  do code = flock(fd, LOCK_EX | LOCK_NB);
  while (code < 0 && errno == EINTR);
  return result(code);
}
