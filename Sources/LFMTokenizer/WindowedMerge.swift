// Merges a piece of text of any length in little memory: LongMerge on one window after another, stitched where that is proven right.

/// Byte-pair merging of a long piece through windows: the tokens are those of one LongMerge over the whole piece.
///
/// Why that can be: a sequence of tokens is the merging of its bytes if every two neighbours are the merging of theirs. (Look at
/// the first merge across a border between two tokens. Until then those two have merged within themselves, each time their own
/// strongest pair, so alone they would have come to that same merge.) Neighbours inside a window are right because the window
/// was merged as one; at the border of two windows the two tokens are merged alone and compared. Where they are not right, the
/// window before is done again, twice as wide; at worst it ends as the whole piece.
struct WindowedMerge: Sendable {
  private struct Window: Sendable {
    var start: Int
    var width: Int
    /// How many ids there were before its own.
    var firstID: Int
  }

  /// Small enough that a window's lists stay in the second-level cache.
  static let narrowest = 16 << 10

  private let narrowest: Int
  private var merge = LongMerge()
  private var end = 0
  private var current: Window?
  /// The windows whose tokens are among the ids, each right beside the one before it.
  private var windows: [Window] = []

  /// - Parameter narrowest: the width in bytes that every window is tried with first; at least 1.
  init(narrowest: Int = WindowedMerge.narrowest) {
    self.narrowest = narrowest
  }

  var isIdle: Bool { current == nil }

  /// Begins with a piece, not empty, whose tokens are to follow the ids that there are.
  mutating func begin(_ piece: Range<Int>, after ids: [TokenID]) {
    end = piece.upperBound
    windows.removeAll(keepingCapacity: true)
    open(piece.lowerBound, narrowest, ids)
  }

  /// Works on. Subtracts from `budget` about one for each byte or merge, until it is spent. Some of the last ids may be taken
  /// back while the merge is not idle.
  ///
  /// - Parameter text: the same at every call until this merge is idle again.
  mutating func step(
    _ text: Span<UInt8>, tokenizer: Tokenizer, budget: inout Int, to ids: inout [TokenID]
  ) {
    while budget > 0, let window = current {
      merge.step(text, tokenizer: tokenizer, budget: &budget, to: &ids)
      guard merge.isIdle else { return }
      if isRight(window, text, tokenizer, ids) {
        close(window, tokenizer, &ids)
      } else {
        widen(window, &ids)
      }
    }
  }

  private mutating func open(_ start: Int, _ width: Int, _ ids: [TokenID]) {
    let width = min(width, end - start, LongMerge.longest)
    current = Window(start: start, width: width, firstID: ids.count)
    merge.begin(start..<(start + width))
  }

  /// Whether a window's first token stands right beside the last one before it.
  private func isRight(
    _ window: Window, _ text: Span<UInt8>, _ tokenizer: Tokenizer, _ ids: [TokenID]
  ) -> Bool {
    // Nothing is wider than the widest: two gigabytes of letters are cut there as they are.
    guard let before = windows.last, before.width < LongMerge.longest else { return true }
    let pair = Array(ids[(window.firstID - 1)...window.firstID])
    let lengths = pair.map { tokenizer.vocabulary.spellings.range(Int($0)).count }
    let bytes = (window.start - lengths[0])..<(window.start + lengths[1])
    return LongMerge.encode(text, bytes, tokenizer: tokenizer) == pair
  }

  /// Keeps a window's tokens, but for the last ones if text follows: they have not seen it. The next window begins with them.
  private mutating func close(_ window: Window, _ tokenizer: Tokenizer, _ ids: inout [TokenID]) {
    windows.append(window)
    var next = window.start + window.width
    guard next < end else {
      current = nil
      return
    }
    for _ in 0..<((ids.count - window.firstID) / 8) {
      guard let id = ids.popLast() else { break }
      next -= tokenizer.vocabulary.spellings.range(Int(id)).count
    }
    open(next, narrowest, ids)
  }

  /// Does the window before again, wider.
  private mutating func widen(_ window: Window, _ ids: inout [TokenID]) {
    guard let before = windows.popLast() else { return }
    ids.removeSubrange(before.firstID...)
    open(before.start, 2 * max(before.width, window.width), ids)
  }
}
