// The computation of `lfmd perplexity`: windows of text through the model, each row of the second half scored. Which
// windows, and what becomes of the scores, is the caller's.

import Dispatch
import LFMModel

/// A text's tokens cut into windows, as llama-perplexity cuts them: one after the other, what is left at the end unused.
struct TextWindows {
  let tokens: [Int32]
  /// Tokens of a window.
  let length: Int
  let count: Int
  /// What stands in the place of a window's first token; `nil` where the model has the first token itself.
  let beginning: Int32?

  /// The first row that is scored: those before have too little to go by.
  var first: Int { length / 2 }
  /// Scored rows of a window: the last one has no next token.
  var scored: Int { length - 1 - first }

  /// What the model is given of a window.
  func input(_ window: Int, _ range: Range<Int>) -> [Int32] {
    let start = window * length
    var input = Array(tokens[start + range.lowerBound..<start + range.upperBound])
    if range.lowerBound == 0, let beginning, !input.isEmpty { input[0] = beginning }
    return input
  }

  /// The tokens that follow those rows.
  func following(_ window: Int, _ range: Range<Int>) -> ArraySlice<Int32> {
    let start = window * length + 1
    return tokens[start + range.lowerBound..<start + range.upperBound]
  }
}

/// Rows of logits that lie in a buffer, and where they belong.
struct ScoredRows {
  let window: Int
  let following: ArraySlice<Int32>
  let rows: Range<Int>
  let logits: LogitsBuffer

  /// Calls `body` for each row, on several threads; in any order.
  func forEach(
    threads: Int, _ body: @Sendable (_ index: Int, _ logits: Span<Float>, _ next: Int) -> Void
  ) {
    let threads = max(1, min(threads, rows.count))
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for index in stride(from: thread, to: rows.count, by: threads) {
        let next = Int(following[following.startIndex + index])
        logits.withRow(rows.lowerBound + index) { body(index, $0.span, next) }
      }
    }
  }
}

/// Computes windows.
struct PerplexityRun {
  let model: Model
  let windows: TextWindows
  /// The most rows of a step.
  let rows: Int
  private let pool: KVPool
  private let logits: LogitsBuffer

  init(_ model: Model, _ windows: TextWindows, rows: Int, kv: KVLayout.Element) throws {
    self.model = model
    self.windows = windows
    self.rows = rows
    // Several windows a step where both their halves fit: experts are read for all of them at once.
    together = max(1, rows / (windows.first + 1))
    pool = try model.makePool(
      positions: together * (windows.length + KVLayout.positionsPerPage), element: kv)
    logits = LogitsBuffer(vocabularyCount: model.hyperparameters.vocabularyCount)
  }

  private let together: Int

  /// Computes all windows, in order.
  ///
  /// - Parameter body: gets a window's rows, at once or one part after the other, while they are in the buffer.
  func run(_ body: (ScoredRows) throws -> Void) throws {
    for begin in stride(from: 0, to: windows.count, by: together) {
      let group = begin..<min(begin + together, windows.count)
      let states = group.map { _ in model.makeSequence(in: pool) }
      for range in Self.cut(0..<windows.first, rows / group.count) {
        try step(group, states, range, .none) { _ in }
      }
      for range in Self.cut(windows.first..<windows.length - 1, rows / group.count) {
        try step(group, states, range, .all, body)
      }
    }
  }

  private func step(
    _ group: Range<Int>, _ states: [SequenceState], _ range: Range<Int>,
    _ wanted: Segment.Logits, _ body: (ScoredRows) throws -> Void
  ) throws {
    let segments = zip(group, states).map { window, state in
      Segment(state, tokens: windows.input(window, range), logits: wanted)
    }
    let results = try model.forward(segments, logits: logits)
    guard wanted == .all else { return }
    for (window, result) in zip(group, results) {
      try body(
        ScoredRows(
          window: window, following: windows.following(window, range),
          rows: result.logitsRows, logits: logits))
    }
  }

  private static func cut(_ range: Range<Int>, _ length: Int) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: max(1, length)).map {
      $0..<min($0 + max(1, length), range.upperBound)
    }
  }
}
