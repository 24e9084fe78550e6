// Finds the texts of special and user-defined tokens in a text, before all other rules. Who may parse them is decided by the caller.

/// The tokens that are cut out of a text whole, in the sets that the two ways to read a text need.
struct AddedTokens: Sendable {
  /// Special tokens: sought first, and only where a text may hold them.
  let control: TextMatcher
  /// User-defined tokens, markup included: sought beside special ones, in what those leave.
  let userDefined: TextMatcher
  /// User-defined tokens that are words: cut out of plain text too, as the reference does.
  let words: TextMatcher

  init(vocabulary: Vocabulary) {
    func matcher(_ belongs: (TokenID) -> Bool) -> TextMatcher {
      var matcher = TextMatcher()
      for id in 0..<TokenID(truncatingIfNeeded: vocabulary.count) where belongs(id) {
        matcher.insert(vocabulary.spellings[Int(id)], id)
      }
      return matcher
    }
    control = matcher { vocabulary.kind(of: $0) == .control }
    userDefined = matcher { vocabulary.kind(of: $0) == .userDefined }
    words = matcher { vocabulary.kind(of: $0) == .userDefined && !vocabulary.isSpecial($0) }
  }
}

/// A token found in a text, or put there.
struct TokenMatch: Hashable, Sendable {
  var range: Range<Int>
  var token: TokenID
}

/// A set of texts, matched leftmost and then longest.
struct TextMatcher: Sendable {
  private struct Node: Sendable {
    var byte: UInt8
    /// The token whose text ends here, or -1.
    var token: TokenID = -1
    /// Index of the first child and of the next child of the same parent; 0 is none.
    var child = 0
    var sibling = 0
  }

  private var nodes = [Node(byte: 0)]
  /// Which first two bytes begin a text; lets a search skip nearly all of a long text. Empty while the matcher is.
  private var beginnings: [Bool] = []
  private(set) var longest = 0

  var isEmpty: Bool { longest == 0 }

  /// An empty text is left out: it would match everywhere.
  mutating func insert(_ text: ArraySlice<UInt8>, _ token: TokenID) {
    guard let first = text.first else { return }
    if beginnings.isEmpty { beginnings = [Bool](repeating: false, count: 1 << 16) }
    if let second = text.dropFirst().first {
      beginnings[Int(first) << 8 | Int(second)] = true
    } else {
      for second in 0..<256 { beginnings[Int(first) << 8 | second] = true }
    }
    longest = max(longest, text.count)
    var node = 0
    for byte in text {
      if let child = child(of: node, byte) {
        node = child
      } else {
        nodes.append(Node(byte: byte, sibling: nodes[node].child))
        nodes[node].child = nodes.count - 1
        node = nodes.count - 1
      }
    }
    nodes[node].token = token
  }

  /// Whether some text goes on after these bytes.
  func isBeginning(_ bytes: ArraySlice<UInt8>) -> Bool {
    var node = 0
    for byte in bytes {
      guard let child = child(of: node, byte) else { return false }
      node = child
    }
    return nodes[node].child != 0
  }

  /// The first match that begins in `starts` and ends by `limit`.
  func first(in text: Span<UInt8>, starts: Range<Int>, limit: Int) -> TokenMatch? {
    if isEmpty { return nil }
    for start in starts {
      // At the very end there is no second byte; 0 stands for it, which a single-byte text allows too.
      let second = start + 1 < limit ? Int(text[start + 1]) : 0
      guard beginnings[Int(text[start]) << 8 | second] else { continue }
      if let match = match(text, start, limit) { return match }
    }
    return nil
  }

  private func match(_ text: Span<UInt8>, _ start: Int, _ limit: Int) -> TokenMatch? {
    var found: TokenMatch?
    var node = 0
    var index = start
    while index < limit, let next = child(of: node, text[index]) {
      node = next
      index += 1
      if nodes[node].token >= 0 {
        found = TokenMatch(range: start..<index, token: nodes[node].token)
      }
    }
    return found
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var child = nodes[node].child
    while child != 0 && nodes[child].byte != byte { child = nodes[child].sibling }
    return child == 0 ? nil : child
  }
}
