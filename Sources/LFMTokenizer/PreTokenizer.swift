// Cuts text into the pieces inside which merges happen. Special tokens have been cut out before; merging comes after.

/// The pre-tokenizer `lfm2`, which is Llama 3's expression as Hugging Face reads it:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N}{1,3} | ?[^\s\p{L}\p{N}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
///
/// (The form in LFM2.5's own file cuts in the same places.) A hand-made scanner instead of an expression: one look at every
/// scalar or two, so that no text makes it slow. The alternatives cover every scalar; pieces are never empty.
struct PreTokenizer: Sendable {
  private let classes = UnicodeClasses.shared

  /// Where the piece ends that begins at `start`.
  ///
  /// - Parameters:
  ///   - text: valid UTF-8.
  ///   - start: where a scalar begins, less than `limit`.
  ///   - limit: where the text is taken to end: between two scalars.
  func end(of text: Span<UInt8>, from start: Int, limit: Int) -> Int {
    let (kind, next) = classes.scalar(text, start)
    switch kind {
    case .letter: return skip(.letter, text, next, limit)
    case .number: return numberEnd(text, next, limit)
    case .newline: return whitespaceEnd(text, start, limit)
    case .whitespace:
      guard next < limit else { return next }
      let (following, after) = classes.scalar(text, next)
      if following == .letter { return skip(.letter, text, after, limit) }
      if following == .other && text[start] == UInt8(ascii: " ") {
        return otherEnd(text, after, limit)
      }
      return whitespaceEnd(text, start, limit)
    case .other:
      if text[start] == UInt8(ascii: "'"), let end = contractionEnd(text, next, limit) {
        return end
      }
      guard next < limit else { return next }
      let (following, after) = classes.scalar(text, next)
      if following == .letter { return skip(.letter, text, after, limit) }
      return otherEnd(text, next, limit)
    }
  }

  private func skip(_ kind: ScalarClass, _ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
    var index = start
    while index < limit {
      let (found, next) = classes.scalar(text, index)
      guard found == kind else { break }
      index = next
    }
    return index
  }

  /// Up to three numbers, the first of which ends at `start`.
  private func numberEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
    var index = start
    for _ in 0..<2 where index < limit {
      let (found, next) = classes.scalar(text, index)
      guard found == .number else { break }
      index = next
    }
    return index
  }

  /// Marks, signs and all else, with the line ends that follow.
  private func otherEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
    skip(.newline, text, skip(.other, text, start, limit), limit)
  }

  /// A run of whitespace: up to its last line end; if it has none, all but its last scalar, which goes with what follows.
  private func whitespaceEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int {
    var index = start
    var last = start
    var newlineEnd: Int?
    while index < limit {
      let (found, next) = classes.scalar(text, index)
      guard found == .whitespace || found == .newline else { break }
      if found == .newline { newlineEnd = next }
      last = index
      index = next
    }
    if let newlineEnd { return newlineEnd }
    return index == limit || last == start ? index : last
  }

  /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`, whose apostrophe ends at `start`. Case is folded as Unicode does:
  /// ſ (U+017F) is an s, and nothing else outside ASCII folds to these letters.
  private func contractionEnd(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> Int? {
    guard start < limit else { return nil }
    let second = start + 1 < limit ? text[start + 1] : 0
    switch (text[start] | 0x20, second | 0x20) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
      (UInt8(ascii: "d"), _):
      return start + 1
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 2
    default:
      return text[start] == 0xC5 && second == 0xBF ? start + 2 : nil
    }
  }
}
