// A file of numbers as they lie in memory (little-endian, on every machine that this program knows): whole reads and
// writes, errors as sentences with the path.

import Glibc
import LFMSocket

/// An open file, closed when this object goes.
final class BinaryFile {
  let path: String
  private let descriptor: Int32

  /// Opens a file to read.
  init(reading path: String) throws(StartFailure) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StartFailure(
        Exit.noInput, "\(path) cannot be opened: \(SocketError.text(of: errno))")
    }
  }

  /// Makes a file, or empties it.
  init(making path: String) throws(StartFailure) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw StartFailure(
        Exit.cannotCreate, "\(path) cannot be made: \(SocketError.text(of: errno))")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Bytes of a regular file; `nil` for a pipe.
  var size: Int? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }

  func read<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, _ count: Int
  ) throws(StartFailure) -> [Number] {
    var numbers = [Number](repeating: 0, count: count)
    var done = 0
    while done < count * MemoryLayout<Number>.stride {
      let got = unsafe numbers.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if got > 0 {
        done += got
      } else if got == 0 {
        throw StartFailure(Exit.dataError, "\(path) ends too early")
      } else if errno != EINTR {
        throw StartFailure(
          Exit.inputOutput, "\(path) cannot be read: \(SocketError.text(of: errno))")
      }
    }
    return numbers
  }

  /// Everything from here to the end, but no more than `limit` bytes.
  func readAll(limit: Int) throws(StartFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if got == 0 { return bytes }
      if got > 0 {
        bytes += chunk[..<got]
      } else if errno != EINTR {
        throw StartFailure(
          Exit.inputOutput, "\(path) cannot be read: \(SocketError.text(of: errno))")
      }
      guard bytes.count <= limit else {
        throw StartFailure(Exit.dataError, "\(path) is larger than \(limit >> 20) MiB")
      }
    }
  }

  func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(StartFailure) {
    var done = 0
    while done < numbers.count * MemoryLayout<Number>.stride {
      let count = unsafe numbers.withUnsafeBytes { bytes in
        unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        throw StartFailure(
          Exit.inputOutput, "\(path) cannot be written: \(SocketError.text(of: errno))")
      }
    }
  }
}
