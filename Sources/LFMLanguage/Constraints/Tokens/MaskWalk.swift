import LFMGeneration
import LFMTokenizer

/// Finds the tokens that keep an output alive: one walk over the tree of tokens with the places of the output's row.
///
/// Owns the walk. While a single place is inside a terminal or a key, a byte costs two look-ups; rows of several places, and frames, are
/// made only where one ends, and dropped when the walk has passed.
struct MaskWalk: Sendable {
  /// Up to so many tokens in which keys end that are remembered are kept apart, to be looked at anew each time. LFM2's vocabulary has
  /// 167 with a quote.
  static let mostKeyEnds = 2048

  /// What the bytes down to a depth lead to.
  private struct Level: Sendable {
    /// The row of the only place, which is in a terminal or a key; 0 if there are several places, or none, or it is not.
    var row: Int32 = 0
    /// Where that terminal's or key's classes begin.
    var classBase: Int32 = 0
    /// Of the key: its members, -1 for a terminal, and the place's register.
    var members: Int32 = -1
    var register: Int32 = 0
    /// The depth of the fork that holds for this one.
    var fork: Int32
    /// Whether a key that is remembered ended on the way here.
    var endsKey = false
  }

  /// Places that were made at a depth, in `ParseStacks.places`, and how long its frames were then. Where a level has a single place, this is
  /// its fork's only place with the level's own row.
  private struct Fork: Sendable {
    var places: Range<Int>
    var mark: ParseStacks.Mark
  }

  private var levels: [Level] = []
  private var forks: [Fork] = []
  /// By depth: the bytes down to the node.
  private var path: [UInt8] = []
  /// Tokens in which a key ended while keys were ignored.
  private var keyEnds: [TokenID] = []

  /// The tokens that may come after the places of `stacks`, whose only row they are, as far as the places tell.
  mutating func find(
    _ stacks: inout ParseStacks, _ vocabulary: ConstraintVocabulary
  ) throws(GenerationFailure) -> FoundMask {
    keyEnds.removeAll(keepingCapacity: true)
    var mask = TokenMask(tokenCount: vocabulary.vocabulary.count)
    stacks.ignoresKeys = true
    defer { stacks.ignoresKeys = false }
    try run(&stacks, vocabulary, into: &mask)
    let isKept = keyEnds.count <= Self.mostKeyEnds
    return FoundMask(
      always: mask, withKeys: isKept ? TokenTrie(keyEnds, of: vocabulary.vocabulary) : nil)
  }

  /// Adds to `mask` the tokens that may come after the places of `stacks`, whose only row they are.
  mutating func run(
    _ stacks: inout ParseStacks, _ vocabulary: ConstraintVocabulary, into mask: inout TokenMask
  ) throws(GenerationFailure) {
    let end = stacks.places.count
    guard end > 0 else { return }
    let plain = plainCount(stacks, end)
    if plain > 0 { mask.formUnion(vocabulary.plain[plain]) }
    try run(&stacks, plain >= 0 ? vocabulary.unplain : vocabulary.all, into: &mask)
  }

  /// As `run`, of these tokens alone.
  mutating func run(
    _ stacks: inout ParseStacks, _ tokens: TokenTrie, into mask: inout TokenMask
  ) throws(GenerationFailure) {
    let end = stacks.places.count
    let mark = stacks.mark
    guard end > 0, !tokens.nodes.isEmpty else { return }
    stacks.work = 0
    defer {
      stacks.places.removeLast(stacks.places.count - end)
      stacks.drop(to: mark)
    }
    try walk(tokens, &stacks, &mask)
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
    levels += repeatElement(Level(fork: 0), count: trie.longest + 1)
    forks.removeAll(keepingCapacity: true)
    forks += repeatElement(Fork(places: base, mark: stacks.mark), count: trie.longest + 1)
    path.removeAll(keepingCapacity: true)
    path += repeatElement(0, count: trie.longest + 1)
    levels[0] = level(of: base, depth: 0, stacks)
    let (table, classes) = (stacks.program.table, stacks.program.classes)
    let nodes = trie.nodes
    var index = 0
    while index < nodes.count {
      let node = nodes[index]
      let depth = Int(node.depth)
      var level = levels[depth - 1]
      if level.row != 0 {
        let byteClass = classes[Int(level.classBase) + Int(node.byte)]
        level.row = table[Int(level.row) + ConstraintProgram.headerCells + Int(byteClass)]
        if level.row == 0
          || level.members >= 0 && !stacks.leadsOn(level.members, level.row, level.register)
        {
          index = Int(node.end)
          continue
        }
        // What follows a terminal is not empty; a key that ends may have been written.
        if level.members < 0, Int(node.end) == index + 1 {
          insert(node, trie, level, &mask)
          index += 1
          continue
        }
        if table[Int(level.row)] & ConstraintProgram.accepts == 0 {
          if node.token >= 0 { insert(node, trie, level, &mask) }
          levels[depth] = level
          path[depth] = node.byte
          index += 1
          continue
        }
      }
      if try step(node, depth, &stacks) {
        if node.token >= 0 { insert(node, trie, levels[depth], &mask) }
        index += 1
      } else {
        index = Int(node.end)
      }
    }
  }

  private func level(of places: Range<Int>, depth: Int, _ stacks: ParseStacks) -> Level {
    var level = Level(fork: Int32(depth))
    guard places.count == 1 else { return level }
    let place = stacks.places[places.lowerBound]
    switch stacks.program.instructions[Int(place.address)] {
    case .terminal: break
    case .key(let members):
      level.members = members
      level.register = place.register
    default: return level
    }
    level.row = place.row
    level.classBase = stacks.program.classBase[Int(place.address)]
    return level
  }

  private mutating func insert(
    _ node: TokenTrie.Node, _ trie: TokenTrie, _ level: Level, _ mask: inout TokenMask
  ) {
    insert(node.token, level, &mask)
    if node.isShared {
      for token in trie.sameBytes[node.token] ?? [] { insert(token, level, &mask) }
    }
  }

  private mutating func insert(_ token: TokenID, _ level: Level, _ mask: inout TokenMask) {
    if !level.endsKey {
      mask.insert(token)
    } else if keyEnds.count <= Self.mostKeyEnds {
      keyEnds.append(token)
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
    stacks.pass(path[Int(parent.fork + 1)..<depth])
    var places = fork.places
    if parent.row != 0 {
      var place = stacks.places[places.lowerBound]
      place.row = parent.row
      stacks.places.append(place)
      places = (stacks.places.count - 1)..<stacks.places.count
    }
    let start = stacks.places.count
    stacks.ignoredKey = false
    let isComplete = try stacks.step(places, node.byte)
    let made = start..<stacks.places.count
    guard isComplete || !made.isEmpty else { return false }
    forks[depth] = Fork(places: made, mark: stacks.mark)
    levels[depth] = level(of: made, depth: depth, stacks)
    levels[depth].endsKey = parent.endsKey || stacks.ignoredKey
    return true
  }
}

extension ParseStacks {
  /// Whether a key that has come to `row` may still become one that is allowed.
  fileprivate func leadsOn(_ members: Int32, _ row: Int32, _ register: Int32) -> Bool {
    let state = Int(program.table[Int(row)] >> 8)
    return program.members[Int(members)].reachable[state]
      .intersects(progress.allowed(register))
  }
}
