import LFMGeneration
import LFMTokenizer

/// Finds the tokens that keep an output alive: one walk over the tree of tokens with the places of the output's row.
///
/// Owns the walk. While a single place is inside a terminal, a byte costs two look-ups; rows of several places, and frames, are made only
/// where a terminal ends, and dropped when the walk has passed.
struct MaskWalk: Sendable {
  /// What the bytes down to a depth lead to.
  private struct Level: Sendable {
    /// The row of the only place, which is in a terminal; 0 if there are several places, or none, or it is not.
    var row: Int32
    /// Where that terminal's classes begin.
    var classBase: Int32
    /// The depth of the fork that holds for this one.
    var fork: Int32
  }

  /// Places that were made at a depth, in `ParseStacks.places`, and how long its frames were then. Where a level has a single place, this is
  /// its fork's only place with the level's own row.
  private struct Fork: Sendable {
    var places: Range<Int>
    var mark: ParseStacks.Mark
  }

  private var levels: [Level] = []
  private var forks: [Fork] = []

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
    let base = 0..<stacks.places.count
    levels.removeAll(keepingCapacity: true)
    levels += repeatElement(Level(row: 0, classBase: 0, fork: 0), count: trie.longest + 1)
    forks.removeAll(keepingCapacity: true)
    forks += repeatElement(Fork(places: base, mark: stacks.mark), count: trie.longest + 1)
    levels[0] = level(of: base, depth: 0, stacks)
    let (table, classes) = (stacks.program.table, stacks.program.classes)
    let nodes = trie.nodes
    var index = 0
    while index < nodes.count {
      let node = nodes[index]
      let depth = Int(node.depth)
      var level = levels[depth - 1]
      let hasChildren = Int(node.end) > index + 1
      if level.row != 0 {
        let byteClass = classes[Int(level.classBase) + Int(node.byte)]
        level.row = table[Int(level.row) + ConstraintProgram.headerCells + Int(byteClass)]
        if level.row == 0 {
          index = Int(node.end)
          continue
        }
        if !hasChildren {
          insert(node, trie, &mask)
          index += 1
          continue
        }
        if table[Int(level.row)] & ConstraintProgram.accepts == 0 {
          if node.token >= 0 { insert(node, trie, &mask) }
          levels[depth] = level
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

  private func level(of places: Range<Int>, depth: Int, _ stacks: ParseStacks) -> Level {
    guard places.count == 1 else { return Level(row: 0, classBase: 0, fork: Int32(depth)) }
    let place = stacks.places[places.lowerBound]
    let address = Int(place.address)
    guard case .terminal = stacks.program.instructions[address] else {
      return Level(row: 0, classBase: 0, fork: Int32(depth))
    }
    return Level(
      row: place.row, classBase: stacks.program.classBase[address], fork: Int32(depth))
  }

  private func insert(_ node: TokenTrie.Node, _ trie: TokenTrie, _ mask: inout TokenMask) {
    mask.insert(node.token)
    if node.isShared {
      for token in trie.sameBytes[node.token] ?? [] { mask.insert(token) }
    }
  }

  /// Makes the level and the fork of a node from the level above.
  ///
  /// - Returns: whether anything is left.
  private mutating func step(
    _ node: TokenTrie.Node, _ depth: Int, _ stacks: inout ParseStacks
  ) throws(GenerationFailure) -> Bool {
    let parent = levels[depth - 1]
    let fork = forks[Int(parent.fork)]
    stacks.places.removeLast(stacks.places.count - fork.places.upperBound)
    stacks.drop(to: fork.mark)
    var places = fork.places
    if parent.row != 0 {
      var place = stacks.places[places.lowerBound]
      place.row = parent.row
      stacks.places.append(place)
      places = (stacks.places.count - 1)..<stacks.places.count
    }
    let start = stacks.places.count
    let isComplete = try stacks.step(places, node.byte)
    let made = start..<stacks.places.count
    guard isComplete || !made.isEmpty else { return false }
    forks[depth] = Fork(places: made, mark: stacks.mark)
    levels[depth] = level(of: made, depth: depth, stacks)
    return true
  }
}
