import CLFMProto
import Glibc

/// The memory of one protobuf-c message and all that hangs on it, freed as a whole.
///
/// libprotobuf-c turns two bytes of an empty sub-message into more than a hundred bytes of memory, and has no bound of
/// its own, so every unpack draws on a budget: `amplification` bytes for each byte on the wire, and a floor. What
/// is spent counts for good, freed or not.
@safe final class MessageMemory {
  /// Bytes of memory that each byte on the wire may cost. Turns of a sentence each need 3 to 4, packed tokens at
  /// most 4.
  static let amplification = 8
  /// What every message may cost, however short. Turns of one word need up to 16 bytes for each of theirs: with the
  /// floor, ten thousand of them pass, and more do not fit the model's context.
  static let floor = 1 << 20

  private var chunks = unsafe [UnsafeMutableRawPointer]()
  /// What is free of the newest chunk.
  private var free = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private let budget: Int
  /// Bytes handed out so far.
  private(set) var spent = 0
  /// Allocations refused so far.
  private(set) var refusals = 0

  init(budget: Int) { self.budget = budget }

  /// For what comes from the wire.
  convenience init(wireBytes: Int) {
    self.init(budget: Self.floor + wireBytes * Self.amplification)
  }

  deinit {
    while let chunk = unsafe chunks.popLast() { unsafe Glibc.free(chunk) }
  }

  /// Memory that lives as long as this, aligned for every field; `nil` if the budget or the machine has no more.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    // A size_t beyond Int.max comes as a negative number.
    guard size >= 0, size <= budget - spent, let rounded = Self.rounded(size) else {
      refusals += 1
      return nil
    }
    if unsafe rounded > free.count {
      // Chunks grow with what is already spent: few of them for large messages, little waste for small ones.
      let chunkSize = max(rounded, min(max(spent, 1024), 256 << 10))
      guard let chunk = unsafe malloc(chunkSize) else {
        refusals += 1
        return nil
      }
      unsafe chunks.append(chunk)
      unsafe free = UnsafeMutableRawBufferPointer(start: chunk, count: chunkSize)
    }
    let result = unsafe free.baseAddress
    unsafe free = UnsafeMutableRawBufferPointer(rebasing: free[rounded...])
    spent += size
    return unsafe result
  }

  /// Up to the next multiple of the strictest alignment; `nil` if there is none.
  private static func rounded(_ size: Int) -> Int? {
    let (sum, overflow) = max(size, 1).addingReportingOverflow(15)
    return overflow ? nil : sum & ~15
  }

  /// This memory in protobuf-c's terms, valid while `body` runs. Freeing does nothing: all is freed at the end.
  func withAllocator<R>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> R) -> R {
    var allocator = unsafe ProtobufCAllocator(
      alloc: { memory, size in
        guard let memory = unsafe memory else { return nil }
        return unsafe Unmanaged<MessageMemory>.fromOpaque(memory).takeUnretainedValue()
          .allocate(size)
      },
      free: { _, _ in },
      allocator_data: Unmanaged.passUnretained(self).toOpaque())
    return withExtendedLifetime(self) { unsafe body(&allocator) }
  }
}
