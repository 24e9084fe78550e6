import Glibc

/// A private anonymous mapping, zero until written, given back when this object goes.
///
/// `@unchecked Sendable`: the pointer is constant; who may touch which bytes is decided by the owner (`KVPool`'s page
/// references, `Workspace`'s step lock, `ComputeTeam`'s pieces).
@safe final class MappedPages: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let bytes: Int

  /// Nil when the kernel refuses. At least one byte is mapped, so that the base is always valid.
  init?(bytes: Int) {
    let length = max(1, bytes)
    let mapped = unsafe mmap(
      nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
    // Only a hint: where the kernel has no huge pages to give, small ones do.
    unsafe _ = madvise(mapped, length, MADV_HUGEPAGE)
    unsafe base = unsafe mapped
    self.bytes = length
  }

  deinit { unsafe _ = munmap(base, bytes) }
}
