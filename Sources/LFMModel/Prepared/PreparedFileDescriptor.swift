import Glibc

/// A file that may be a prepared one, open for reading: closed with this value. Reads heads; maps nothing by itself.
final class PreparedFileDescriptor {
  let number: Int32
  let status: stat

  /// Nil where there is no such regular file, or it may not be read. Never waits, and follows no symbolic link.
  init?(path: String) {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
    guard number >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      _ = close(number)
      return nil
    }
    self.number = number
    self.status = status
  }

  deinit { _ = close(number) }

  /// What the file says of itself, or nil where it is damaged or of another format.
  func head() -> PreparedHead? {
    guard let start = read(PreparedHead.fixedBytes),
      let length = PreparedHead.length(ofHeadBeginning: start), length <= status.st_size,
      let bytes = read(length)
    else { return nil }
    return PreparedHead(decoding: bytes)
  }

  /// The first `count` bytes.
  private func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(number, buffer.baseAddress! + done, count - done, off_t(done))
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }
}
