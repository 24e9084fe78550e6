#define _GNU_SOURCE
#include "lfm_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int result(int value) { return value < 0 ? -errno : value; }

size_t lfm_socket_path_limit(void) {
  return sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
}

static int make_address(const char *path, struct sockaddr_un *address) {
  size_t length = strlen(path);
  memset(address, 0, sizeof *address);
  if (length == 0) return -EINVAL;
  if (length > lfm_socket_path_limit()) return -ENAMETOOLONG;
  address->sun_family = AF_UNIX;
  memcpy(address->sun_path, path, length);
  return 0;
}

int lfm_socket_open(void) {
  return result(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int lfm_socket_pair(int *first, int *second) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) return -errno;
  *first = ends[0];
  *second = ends[1];
  return 0;
}

int lfm_socket_bind(int fd, const char *path, mode_t mode) {
  struct sockaddr_un address;
  int failed = make_address(path, &address);
  if (failed) return failed;
  // Linux makes the file with the socket's own mode, less the umask.
  if (fchmod(fd, mode) < 0) return -errno;
  return result(bind(fd, (struct sockaddr *)&address, sizeof address));
}

int lfm_socket_connect(int fd, const char *path) {
  struct sockaddr_un address;
  int failed = make_address(path, &address);
  if (failed) return failed;
  int connected;
  do connected = connect(fd, (struct sockaddr *)&address, sizeof address);
  while (connected < 0 && errno == EINTR);
  return result(connected);
}

int lfm_socket_accept(int fd) {
  int accepted;
  do accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  while (accepted < 0 && errno == EINTR);
  return result(accepted);
}

static int option(int fd, int name) {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &length) < 0 ? -1 : value;
}

int lfm_socket_kind(int fd) {
  if (option(fd, SO_DOMAIN) != AF_UNIX || option(fd, SO_TYPE) != SOCK_STREAM) return 0;
  if (option(fd, SO_ACCEPTCONN) == 1) return 1;
  struct sockaddr_un peer;
  socklen_t length = sizeof peer;
  return getpeername(fd, (struct sockaddr *)&peer, &length) == 0 ? 2 : 0;
}

int lfm_socket_adopt(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  flags = fcntl(fd, F_GETFD);
  if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0) return -errno;
  return 0;
}

int lfm_socket_peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -errno;
  *pid = peer.pid;
  *uid = peer.uid;
  *gid = peer.gid;
  return 0;
}

ssize_t lfm_socket_receive(int fd, void *bytes, size_t count) {
  ssize_t received;
  do received = recv(fd, bytes, count, 0);
  while (received < 0 && errno == EINTR);
  return received < 0 ? -errno : received;
}

ssize_t lfm_socket_send(int fd, const void *bytes, size_t count) {
  ssize_t sent;
  do sent = send(fd, bytes, count, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

int lfm_socket_is_hung_up(int fd) {
  struct pollfd entry = {.fd = fd, .events = 0};
  return poll(&entry, 1, 0) > 0 && (entry.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

int lfm_socket_watch_hang_up(int fd) {
  int watch = epoll_create1(EPOLL_CLOEXEC);
  if (watch < 0) return -errno;
  struct epoll_event event = {.events = 0};  // EPOLLHUP and EPOLLERR are always told
  if (epoll_ctl(watch, EPOLL_CTL_ADD, fd, &event) < 0) {
    int failed = -errno;
    close(watch);
    return failed;
  }
  return watch;
}
