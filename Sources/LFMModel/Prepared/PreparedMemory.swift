import Glibc
import LFMCheckpoint

/// The memory of packed groups: a prepared file mapped read-only, or anonymous memory that was packed into. Begins at a
/// multiple of a huge page and asks for huge pages before the first touch: later, a file mapping does not get them.
///
/// A file that another program shortens later ends the process with SIGBUS on the lost pages, as a checkpoint does.
///
/// `@unchecked Sendable`: the stored properties are constants; the memory is written only by whoever made it, before
/// anybody else sees it (`base(writing:)`).
@safe final class PreparedMemory: @unchecked Sendable {
  let bytes: Int
  private let start: UnsafeMutableRawPointer

  /// Anonymous memory, zero until written; nil when the kernel refuses.
  convenience init?(anonymousBytes bytes: Int) {
    self.init(
      bytes: bytes, protection: PROT_READ | PROT_WRITE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, descriptor: -1)
  }

  /// The first `bytes` bytes of a file, which has as many; nil when the kernel refuses.
  convenience init?(descriptor: Int32, bytes: Int) {
    self.init(bytes: bytes, protection: PROT_READ, flags: MAP_SHARED, descriptor: descriptor)
  }

  private init?(bytes: Int, protection: Int32, flags: Int32, descriptor: Int32) {
    let page = PackedPlan.hugePage
    let length = PackedPlan.roundUp(max(1, bytes), page)
    // More address space than is needed, for an aligned place in it; what lies around that goes back.
    let reserved = unsafe mmap(
      nil, length + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let reserved = unsafe reserved, unsafe reserved != MAP_FAILED else { return nil }
    let before = (page - Int(bitPattern: reserved) % page) % page
    let aligned = unsafe reserved + before
    if before > 0 { unsafe _ = munmap(reserved, before) }
    unsafe _ = munmap(aligned + length, page - before)
    let mapped = unsafe mmap(aligned, length, protection, flags | MAP_FIXED, descriptor, 0)
    guard unsafe mapped == aligned else {
      unsafe _ = munmap(aligned, length)
      return nil
    }
    // Refused where the kernel has no huge pages: then there are small ones.
    unsafe _ = madvise(aligned, length, MADV_HUGEPAGE)
    self.bytes = length
    unsafe start = aligned
  }

  deinit { unsafe _ = munmap(start, bytes) }

  /// The first byte. Valid while this object is alive.
  @unsafe var base: UnsafePointer<UInt8> {
    unsafe UnsafePointer(start.assumingMemoryBound(to: UInt8.self))
  }

  /// The same for who fills anonymous memory, before it is shown to anybody.
  @unsafe var baseForWriting: UnsafeMutablePointer<UInt8> {
    unsafe start.assumingMemoryBound(to: UInt8.self)
  }

  /// Has the kernel read and map everything now, in pieces; a page that is there already costs next to nothing.
  ///
  /// Not done where the machine has too little memory for all of it: the beginning would go for the end.
  ///
  /// - Returns: false when cancelled, or when the kernel cannot (it will then do so page by page, at the first use).
  func populate(isCancelled: () -> Bool = { false }) -> Bool {
    guard bytes < Self.machineBytes / 4 * 3 else { return false }
    let piece = 32 * PackedPlan.hugePage
    for offset in stride(from: 0, to: bytes, by: piece) {
      if isCancelled() { return false }
      let length = min(piece, bytes - offset)
      guard unsafe madvise(start + offset, length, MADV_POPULATE_READ) == 0 else { return false }
    }
    return true
  }

  private static var machineBytes: Int {
    max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
  }

  /// What the pages are that are mapped now.
  var pages: PageKinds { unsafe PageKinds(from: UInt(bitPattern: start), bytes: bytes) }
}
