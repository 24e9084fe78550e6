import LFMTokenizer

/// The tokens that text can become, as a tree of their bytes in one flat array.
///
/// Owns the layout: nodes stand in the order in which a walk meets them, each knows where the walk goes on if it leads nowhere.
struct TokenTrie: Sendable {
  struct Node: Sendable {
    /// The number of the node after all that begin with this one.
    var end: Int32
    /// The token whose bytes end here, or -1.
    var token: TokenID
    /// How many bytes lead here, 1 at least.
    var depth: UInt16
    var byte: UInt8
    /// Whether more tokens have the same bytes: see `sameBytes`.
    var isShared: Bool
  }

  private(set) var nodes: [Node] = []
  /// Tokens of equal bytes, after the one that stands in the node.
  private(set) var sameBytes: [TokenID: [TokenID]] = [:]
  /// Bytes of the longest token.
  private(set) var longest = 0

  /// - Parameter tokens: ids whose bytes are not empty; longer ones than 65,535 bytes are left out.
  init(_ tokens: [TokenID], of vocabulary: Vocabulary) {
    var spellings = tokens.map { (bytes: Array(vocabulary.bytes(of: $0)), token: $0) }
      .filter { $0.bytes.count <= Int(UInt16.max) }
    spellings.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    // Nodes that are still open, the outermost first.
    var open: [Int] = []
    var path: [UInt8] = []
    for (bytes, token) in spellings {
      let shared = zip(path, bytes).prefix { $0 == $1 }.count
      close(&open, to: shared)
      path = bytes
      if shared == bytes.count {
        let node = open[shared - 1]
        nodes[node].isShared = true
        sameBytes[nodes[node].token, default: []].append(token)
        continue
      }
      for depth in shared..<bytes.count {
        open.append(nodes.count)
        nodes.append(
          Node(
            end: 0, token: depth == bytes.count - 1 ? token : -1, depth: UInt16(depth + 1),
            byte: bytes[depth], isShared: false))
      }
      longest = max(longest, bytes.count)
    }
    close(&open, to: 0)
  }

  private mutating func close(_ open: inout [Int], to depth: Int) {
    while open.count > depth { nodes[open.removeLast()].end = Int32(nodes.count) }
  }
}
