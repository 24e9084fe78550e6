import Glibc
import Synchronization

/// The one home of keys and values: a fixed number of pages of 64 positions in one anonymous mapping.
///
/// Owns the memory and the list of free pages; who uses which page is the business of `KVPage`'s reference count.
/// Memory is committed by the kernel at a page's first use, so an idle pool of any capacity costs nothing.
///
/// Any queue may allocate or free: the free list is behind a lock held for a few instructions.
package final class KVPool: Sendable {
  package let layout: KVLayout
  /// Pages in all.
  package let capacity: Int
  /// Fill freed (and never used) pages with NaN, so that a test sees any read of what is not there.
  package let poisons: Bool

  private struct FreeList {
    /// Pages given back, the last one first to be used again (it is warm).
    var returned: [Int] = []
    /// Pages from here on were never used.
    var untouched = 0
  }
  private let freeList = Mutex(FreeList())
  private let memory: MappedPages

  /// - Throws: `ModelError` of kind `outOfMemory` when the kernel refuses the address range.
  package init(layout: KVLayout, capacity: Int, poisonsFreedPages: Bool = false) throws(ModelError)
  {
    let capacity = max(1, capacity)
    let (bytes, overflow) = layout.pageBytes.multipliedReportingOverflow(by: capacity)
    guard !overflow, let memory = MappedPages(bytes: bytes) else {
      throw ModelError(
        .outOfMemory,
        "no address space for \(capacity) key/value pages of \(layout.pageBytes) bytes; ask for a smaller pool"
      )
    }
    self.layout = layout
    self.capacity = capacity
    self.poisons = poisonsFreedPages
    self.memory = memory
  }

  /// Pages that `allocate` can still hand out.
  package var freePages: Int {
    freeList.withLock { $0.returned.count + capacity - $0.untouched }
  }

  /// Pages in use.
  package var usedPages: Int { capacity - freePages }

  /// Bytes of address space; what is committed is at most that.
  package var capacityBytes: Int { capacity * layout.pageBytes }

  /// A page of unspecified content, or nil when all are in use.
  package func allocate() -> KVPage? {
    let (index, fresh): (Int?, Bool) = freeList.withLock { list in
      if let index = list.returned.popLast() { return (index, false) }
      guard list.untouched < capacity else { return (nil, false) }
      list.untouched += 1
      return (list.untouched - 1, true)
    }
    guard let index else { return nil }
    let page = KVPage(pool: self, index: index)
    if poisons && fresh { poison(index) }
    return page
  }

  /// Give the memory of all free pages back to the kernel; they read as zero when used again.
  package func releaseFreeMemory() {
    freeList.withLock { list in
      for index in list.returned {
        unsafe _ = madvise(base(of: index), layout.pageBytes, MADV_DONTNEED)
      }
    }
  }

  /// The first byte of a page.
  func base(of index: Int) -> UnsafeMutableRawPointer {
    unsafe memory.base + index * layout.pageBytes
  }

  fileprivate func free(_ index: Int) {
    if poisons { poison(index) }
    freeList.withLock { $0.returned.append(index) }
  }

  private func poison(_ index: Int) {
    // All bits set is a NaN in f32 and in f16 alike, and in the scales of integers.
    unsafe _ = memset(base(of: index), 0xFF, layout.pageBytes)
  }
}

/// One page of a pool, in use for as long as somebody holds this object.
///
/// A page that holds 64 committed positions is immutable and may be shared by any number of sequences and snapshots.
/// A page with room left is written only by a sequence that holds the one reference to it (`SequenceState.reserve`
/// copies it otherwise).
package final class KVPage: Sendable {
  package let pool: KVPool
  let index: Int

  fileprivate init(pool: KVPool, index: Int) {
    self.pool = pool
    self.index = index
  }

  deinit { pool.free(index) }

  /// The first byte of the page.
  var base: UnsafeMutableRawPointer { unsafe pool.base(of: index) }

  /// A new page of the same content, or nil when the pool is exhausted.
  func copy() -> KVPage? {
    guard let page = pool.allocate() else { return nil }
    unsafe page.base.copyMemory(from: base, byteCount: pool.layout.pageBytes)
    return page
  }
}
