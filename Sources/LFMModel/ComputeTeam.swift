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
    runRanges(pieces, most: 1) { worker, range in body(worker, range.lowerBound) }
  }

  /// The same for pieces that are cheaper together: a thread gets up to `most` consecutive ones at once.
  ///
  /// - Precondition: `most` is at least 1.
  func runRanges(_ pieces: Int, most: Int, _ body: (_ worker: Int, _ pieces: Range<Int>) -> Void) {
    precondition(most > 0, "a thread takes at least one piece")
    guard pieces > 1, count > 1 else {
      for begin in stride(from: 0, to: pieces, by: most) {
        body(0, begin..<min(begin + most, pieces))
      }
      return
    }
    withoutActuallyEscaping(body) { body in
      var job = unsafe Job(team: team, most: Int64(most), body: body)
      unsafe withUnsafeMutablePointer(to: &job) { job in
        unsafe lfm_team_run(
          team, Int64(pieces),
          { context, worker in
            guard let job = unsafe context?.assumingMemoryBound(to: Job.self) else { return }
            // Held once for all pieces: the count of its owners is one for all threads, who would fight over it.
            let body = unsafe job.pointee.body
            var begin: Int64 = 0
            var end: Int64 = 0
            while unsafe lfm_team_next(
              job.pointee.team, worker, job.pointee.most, &begin, &end) != 0
            {
              body(Int(worker), Int(begin)..<Int(end))
            }
          }, job)
      }
    }
  }

  @safe private struct Job {
    let team: OpaquePointer
    let most: Int64
    let body: (Int, Range<Int>) -> Void
  }
}
