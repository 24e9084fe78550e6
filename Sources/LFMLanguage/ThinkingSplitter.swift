/// Splits what the model thinks from what it answers.
///
/// Owns the rules of the `<think>` and `</think>` tags. However the text is cut into pieces, the result is the same; what
/// could be the beginning of a tag is held back, and nothing else.
///
/// The rules follow what Qwen's parsers and llama.cpp do, because users know them:
/// - `<think>` counts at the start of the turn only, behind white space at most. Later it is a word of the answer: the model
///   may be writing about tags, in code for instance, and a special token is how it writes that word, too.
/// - The first `</think>` ends the thinking, wherever it stands in it: nobody can tell a mention from the end.
/// - A second `<think>` directly behind the first is swallowed (the prompt may have opened it already); deeper in the thinking
///   it is text. Directly behind a `</think>` it opens the thinking again.
/// - Without `</think>`, everything was thinking. Without `<think>`, everything is the answer, a stray `</think>` included: what
///   has been streamed as the answer cannot be taken back. Only at the very start of the turn a stray one is swallowed.
/// - Behind `</think>`, white space is dropped until the answer begins, as the chat template does when the turn becomes history.
///   The thinking itself is kept to the byte, so that it can be rendered again.
package struct ThinkingSplitter: Sendable {
  private enum Phase {
    /// Nothing but white space has come.
    case start
    /// Nothing but white space has been thought.
    case emptyThinking
    case thinking
    /// Nothing but white space has come since the thinking ended.
    case behindThinking
    case answer
  }

  private static let opening = Array("<think>".utf8)
  private static let closing = Array("</think>".utf8)
  /// White space before `<think>` is held back as part of a possible tag, but not without end.
  private static let longestLead = 64

  private var phase: Phase
  /// Bytes that are not decided yet: a possible beginning of a tag, with the white space that may stand before it.
  private var held: [UInt8] = []

  package init(start: Start = .turn) {
    phase =
      switch start {
      case .turn: .start
      case .thinking(let hasBegun): hasBegun ? .thinking : .emptyThinking
      case .behindThinking: .behindThinking
      case .answer: .answer
      }
  }

  /// Whether text that comes next belongs to the thinking, as far as is known.
  package var isThinking: Bool { phase == .emptyThinking || phase == .thinking }

  /// The letters that are missing of a closing tag that may have begun; `nil` if none has.
  package var missingOfClosing: [UInt8]? {
    guard isThinking else { return nil }
    let begun = held.dropFirst(TagSearch.whitespace(in: held))
    guard !begun.isEmpty, Self.closing.starts(with: begun) else { return nil }
    return Array(Self.closing.dropFirst(begun.count))
  }

  /// What comes next is the answer, whatever its letters: no tag opens any thinking, and white space is kept.
  package mutating func beginAnswer() {
    switch phase {
    case .start, .behindThinking: phase = .answer
    case .emptyThinking, .thinking, .answer: break
    }
  }

  /// What is certain once `text`, whole characters, has come.
  package mutating func consume(_ text: String) -> [GeneratedDelta] {
    held += text.utf8
    return advance(isLast: false)
  }

  /// What was held back, when no text follows: no tag came of it. Calling it again gives nothing.
  package mutating func finish() -> [GeneratedDelta] { advance(isLast: true) }

  /// What is to be done with the bytes in hand.
  private enum Step {
    /// More text decides.
    case wait
    /// So many bytes are tag or white space that nobody sees.
    case drop(Int, then: Phase)
    /// So many bytes belong to the phase.
    case take(Int, then: Phase)
  }

  private mutating func advance(isLast: Bool) -> [GeneratedDelta] {
    var deltas: [GeneratedDelta] = []
    while !held.isEmpty {
      switch nextStep() {
      case .wait:
        if isLast { take(held.count, into: &deltas) }
        return deltas
      case .drop(let count, let next):
        held.removeFirst(count)
        phase = next
      case .take(let count, let next):
        take(count, into: &deltas)
        phase = next
      }
    }
    return deltas
  }

  private mutating func take(_ count: Int, into deltas: inout [GeneratedDelta]) {
    guard count > 0 else { return }
    let text = String(decoding: held[..<count], as: UTF8.self)
    held.removeFirst(count)
    deltas.append(isThinking ? .thinking(text) : .answer(text))
  }

  private func nextStep() -> Step {
    switch phase {
    case .start: startOfTurn()
    case .emptyThinking: emptyThinking()
    case .thinking: thinking()
    case .behindThinking: behindThinking()
    case .answer: .take(held.count, then: .answer)
    }
  }

  private func startOfTurn() -> Step {
    let lead = TagSearch.whitespace(in: held)
    if lead > Self.longestLead { return .take(lead, then: .answer) }
    let opening = TagSearch.compare(held, at: lead, with: Self.opening)
    let closing = TagSearch.compare(held, at: lead, with: Self.closing)
    if opening == .equal { return .drop(lead + Self.opening.count, then: .emptyThinking) }
    if closing == .equal { return .drop(lead + Self.closing.count, then: .behindThinking) }
    return opening == .beginning || closing == .beginning ? .wait : .take(0, then: .answer)
  }

  private func emptyThinking() -> Step {
    let lead = TagSearch.whitespace(in: held)
    if lead > Self.longestLead { return .take(lead, then: .thinking) }
    switch TagSearch.compare(held, at: lead, with: Self.opening) {
    case .equal: return .drop(lead + Self.opening.count, then: .emptyThinking)
    case .beginning: return .wait
    case .different: return .take(0, then: .thinking)
    }
  }

  private func thinking() -> Step {
    let border = TagSearch.firstPossible(Self.closing, in: held)
    if border > 0 { return .take(border, then: .thinking) }
    if held.count < Self.closing.count { return .wait }
    return .drop(Self.closing.count, then: .behindThinking)
  }

  private func behindThinking() -> Step {
    let lead = TagSearch.whitespace(in: held)
    if lead > 0 { return .drop(lead, then: .behindThinking) }
    switch TagSearch.compare(held, at: 0, with: Self.opening) {
    case .equal: return .drop(Self.opening.count, then: .emptyThinking)
    case .beginning: return .wait
    case .different: return .take(0, then: .answer)
    }
  }
}

/// Looks for tags in bytes.
private enum TagSearch {
  enum Comparison {
    case equal
    /// The bytes end before the tag does, and agree so far.
    case beginning
    case different
  }

  static func compare(_ bytes: [UInt8], at start: Int, with tag: [UInt8]) -> Comparison {
    let present = bytes[start...].prefix(tag.count)
    guard tag.starts(with: present) else { return .different }
    return present.count == tag.count ? .equal : .beginning
  }

  /// The first offset where the tag stands or could still come to stand; the count of the bytes if there is none.
  static func firstPossible(_ tag: [UInt8], in bytes: [UInt8]) -> Int {
    bytes.indices.first {
      bytes[$0] == tag[0] && compare(bytes, at: $0, with: tag) != .different
    } ?? bytes.count
  }

  /// How many bytes of white space (space, tab, newline, carriage return) come first.
  static func whitespace(in bytes: [UInt8]) -> Int {
    bytes.firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } ?? bytes.count
  }
}
