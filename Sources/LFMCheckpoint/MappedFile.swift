import Glibc

/// One file, mapped read-only for as long as this object lives. Owns the mapping and nothing else: the descriptor is
/// closed once the mapping stands, and what the bytes mean is for others. The only place of this room where a raw
/// pointer is made; everything else reaches the bytes through checked loads or through ``MappedBytes``.
///
/// A file that another program shortens later still ends the process with SIGBUS on the lost pages.
///
/// `@unchecked Sendable`: both stored properties are constants, and the memory is never written by this process.
@safe package final class MappedFile: @unchecked Sendable {
  /// The path as it was given.
  package let path: String
  /// Bytes in the file; never 0.
  package let count: Int
  /// What tells this file from another one at the same path.
  package let identity: FileIdentity
  private let start: UnsafeRawPointer

  /// Maps a regular file. Never blocks on a FIFO or a device: they are opened without waiting, and refused.
  /// - Throws: ``CheckpointError`` with code `unreadable` or, for an empty file, `truncated`.
  package init(path: String) throws(CheckpointError) {
    let (descriptor, status) = try MappedFile.open(path)
    defer { _ = close(descriptor) }
    guard status.st_size > 0 else {
      throw CheckpointError(
        .truncated, path: path, found: "an empty file", expected: "a GGUF file",
        advice: "Copy or download it again.")
    }
    // off_t and Int are both 64 bits wide on every platform this builds for.
    let count = Int(status.st_size)
    let address = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw CheckpointError(
        .unreadable, path: path, message: "cannot be mapped: \(MappedFile.reason(errno))")
    }
    self.path = path
    self.count = count
    self.identity = FileIdentity(status)
    unsafe start = UnsafeRawPointer(address)
  }

  deinit {
    unsafe munmap(UnsafeMutableRawPointer(mutating: start), count)
  }

  /// The first byte. Valid only while this object is alive: whoever keeps the pointer keeps the object.
  @unsafe package var baseAddress: UnsafeRawPointer { unsafe start }

  /// Loads a little-endian integer. The caller has checked the bounds; this checks them again, as an invariant.
  package func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    precondition(offset >= 0 && count - offset >= MemoryLayout<T>.size)
    return T(littleEndian: unsafe start.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// Lends the bytes of `range`, which the caller has checked; checked again, as an invariant.
  package func withSpan<R, E: Error>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    let bytes = unsafe UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count)
    return try body(unsafe bytes.bindMemory(to: UInt8.self).span)
  }

  /// Takes the pages out of this process: the kernel may keep them for the next use, or not.
  func releasePages() {
    unsafe _ = madvise(UnsafeMutableRawPointer(mutating: start), count, MADV_DONTNEED)
  }

  /// Where a path leads when all links are followed, or nil where it leads nowhere.
  static func resolved(_ path: String) -> String? {
    guard let text = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  private static func open(_ path: String) throws(CheckpointError) -> (Int32, stat) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw CheckpointError(
        .unreadable, path: path, message: "is no path: it is empty or holds a NUL byte.")
    }
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      throw CheckpointError(
        .unreadable, path: path, message: "cannot be opened: \(reason(errno))")
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let failure = CheckpointError(
        .unreadable, path: path, message: "cannot be examined: \(reason(errno))")
      _ = close(descriptor)
      throw failure
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      _ = close(descriptor)
      throw CheckpointError(
        .unreadable, path: path, found: FileIdentity.kind(ofMode: status.st_mode),
        expected: "a regular file, because weights are mapped and not read")
    }
    return (descriptor, status)
  }

  private static func reason(_ code: Int32) -> String {
    unsafe String(cString: strerror(code))
  }
}

/// What tells one state of a file from another: size and time of last change, with device and inode.
package struct FileIdentity: Hashable, Sendable {
  package let device: UInt64
  package let inode: UInt64
  /// Bytes.
  package let size: Int
  /// Time of the last change, whole seconds since 1970 and the nanoseconds after them.
  package let modifiedSeconds: Int
  package let modifiedNanoseconds: Int

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    modifiedSeconds = status.st_mtim.tv_sec
    modifiedNanoseconds = status.st_mtim.tv_nsec
  }

  static func kind(ofMode mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a directory"
    case S_IFIFO: "a FIFO"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "something that is no file"
    }
  }
}
