import CLFMLinux
import Foundation
import Glibc
import LFMCheckpoint
import Synchronization

/// Making the prepared file of a checkpoint: one at a time in a folder, whole or not at all.
package struct Preparation: Sendable {
  /// How far it is.
  package enum Progress: Equatable, Sendable {
    /// Another process prepares in the same folder.
    case waiting
    /// Bytes of the file.
    case packing(done: Int, total: Int)
    /// Waiting for the disk.
    case syncing
  }

  package enum Outcome: Equatable, Sendable {
    /// The file, and its bytes.
    case made(path: String, bytes: Int)
    /// It was there and current.
    case found(path: String, bytes: Int)
  }

  let checkpoint: Checkpoint
  let folder: PreparedFolder
  var threads: Int
  /// Make it anew, even where there is a current one.
  package var isForced = false
  var packing = GroupPacking.kernels
  /// For tests: leave unnamed files aside, as on a file system that has none.
  var usesNamedFiles = false

  package init(_ checkpoint: Checkpoint, in folder: PreparedFolder, threads: Int) {
    self.checkpoint = checkpoint
    self.folder = folder
    self.threads = threads
  }

  /// Makes the file, or finds it made. Blocks: for seconds a few gigabytes.
  ///
  /// - Parameters:
  ///   - progress: called on any thread, one call at a time.
  ///   - isCancelled: asked often, on any thread.
  /// - Throws: `PreparationFailure`; nothing is left behind then.
  package func run(
    progress: @Sendable (Progress) -> Void = { _ in },
    isCancelled: @Sendable () -> Bool = { false }
  ) throws(PreparationFailure) -> Outcome {
    let plan = try plan()
    guard !plan.isEmpty else {
      throw PreparationFailure(
        .nothingToPack,
        "\(checkpoint.path): none of its matrices is of a type that is packed; it is served as it is"
      )
    }
    let target = folder.file(forSource: PreparedFolder.resolved(checkpoint.path))
    // Found without the lock: somebody who may only read the folder needs nothing more.
    if !isForced, isCurrent(plan) { return .found(path: target, bytes: plan.fileBytes) }
    try folder.create()
    let lock = try folder.lock(
      waiting: { progress(.waiting) }, isCancelled: isCancelled)
    defer { withExtendedLifetime(lock) {} }
    // Who waited for the lock may have been overtaken by a newer model: its file is not ours to remove.
    _ = try checkedSource()
    folder.removeTemporaries()
    if isCurrent(plan) {
      if !isForced { return .found(path: target, bytes: plan.fileBytes) }
    } else {
      // Of no use to anybody, and its room is needed.
      _ = unsafe unlink(target)
    }
    try checkRoom(plan.fileBytes)
    let file = try PreparedFileWriter(
      target: target, in: folder, bytes: plan.fileBytes, usesNamedFiles: usesNamedFiles)
    try write(plan, to: file, progress: progress, isCancelled: isCancelled)
    let mode = try checkedSource()
    progress(.syncing)
    // Who may not read the checkpoint is not to read its weights here.
    try file.commit(mode: mode & 0o444 | 0o400)
    settle(file, plan)
    return .made(path: target, bytes: plan.fileBytes)
  }

  private func plan() throws(PreparationFailure) -> PackedPlan {
    do throws(ModelError) {
      return try PackedPlan(checking: checkpoint, packing: packing)
    } catch {
      throw PreparationFailure(error)
    }
  }

  private func isCurrent(_ plan: PackedPlan) -> Bool {
    if case .weights = PreparedWeights.open(for: checkpoint, plan, in: folder, packing: packing) {
      return true
    }
    return false
  }

  /// Better said before the work than after it. A limit on files would end the process by a signal.
  private func checkRoom(_ bytes: Int) throws(PreparationFailure) {
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
      limit.rlim_cur < UInt64(bytes)
    {
      throw PreparationFailure(
        .noSpace,
        "prepared weights take \(bytes) bytes, but this process may write files of \(limit.rlim_cur) "
          + "at most (ulimit -f)")
    }
    var system = statvfs()
    guard unsafe statvfs(folder.path, &system) == 0 else {
      throw PreparationFailure("cannot examine the cache directory \(folder.path)", code: errno)
    }
    let free = UInt64(system.f_bavail).multipliedReportingOverflow(by: UInt64(system.f_frsize))
    guard free.overflow || free.partialValue >= UInt64(bytes) else {
      throw PreparationFailure(
        .noSpace,
        "prepared weights take \(bytes) bytes in \(folder.path), where \(free.partialValue) are free; "
          + PreparationFailure.advice)
    }
  }

  /// Packs every piece on some thread and writes it; the head comes last.
  private func write(
    _ plan: PackedPlan, to file: PreparedFileWriter, progress: @Sendable (Progress) -> Void,
    isCancelled: @Sendable () -> Bool
  ) throws(PreparationFailure) {
    let work: PackingPieces
    let team: ComputeTeam
    do throws(ModelError) {
      work = try PackingPieces(checkpoint, plan, packing: packing)
      team = try ComputeTeam(count: max(1, threads), pinned: false)
    } catch {
      throw PreparationFailure(error)
    }
    let buffers = PackingBuffers(
      count: team.count, pieceBytes: PackingPieces.pieceBytes, scratchBytes: work.scratchBytes)
    let state = Mutex((done: 0, failure: PreparationFailure?.none))
    team.run(work.count) { worker, piece in
      guard state.withLock({ $0.failure == nil }) else { return }
      let range = work.range(of: piece)
      do throws(PreparationFailure) {
        if isCancelled() { throw PreparationFailure(.cancelled, "cancelled") }
        let (out, scratch) = unsafe buffers[worker]
        unsafe work.pack(piece: piece, to: out, scratch: scratch)
        try unsafe file.write(
          UnsafeRawBufferPointer(start: out, count: range.count), at: range.lowerBound)
      } catch {
        state.withLock { $0.failure = $0.failure ?? error }
        return
      }
      state.withLock {
        $0.done += range.count
        progress(.packing(done: $0.done, total: plan.fileBytes - plan.dataStart))
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure }
    let head = PreparedHead(
      source: SourcePin(checkpoint),
      sourcePath: Array(PreparedFolder.resolved(checkpoint.path).utf8), plan: plan,
      packedVersion: packing.version)
    // As much as there is room, so that the first huge page is one.
    var bytes = head.encoded
    precondition(bytes.count <= plan.dataStart)
    bytes += [UInt8](repeating: 0, count: plan.dataStart - bytes.count)
    try unsafe bytes.span.withUnsafeBytes { bytes throws(PreparationFailure) in
      try unsafe file.write(bytes, at: 0)
    }
  }

  /// Written while memory was short or in pieces, a part of the file is in small pages; read back, it is not (measured:
  /// 89 and 100 %). Nobody has it mapped yet, so its pages can go.
  private func settle(_ file: PreparedFileWriter, _ plan: PackedPlan) {
    // No longer of use here, and they would make room.
    checkpoint.releasePages()
    var pages = PageKinds()
    if let memory = PreparedMemory(descriptor: file.descriptor, bytes: plan.fileBytes),
      memory.populate()
    {
      pages = memory.pages
    }
    // None at all is a file system that has none.
    if pages.hugeBytes > 0, pages.hugeBytes / 19 < pages.residentBytes / 20 {
      _ = posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }
  }

  /// What was packed is what the paths lead to now.
  ///
  /// - Returns: the permissions that all files give.
  private func checkedSource() throws(PreparationFailure) -> mode_t {
    var mode: mode_t = 0o777
    for part in checkpoint.parts {
      var status = stat()
      let identity = part.identity
      guard unsafe stat(part.path, &status) == 0,
        Int(status.st_size) == identity.size, status.st_mtim.tv_sec == identity.modifiedSeconds,
        status.st_mtim.tv_nsec == identity.modifiedNanoseconds
      else {
        throw PreparationFailure(
          .sourceChanged,
          "\(part.path) changed while its weights were prepared, or before; load it again")
      }
      mode &= status.st_mode
    }
    return mode
  }
}

/// A piece's and a group's room for each thread.
///
/// `@unchecked Sendable`: each thread uses the memory of its own number.
@safe private final class PackingBuffers: @unchecked Sendable {
  private let memory: UnsafeMutablePointer<UInt8>
  private let stride: Int
  private let pieceBytes: Int

  init(count: Int, pieceBytes: Int, scratchBytes: Int) {
    self.pieceBytes = pieceBytes
    stride = pieceBytes + PackedPlan.roundUp(scratchBytes, 4096)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: count * stride, alignment: 4096)
    unsafe memory = raw.bindMemory(to: UInt8.self, capacity: count * stride)
  }

  deinit { unsafe memory.deallocate() }

  subscript(worker: Int) -> (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>) {
    let start = unsafe memory + worker * stride
    return unsafe (start, start + pieceBytes)
  }
}
