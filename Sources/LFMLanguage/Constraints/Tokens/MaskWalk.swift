import LFMGeneration
import LFMTokenizer

/// Finds the tokens that keep an output alive: one walk over the tree of tokens with the places of the output's row.
///
/// Owns the walk. While a single place is inside a terminal, a byte costs two look-ups; rows of several places, and frames, are made only
/// where a terminal ends, and dropped when the walk has passed.
struct MaskWalk: Sendable {
  /// What the bytes down to a depth lead to.
  private struct Level: Sendable {
    /// The one place, or one with row 0 if there are several or none.
    var single: ParseStacks.Place
    /// Otherwise the places.
    var row: Range<Int>
    var mark: ParseStacks.Mark
  }

  private static let none = ParseStacks.Place(address: 0, row: 0, register: 0, frame: 0)

  private var levels: [Level] = []

  /// Adds to `mask` the tokens that may come after the places of `stacks`, whose only row they are.
  mutating func run(
    _ stacks: inout ParseStacks, _ vocabulary: ConstraintVocabulary, into mask: inout TokenMask
  ) throws(GenerationFailure) {
    let end = stacks.places.count
    let mark = stacks.mark
    guard end > 0 else { return }
    let plain = plainCount(stacks, end)
    if plain > 0 { mask.formUnion(vocabulary.plain[plain]) }
    stacks.work = 0
    do {
      try walk(plain >= 0 ? vocabulary.unplain : vocabulary.all, &stacks, &mask)
    } catch {
      stacks.places.removeLast(stacks.places.count - end)
      stacks.drop(to: mark)
      throw error
    }
    stacks.places.removeLast(stacks.places.count - end)
    stacks.drop(to: mark)
  }

  // MARK: - Plain text

  /// Up to how many characters all plain tokens are allowed, longer ones being all refused; -1 if that is not so simple.
  private func plainCount(_ stacks: ParseStacks, _ end: Int) -> Int {
    var all = 0
    for place in stacks.places[..<end] {
      guard let count = plainCount(place, stacks) else {
        all = -1
        continue
      }
      if count == PlainTexts.mostCharacters { return count }
      if all >= 0 { all = max(all, count) }
    }
    return all
  }

  private func plainCount(_ place: ParseStacks.Place, _ stacks: ParseStacks) -> Int? {
    let program = stacks.program
    let counts = PlainTexts.Counts(cell: program.table[Int(place.row) + 1])
    let takesAll = counts.least == PlainTexts.mostCharacters
    switch program.instructions[Int(place.address)] {
    case .terminal:
      return takesAll || counts.least == counts.most && !counts.mayEnd ? counts.least : nil
    case .counted(let first, _, let atMost, _):
      let rest = atMost < 0 ? PlainTexts.mostCharacters : Int(atMost - place.register)
      return counts.isEachText && place.row == first && rest >= PlainTexts.mostCharacters
        ? PlainTexts.mostCharacters : nil
    case .key(let index):
      let others = program.members[Int(index)].others
      return takesAll && stacks.progress.allowed(place.register).intersects(others)
        ? counts.least : nil
    default: return nil
    }
  }

  // MARK: - The walk

  private mutating func walk(
    _ trie: TokenTrie, _ stacks: inout ParseStacks, _ mask: inout TokenMask
  ) throws(GenerationFailure) {
    let program = stacks.program
    let base = stacks.places.count
    let root = Level(
      single: base == 1 && isTerminal(stacks.places[0], program) ? stacks.places[0] : Self.none,
      row: 0..<base, mark: stacks.mark)
    levels.removeAll(keepingCapacity: true)
    levels += repeatElement(root, count: trie.longest + 1)
    var index = 0
    let count = trie.nodes.count
    while index < count {
      let node = trie.nodes[index]
      let depth = Int(node.depth)
      var place = levels[depth - 1].single
      let hasChildren = Int(node.end) > index + 1
      if place.row != 0 {
        place.row = program.next(place.address, place.row, node.byte)
        if place.row == 0 {
          index = Int(node.end)
          continue
        }
        let flags = program.table[Int(place.row)]
        if flags & ConstraintProgram.accepts == 0 {
          if node.token >= 0 { insert(node, trie, &mask) }
          if hasChildren {
            levels[depth] = levels[depth - 1]
            levels[depth].single = place
          }
          index += 1
          continue
        }
        if !hasChildren {
          insert(node, trie, &mask)
          index += 1
          continue
        }
      }
      if try step(node, depth, &stacks) {
        if node.token >= 0 { insert(node, trie, &mask) }
        index += 1
      } else {
        index = Int(node.end)
      }
    }
  }

  private func isTerminal(_ place: ParseStacks.Place, _ program: ConstraintProgram) -> Bool {
    if case .terminal = program.instructions[Int(place.address)] { return true }
    return false
  }

  private func insert(_ node: TokenTrie.Node, _ trie: TokenTrie, _ mask: inout TokenMask) {
    mask.insert(node.token)
    if node.isShared {
      for token in trie.sameBytes[node.token] ?? [] { mask.insert(token) }
    }
  }

  /// Makes the level of a node from the one above.
  ///
  /// - Returns: whether anything is left.
  private mutating func step(
    _ node: TokenTrie.Node, _ depth: Int, _ stacks: inout ParseStacks
  ) throws(GenerationFailure) -> Bool {
    let parent = levels[depth - 1]
    stacks.places.removeLast(stacks.places.count - parent.row.upperBound)
    stacks.drop(to: parent.mark)
    var row = parent.row
    // A level of a single place has the row of the last level that had one of its own.
    if parent.single.row != 0,
      parent.row.count != 1 || stacks.places[parent.row.lowerBound] != parent.single
    {
      stacks.places.append(parent.single)
      row = (stacks.places.count - 1)..<stacks.places.count
    }
    let start = stacks.places.count
    let isComplete = try stacks.step(row, node.byte)
    let made = start..<stacks.places.count
    guard isComplete || !made.isEmpty else { return false }
    let isSingle = made.count == 1 && isTerminal(stacks.places[start], stacks.program)
    levels[depth] = Level(
      single: isSingle ? stacks.places[start] : Self.none, row: made, mark: stacks.mark)
    return true
  }
}
