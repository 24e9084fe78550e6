// One answer as it comes: thinking dimmed on standard error, the answer on standard output, both kept for the next turn.

import LFMClient
import LFMGeneration

/// What has come of an answer.
struct ChatAnswer {
  private(set) var text = ""
  private(set) var thinking = ""
  private(set) var reason: FinishReason?
  private let showsThinking: Bool
  private var thinkingIsOpen = false
  private var progress = ProgressLine()

  init(showsThinking: Bool) { self.showsThinking = showsThinking }

  /// Takes all events of a generation.
  ///
  /// - Throws: what the generation fails with; what came before stays readable.
  mutating func take(_ events: GenerationStream) async throws {
    defer { close() }
    for try await event in events {
      progress.take(event)
      switch event {
      case .thinking(let delta): try show(thinking: delta.text)
      case .answer(let delta): try show(delta.text)
      case .finished(let summary): reason = summary.reason
      default: break
      }
    }
  }

  private mutating func show(thinking piece: String) throws {
    guard !piece.isEmpty else { return }
    thinking += piece
    guard showsThinking else { return }
    if !thinkingIsOpen { Style.begin() }
    thinkingIsOpen = true
    StandardError.write(piece)
  }

  private mutating func show(_ piece: String) throws {
    guard !piece.isEmpty else { return }
    closeThinking()
    text += piece
    try StandardOutput.write(TerminalText.fit(piece, isTerminal: StandardOutput.isTerminal))
  }

  private mutating func closeThinking() {
    guard thinkingIsOpen else { return }
    thinkingIsOpen = false
    Style.end()
    StandardError.write("\n")
  }

  /// The next prompt or answer begins on a line of its own.
  private mutating func close() {
    progress.clear()
    closeThinking()
    if !text.isEmpty, text.last?.isNewline != true { try? StandardOutput.write("\n") }
  }
}
