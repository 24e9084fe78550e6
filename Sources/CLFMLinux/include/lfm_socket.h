// Unix stream sockets: what Swift's Glibc module does not reach, or reaches only through casts.
// Every function returns 0 or a count or a descriptor, and -errno when it fails. Nothing here decides
// anything; LFMSocket does.
#ifndef lfm_socket_h
#define lfm_socket_h

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The most bytes a path may have in a socket address, without its terminating NUL.
size_t lfm_socket_path_limit(void);

/// A new Unix stream socket, non-blocking, closed on exec.
int lfm_socket_open(void);

/// Two connected ones.
int lfm_socket_pair(int *first, int *second);

/// Binds to a path. The file appears with `mode` less the umask: there is no moment at which it is wider.
int lfm_socket_bind(int fd, const char *path, mode_t mode);

/// Connects to a path; -EAGAIN if the listener's queue is full.
int lfm_socket_connect(int fd, const char *path);

/// Takes one waiting connection, non-blocking and closed on exec; -EAGAIN if there is none.
int lfm_socket_accept(int fd);

/// 1 if `fd` is a listening Unix stream socket, 2 if it is a connected one, 0 if it is anything else.
int lfm_socket_kind(int fd);

/// Makes a descriptor that came from elsewhere non-blocking and closed on exec.
int lfm_socket_adopt(int fd);

/// Who connected: as it was at connect(), or at socketpair().
int lfm_socket_peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid);

/// Reads at most `count` bytes; 0 is the end. Descriptors that came along are dropped by the kernel.
ssize_t lfm_socket_receive(int fd, void *bytes, size_t count);

/// Writes at most `count` bytes, and never raises SIGPIPE.
ssize_t lfm_socket_send(int fd, const void *bytes, size_t count);

/// 1 if both directions are down, that is, if the peer has closed; 0 if it has only ended its writing.
int lfm_socket_is_hung_up(int fd);

/// An epoll descriptor that becomes readable once `fd` is hung up, and not before.
int lfm_socket_watch_hang_up(int fd);

#endif
