// Whether loading gets on, so that a slow disk is waited for and a hang is not: decides when the service manager is
// asked for more time. What is loaded is `ModelLoading`'s affair.

import Dispatch
import Glibc
import LFMModel
import Synchronization

/// What moves while a model is loaded.
struct LoadingMeasure: Equatable {
  /// Phases that have begun.
  var phase = 0
  /// Layers that the self-test has computed.
  var layers: UInt64 = 0
  /// Pages that had to be read from the disk, and blocks that were: of this process, so far. Processor time is none of
  /// it: a loop that never ends takes that, too.
  var pagesRead = 0
  var blocksRead = 0
}

/// Tells at each look whether anything has moved since the last one.
struct LoadingProgress {
  private var last: LoadingMeasure?

  /// True for the first look.
  mutating func hasMoved(to measure: LoadingMeasure) -> Bool {
    defer { last = measure }
    return last != measure
  }
}

/// Looks at the process every few seconds while it loads, and asks the service manager for time as long as it moves.
///
/// `@unchecked Sendable`: `progress` and `timer` are touched on the main queue only; the rest is atomic or locked.
final class LoadingWatch: @unchecked Sendable {
  /// Seconds between two looks, and how long the manager is asked to wait from each: a page fault of a dying disk
  /// may take half a minute.
  private static let interval = 5
  private static let patience = 60

  private let phase = Atomic<Int>(0)
  private let model = Mutex<Model?>(nil)
  private var progress = LoadingProgress()
  private var timer: (any DispatchSourceTimer)?

  /// Begins to look. On the main queue.
  func start() {
    dispatchPrecondition(condition: .onQueue(.main))
    guard Systemd.isListening else { return }
    let timer = DispatchSource.makeTimerSource(queue: .main)
    timer.schedule(
      deadline: .now() + .seconds(Self.interval), repeating: .seconds(Self.interval))
    timer.setEventHandler { [unowned self] in look() }
    timer.activate()
    self.timer = timer
    look()
  }

  /// The model is bound, and its self-test begins. On any thread.
  func begin(testing model: Model) {
    self.model.withLock { $0 = model }
    phase.add(1, ordering: .relaxed)
  }

  /// On the main queue.
  func stop() {
    dispatchPrecondition(condition: .onQueue(.main))
    timer?.cancel()
    timer = nil
  }

  private func look() {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let measure = LoadingMeasure(
      phase: phase.load(ordering: .relaxed),
      layers: model.withLock { $0?.layersFinished ?? 0 }, pagesRead: usage.ru_majflt,
      blocksRead: usage.ru_inblock)
    guard progress.hasMoved(to: measure) else { return }
    Systemd.notify("EXTEND_TIMEOUT_USEC=\(Self.patience)000000")
  }
}
