import CLFMLinux
import Glibc

/// The threads that compute: the caller of a step and those that this team owns. A job is cut into pieces, of which each
/// thread has a share, and takes from others' when it is done; what a piece computes is the caller's.
///
/// `@unchecked Sendable`: the C team is used by one step at a time (the model's step lock) and ended in `deinit`.
@safe final class ComputeTeam: @unchecked Sendable {
  /// Threads, the caller included.
  let count: Int
  private let team: OpaquePointer

  /// - Throws: `ModelError` of kind `badOption`.
  init(count: Int, pinned: Bool) throws(ModelError) {
    guard (1...1024).contains(count),
      let team = unsafe lfm_team_create(Int32(count), pinned ? 1 : 0)
    else {
      throw ModelError(
        .badOption,
        "a compute team of \(count) threads cannot be had; ask for 1 to \(Self.available)")
    }
    self.count = count
    unsafe self.team = unsafe team
  }

  deinit { unsafe lfm_team_destroy(team) }

  /// Processors that this process may run on.
  static var available: Int { Int(lfm_available_processors()) }

  /// Run pieces `0..<pieces`, each once, on any thread; return when all are done. A thread goes through consecutive pieces
  /// in order, but nothing is promised between threads, so pieces write to places of their own.
  func run(_ pieces: Int, _ body: (_ worker: Int, _ piece: Int) -> Void) {
    guard pieces > 1, count > 1 else {
      for piece in 0..<max(0, pieces) { body(0, piece) }
      return
    }
    withoutActuallyEscaping(body) { body in
      var job = Job(body: body)
      unsafe withUnsafeMutablePointer(to: &job) { job in
        unsafe lfm_team_run(
          team, Int64(pieces),
          { context, worker, piece in
            guard let job = unsafe context?.assumingMemoryBound(to: Job.self) else { return }
            unsafe job.pointee.body(Int(worker), Int(piece))
          }, job)
      }
    }
  }

  private struct Job {
    let body: (Int, Int) -> Void
  }
}
