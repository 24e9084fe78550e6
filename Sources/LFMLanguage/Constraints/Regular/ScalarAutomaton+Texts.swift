/// The texts of a small language one by one.
extension ScalarAutomaton {
  /// All texts, in the order of their bytes, if they are not more than `limit`; `nil` if they are.
  func texts(atMost limit: Int) -> [String]? {
    if start == 0 { return [] }
    guard isFinite else { return nil }
    let sets = alphabet.sets
    var texts: [String] = []
    // Beginnings of texts, each of another one, as every state is alive.
    var open: [(state: State, text: String.UnicodeScalarView)] = [(start, "".unicodeScalars)]
    while let (state, text) = open.popLast() {
      if accepting[Int(state)] { texts.append(String(text)) }
      for (index, set) in sets.enumerated() {
        let target = next(state, classIndex: index)
        if target == 0 { continue }
        for (first, last) in set.pairs {
          guard Int(last - first) < limit else { return nil }
          for position in first...last {
            guard let scalar = Unicode.Scalar(ScalarSet.value(position)) else { continue }
            var longer = text
            longer.append(scalar)
            open.append((target, longer))
          }
        }
      }
      if texts.count + open.count > limit { return nil }
    }
    return texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

extension ByteAutomaton {
  /// Whether every beginning of a text that is not a whole one is the beginning of texts without end: then it is known that
  /// however many are taken away, no beginning becomes a dead end.
  var isInexhaustible: Bool {
    var callers = [[State]](repeating: [], count: stateCount)
    var ways = [Int](repeating: 0, count: stateCount)
    for state in 1..<State(max(1, stateCount)) {
      let row = Int(state) * classCount
      for target in transitions[row..<row + classCount] where target != 0 {
        callers[Int(target)].append(state)
        ways[Int(state)] += 1
      }
    }
    guard start != 0, ways[Int(start)] > 0 else { return false }
    // Ends lead nowhere; what leads nowhere but to ends has few texts.
    for end in 1..<State(stateCount) where ways[Int(end)] == 0 {
      for caller in callers[Int(end)] {
        ways[Int(caller)] -= 1
        if ways[Int(caller)] == 0 { return false }
      }
    }
    return true
  }
}
