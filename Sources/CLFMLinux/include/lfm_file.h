// Files that appear whole or not at all: what Swift's Glibc module does not reach. Every function returns 0 or a
// descriptor, and -errno when it fails.
#ifndef lfm_file_h
#define lfm_file_h

#include <stdint.h>
#include <sys/types.h>

/// A file without a name in a folder, for reading and writing, closed on exec: it is gone with its last descriptor
/// unless it is linked. -EOPNOTSUPP, -EISDIR or -ENOENT where the file system has no such files.
int lfm_file_unnamed(const char *folder, mode_t mode);

/// Gives an unnamed file a path that does not exist yet.
int lfm_file_link(int fd, const char *path);

/// Makes room for `bytes` bytes and gives the file that length. -EOPNOTSUPP where the file system cannot.
int lfm_file_reserve(int fd, int64_t bytes);

/// Has the kernel begin to write a run of bytes to the disk; waits for nothing.
int lfm_file_begin_writing(int fd, int64_t offset, int64_t bytes);

/// Locks an open file for as long as the descriptor is open; -EWOULDBLOCK where another has the lock.
int lfm_file_try_lock(int fd);

#endif
