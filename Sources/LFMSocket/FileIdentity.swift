// What is at a path, as far as sockets care: which file, of which kind, whose.

import Glibc

/// Which file it is, whatever its name.
struct FileIdentity: Hashable, Sendable {
  var device: UInt64
  var inode: UInt64
  var owner: UInt32
  private var format: UInt32

  /// The file at `path` itself, not what a symbolic link points to; `nil` if there is none or it cannot be seen.
  init?(at path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(of descriptor: borrowing Descriptor) {
    var status = stat()
    guard unsafe fstat(descriptor.number, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    owner = status.st_uid
    format = status.st_mode & S_IFMT
  }

  var isSocket: Bool { format == S_IFSOCK }

  /// The kind of file, in a word or two.
  var kind: String {
    switch format {
    case S_IFREG: "a regular file"
    case S_IFDIR: "a directory"
    case S_IFLNK: "a symbolic link"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }
}
