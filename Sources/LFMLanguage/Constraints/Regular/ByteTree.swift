/// Byte states between the states of an automaton over scalars, as one scalar takes several bytes.
///
/// Owns the nodes, each kept once by its content, so that the result is as small as the spelling allows, and the bound on their number.
/// Which spellings a scalar has is the matter of `ByteSpelling`'s makers.
struct ByteTree {
  typealias State = Int32

  /// Bytes that lead to a state.
  struct Edge: Hashable {
    var first: UInt8
    var last: UInt8
    var target: State

    init(_ first: UInt8, _ last: UInt8, _ target: State) {
      self.first = first
      self.last = last
      self.target = target
    }
  }

  /// Scalars, by their values, that lead to a state.
  struct Run {
    var first: UInt32
    var last: UInt32
    var target: State
  }

  /// A digit of a number that is written in bytes, from the most significant one.
  struct Digit: Hashable {
    enum Alphabet: Hashable { case continuation, hexadecimal }
    var bits: UInt32
    var alphabet: Alphabet
    /// Added to the digit before it is written.
    var offset: UInt32 = 0
    /// Written after it.
    var suffix: [UInt8] = []
  }

  /// The digits of one way to write a number.
  struct Digits {
    /// Two of the same number have the same digits.
    let number: UInt64
    let list: [Digit]
    /// By digit: how many bits are behind it.
    let shifts: [UInt32]

    init(number: UInt64, _ list: [Digit]) {
      self.number = number
      self.list = list
      shifts = list.indices.map { list[($0 + 1)...].reduce(0) { $0 + $1.bits } }
    }
  }

  private var lists = WordLists()
  /// By state; `nil` for the states that the caller fills in.
  private(set) var rows: [[Edge]]
  private var stateOfList: [State] = []
  /// By digits, place in them and target.
  private var uniform: [UInt64: State] = [:]
  private let limit: Int

  /// - Parameter reserved: how many states the caller fills in, the dead one included.
  init(reserved: Int, limit: Int) {
    rows = Array(repeating: [], count: reserved)
    self.limit = limit
  }

  mutating func fill(_ state: State, _ edges: [Edge]) { rows[Int(state)] = edges }

  /// The state with these edges, which must not overlap; 0 if there are none.
  mutating func node(_ edges: [Edge]) throws(RegularFailure) -> State {
    if edges.isEmpty { return 0 }
    let sorted = Self.merged(edges)
    let words = sorted.map {
      UInt64($0.first) << 48 | UInt64($0.last) << 32 | UInt64(UInt32(bitPattern: $0.target))
    }
    let (index, isNew) = lists.index(of: words)
    if isNew {
      rows.append(sorted)
      stateOfList.append(State(rows.count - 1))
      if rows.count > limit { throw .tooManyStates(limit) }
    }
    return stateOfList[index]
  }

  static func merged(_ edges: [Edge]) -> [Edge] {
    if edges.count < 2 { return edges }
    var result: [Edge] = []
    for edge in edges.sorted(by: { $0.first < $1.first }) {
      if let last = result.last, last.target == edge.target, Int(last.last) + 1 == Int(edge.first) {
        result[result.count - 1].last = edge.last
      } else {
        result.append(edge)
      }
    }
    return result
  }

  /// A state that reads `bytes` and is then in `target`.
  mutating func path(_ bytes: [UInt8], _ target: State) throws(RegularFailure) -> State {
    var state = target
    for byte in bytes.reversed() where state != 0 { state = try node([Edge(byte, byte, state)]) }
    return state
  }

  /// The edges of a digit of numbers from `base`, of which each leads to its run's target after all digits.
  ///
  /// - Parameters:
  ///   - runs: ascending, all within the digits' reach.
  ///   - place: which of the digits.
  mutating func edges(
    _ runs: [Run], base: UInt32, _ digits: Digits, place: Int = 0
  ) throws(RegularFailure) -> [Edge] {
    if runs.isEmpty { return [] }
    let digit = digits.list[place]
    let shift = digits.shifts[place]
    var result: [Edge] = []
    var pending: [Run] = []
    var pendingBlock: UInt32 = 0
    func blockBase(_ block: UInt32) -> UInt32 { base + block << shift }
    func flush(_ tree: inout ByteTree) throws(RegularFailure) {
      if pending.isEmpty { return }
      let inner = try tree.node(
        try tree.edges(pending, base: blockBase(pendingBlock), digits, place: place + 1))
      result += digit.edges(pendingBlock, pendingBlock, try tree.path(digit.suffix, inner))
      pending = []
    }
    for run in runs {
      var position = run.first
      while position <= run.last {
        let block = (position - base) >> shift
        let end = blockBase(block) + ((1 << shift) - 1)
        if position == blockBase(block), run.last >= end {
          try flush(&self)
          let last = (run.last + 1 - base) >> shift - 1
          let inner = try uniformNode(digits, place + 1, run.target)
          result += digit.edges(block, last, try path(digit.suffix, inner))
          position = blockBase(last) + (1 << shift)
        } else {
          if block != pendingBlock { try flush(&self) }
          pendingBlock = block
          pending.append(Run(first: position, last: min(run.last, end), target: run.target))
          position = min(run.last, end) + 1
        }
      }
    }
    try flush(&self)
    return result
  }

  /// A state from which any digits from a place on lead to `target`.
  private mutating func uniformNode(
    _ digits: Digits, _ place: Int, _ target: State
  ) throws(RegularFailure) -> State {
    guard place < digits.list.count else { return target }
    let key = digits.number << 40 | UInt64(place) << 32 | UInt64(UInt32(bitPattern: target))
    if let known = uniform[key] { return known }
    let digit = digits.list[place]
    let inner = try path(digit.suffix, try uniformNode(digits, place + 1, target))
    let state = try node(digit.edges(0, (1 << digit.bits) - 1, inner))
    uniform[key] = state
    return state
  }

  /// The whole as an automaton.
  ///
  /// - Parameter accepting: states that the caller filled in.
  func automaton(start: State, accepting: [State]) throws(RegularFailure) -> ByteAutomaton {
    var expanded: [[State]] = []
    expanded.reserveCapacity(rows.count)
    var classes = [UInt8](repeating: 0, count: 256)
    var classCount = 1
    var row = [State](repeating: 0, count: 256)
    for edges in rows {
      if edges.isEmpty { continue }
      for index in row.indices { row[index] = 0 }
      for edge in edges {
        for byte in Int(edge.first)...Int(edge.last) { row[byte] = edge.target }
      }
      Self.refine(&classes, &classCount, by: row)
    }
    if rows.count * classCount > RegularLimits.tableEntries { throw .tooManyStates(limit) }
    return table(classes, classCount, start, accepting)
  }

  private func table(
    _ classes: [UInt8], _ classCount: Int, _ start: State, _ accepting: [State]
  ) -> ByteAutomaton {
    var transitions = [State](repeating: 0, count: rows.count * classCount)
    for (state, edges) in rows.enumerated() {
      for edge in edges {
        for byte in Int(edge.first)...Int(edge.last) {
          transitions[state * classCount + Int(classes[byte])] = edge.target
        }
      }
    }
    var accepts = [Bool](repeating: false, count: rows.count)
    for state in accepting { accepts[Int(state)] = true }
    return ByteAutomaton(
      classes: classes, classCount: classCount, transitions: transitions, accepting: accepts,
      start: start)
  }

  /// Splits classes so that no two bytes of one lead to different states of `row`; numbered by their first byte.
  private static func refine(_ classes: inout [UInt8], _ count: inout Int, by row: [State]) {
    var firsts = [State](repeating: -1, count: count)
    var isSplit = false
    for byte in 0..<256 {
      let index = Int(classes[byte])
      if firsts[index] < 0 {
        firsts[index] = row[byte]
      } else if firsts[index] != row[byte] {
        isSplit = true
        break
      }
    }
    guard isSplit else { return }
    var numbering: [UInt64: UInt8] = [:]
    for byte in 0..<256 {
      let key = UInt64(classes[byte]) << 32 | UInt64(row[byte])
      let number = numbering[key] ?? UInt8(numbering.count)
      numbering[key] = number
      classes[byte] = number
    }
    count = numbering.count
  }
}

extension ByteTree.Digits {
  /// UTF-8 of two, three and four bytes: a lead byte, then continuations.
  static let utf8 = (1...3).map { count in
    Self(
      number: UInt64(count),
      [
        ByteTree.Digit(
          bits: 6, alphabet: .continuation, offset: [0, 0x40, 0x60, 0x70][count])
      ] + Array(repeating: .continuation, count: count))
  }

  /// Two, three, four and eight hexadecimal digits.
  static let two = Self(number: 4, Array(repeating: .hexadecimal, count: 2))
  static let three = Self(number: 5, Array(repeating: .hexadecimal, count: 3))
  static let four = Self(number: 6, Array(repeating: .hexadecimal, count: 4))
  static let eight = Self(number: 7, Array(repeating: .hexadecimal, count: 8))

  /// What is behind the first D of a pair of surrogates. The second D is a digit of no bits that is always 13.
  static let surrogates = Self(
    number: 8,
    [
      ByteTree.Digit(bits: 2, alphabet: .hexadecimal, offset: 8), .hexadecimal,
      ByteTree.Digit(bits: 4, alphabet: .hexadecimal, suffix: Array("\\u".utf8)),
      ByteTree.Digit(bits: 0, alphabet: .hexadecimal, offset: 13),
      ByteTree.Digit(bits: 2, alphabet: .hexadecimal, offset: 12), .hexadecimal, .hexadecimal,
    ])
}

extension ByteTree.Digit {
  static let continuation = Self(bits: 6, alphabet: .continuation)
  static let hexadecimal = Self(bits: 4, alphabet: .hexadecimal)

  /// The bytes that write the digits from `first` to `last`.
  func edges(_ first: UInt32, _ last: UInt32, _ target: ByteTree.State) -> [ByteTree.Edge] {
    let (low, high) = (first + offset, last + offset)
    switch alphabet {
    case .continuation:
      return [ByteTree.Edge(UInt8(0x80 + low), UInt8(0x80 + high), target)]
    case .hexadecimal:
      var result: [ByteTree.Edge] = []
      if low < 10 {
        result.append(ByteTree.Edge(UInt8(0x30 + low), UInt8(0x30 + min(high, 9)), target))
      }
      if high >= 10 {
        let (from, to) = (max(low, 10) - 10, high - 10)
        result.append(ByteTree.Edge(UInt8(0x41 + from), UInt8(0x41 + to), target))
        result.append(ByteTree.Edge(UInt8(0x61 + from), UInt8(0x61 + to), target))
      }
      return result
    }
  }
}
