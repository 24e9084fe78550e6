// How far `lfmd prepare` is, on standard error: a bar on a terminal, a line now and then elsewhere.

import Glibc
import LFMModel
import Synchronization

/// Shows a preparation's progress. Any thread may call it; one at a time is let in.
final class PreparationProgress: Sendable {
  private struct State {
    var line = ProgressOutput()
    /// The tenth that was last told, and whether waiting was.
    var tenth = 0
    var told = ContinuousClock.now
    var hasSaidWaiting = false
    var begun: ContinuousClock.Instant?
  }

  private let file: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state = Mutex(State())

  init(file: String) { self.file = LogText.oneLine(file) }

  func show(_ progress: Preparation.Progress) {
    state.withLock { state in
      switch progress {
      case .waiting:
        state.line.show("another process prepares in this folder: waiting")
        if !isTerminal, !state.hasSaidWaiting {
          say("waiting for another process that prepares in the same folder")
        }
        state.hasSaidWaiting = true
      case .packing(let done, let total):
        let begun = state.begun ?? .now
        state.begun = begun
        let seconds = (ContinuousClock.now - begun).inSeconds
        state.line.show(Self.bar(done, of: total, seconds: seconds))
        let tenth = total > 0 ? Int(Double(done) / Double(total) * 10) : 0
        // Nothing of what is over at once.
        if !isTerminal, tenth > state.tenth, ContinuousClock.now - state.told > .seconds(1) {
          state.told = .now
          say("preparing \(file): \(tenth * 10) % of \(byteText(total))")
        }
        state.tenth = max(tenth, state.tenth)
      case .syncing: state.line.show("waiting for the disk")
      }
    }
  }

  func clear() { state.withLock { $0.line.clear() } }

  private func say(_ sentence: String) {
    LogOutput.writeStandardError("lfmd: \(sentence)\n")
  }

  /// `[######------]  43 %  2.08 of 4.84 GB  1.2 GB/s  3 s left`
  static func bar(_ done: Int, of total: Int, seconds: Double) -> String {
    let share = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0
    let filled = Int(share * 24)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
    var text = "preparing [\(bar)] \("\(Int(share * 100))".leftPadded(to: 3)) %  \(byteText(done))"
    text += " of \(byteText(total))"
    // The first moments say nothing of the rate.
    guard seconds > 0.3, done > 0 else { return text }
    let rate = Double(done) / seconds
    let left = (Double(total - done) / rate).rounded(.up)
    return text + "  \(byteText(Int(rate)))/s  \(Int(left)) s left"
  }
}
