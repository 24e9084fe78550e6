import Dispatch
import LFMGeneration
import LFMModel
import Synchronization

/// The tokenization queue: work on texts, in pieces, by few threads.
///
/// Owns who is next. Short texts and long ones take turns, a piece each, so that nobody waits for the whole of a text of
/// 16 MiB; among the short, and among the long, who came first is done first, so that at most `width` of each kind are
/// begun and hold more than their request. What is cancelled before its turn is dropped at once, what is being worked on
/// after its piece.
final class TokenizationQueue: Sendable {
  /// From so many bytes on a text is a long one: longer than nearly every prompt, a tenth of a second's work.
  static let longText = 1 << 20

  private let width: Int
  private let lines = Mutex(TextLines())
  private let queue = DispatchQueue(label: "lfmd.tokenization", attributes: .concurrent)
  /// Where jobs that are dropped before their turn say so.
  private let endings = DispatchQueue(label: "lfmd.tokenization.cancelled")

  private let isTrimming = Atomic<Bool>(false)

  /// - Parameter width: texts that are worked on at a time, a thread each.
  init(width: Int) { self.width = max(1, width) }

  /// Queues work on a text.
  ///
  /// - Parameters:
  ///   - bytes: about how long the text is.
  ///   - step: does a piece, one call at a time; true when all is done. Released at the end, with what it holds.
  ///   - cancelled: called, if the job is cancelled before `step` was done, once `step` is released.
  func submit(
    bytes: Int, step: @escaping @Sendable () -> Bool,
    cancelled: @escaping @Sendable () -> Void = {}
  ) -> TextJob {
    let job = TextJob(isLong: bytes >= Self.longText, queue: self)
    let needsWorker = lines.withLock { lines in
      lines.append(job, TextLines.Work(step: step, cancelled: cancelled))
      guard lines.workers < width else { return false }
      lines.workers += 1
      return true
    }
    if needsWorker { queue.async { self.work() } }
    return job
  }

  /// Jobs that have not ended.
  var count: Int { lines.withLock { $0.count } }

  /// One piece; then it is another's turn.
  private func work() {
    guard let (job, isDone) = doPiece() else { return }
    // By now nothing here holds what the piece worked on.
    let work = lines.withLock { $0.putBack(job, isDone: isDone) }
    if let work { Self.drop(work)() }
    if job.isLong, isDone || work != nil { trimSoon() }
    queue.async { self.work() }
  }

  private func doPiece() -> (TextJob, isDone: Bool)? {
    let next = lines.withLock { lines in
      let next = lines.take()
      if next == nil { lines.workers -= 1 }
      return next
    }
    guard let (job, step) = next else { return nil }
    return (job, step())
  }

  fileprivate func cancel(_ job: TextJob) {
    let work = lines.withLock { $0.cancel(job) }
    if let work { endings.async(execute: Self.drop(work)) }
  }

  /// Long texts leave hundreds of megabytes behind that the allocator would keep: give them back once replies are likely to be
  /// on their way.
  private func trimSoon() {
    let isFirst = isTrimming.compareExchange(
      expected: false, desired: true, ordering: .acquiringAndReleasing
    ).exchanged
    guard isFirst else { return }
    endings.asyncAfter(deadline: .now() + 2) { [self] in
      isTrimming.store(false, ordering: .releasing)
      FreedMemory.giveBack()
    }
  }

  /// Lets go of the work, and gives what is to be said then.
  private static func drop(_ work: consuming TextLines.Work) -> @Sendable () -> Void {
    work.cancelled
  }
}

/// Work on one text, and the caller's hand on it. There is nothing to pause: it says one thing, at its end.
final class TextJob: GenerationControl {
  fileprivate let isLong: Bool
  private let queue: TokenizationQueue

  fileprivate init(isLong: Bool, queue: TokenizationQueue) {
    self.isLong = isLong
    self.queue = queue
  }

  func cancel() { queue.cancel(self) }
  func pause() {}
  func resume() {}
  func endThinking() {}
}

/// Who waits, who is being worked on, who is next. A value.
private struct TextLines: Sendable {
  struct Work: Sendable {
    var step: @Sendable () -> Bool
    var cancelled: @Sendable () -> Void
    var isCancelled = false
  }

  private var works: [ObjectIdentifier: Work] = [:]
  private var short: [TextJob] = []
  private var long: [TextJob] = []
  private var lastWasLong = false
  /// Threads at work, or about to be.
  var workers = 0

  var count: Int { works.count }

  mutating func append(_ job: TextJob, _ work: Work) {
    works[ObjectIdentifier(job)] = work
    if job.isLong { long.append(job) } else { short.append(job) }
  }

  /// The next piece of work; its job is in no line until `putBack`.
  mutating func take() -> (TextJob, @Sendable () -> Bool)? {
    let isLong = short.isEmpty || (!long.isEmpty && !lastWasLong)
    guard !(isLong ? long.isEmpty : short.isEmpty) else { return nil }
    lastWasLong = isLong
    let job = isLong ? long.removeFirst() : short.removeFirst()
    return works[ObjectIdentifier(job)].map { (job, $0.step) }
  }

  /// A piece is done. Returns the work if it has ended, with something to say only if it was cancelled.
  mutating func putBack(_ job: TextJob, isDone: Bool) -> Work? {
    let id = ObjectIdentifier(job)
    guard isDone || works[id]?.isCancelled != false else {
      if job.isLong { long.insert(job, at: 0) } else { short.insert(job, at: 0) }
      return nil
    }
    var work = works.removeValue(forKey: id)
    if isDone { work?.cancelled = {} }
    return work
  }

  /// Returns the work if it waits and so ends now; a piece that is being worked on ends it at `putBack`.
  mutating func cancel(_ job: TextJob) -> Work? {
    let id = ObjectIdentifier(job)
    guard works[id] != nil else { return nil }
    works[id]?.isCancelled = true
    let line = job.isLong ? long : short
    guard let place = line.firstIndex(where: { $0 === job }) else { return nil }
    if job.isLong { long.remove(at: place) } else { short.remove(at: place) }
    return works.removeValue(forKey: id)
  }
}
