/// What can be asked about a language.
extension ScalarAutomaton {
  package var isEmpty: Bool { start == 0 }

  /// Whether every text is of the language.
  package var isUniversal: Bool { self == .anyText }

  package func isSubset(of other: ScalarAutomaton) throws(RegularFailure) -> Bool {
    try subtracting(other).isEmpty
  }

  package func isDisjoint(with other: ScalarAutomaton) throws(RegularFailure) -> Bool {
    try intersection(other).isEmpty
  }

  /// How many scalars the shortest text has; `nil` if there is none.
  package var shortestLength: Int? { exampleScalars?.count }

  /// How many scalars the longest text has; `nil` if there is none or no bound.
  package var longestLength: Int? {
    guard start != 0, let order = topologicalOrder else { return nil }
    let width = alphabet.classCount
    var lengths = [Int](repeating: 0, count: stateCount)
    for state in order.reversed() {
      for target in transitions[Int(state) * width..<(Int(state) + 1) * width] where target != 0 {
        lengths[Int(state)] = max(lengths[Int(state)], lengths[Int(target)] + 1)
      }
    }
    return lengths[Int(start)]
  }

  /// Whether there are only so many texts.
  package var isFinite: Bool { topologicalOrder != nil }

  /// A shortest text, of letters and digits where it may be; for messages. `nil` if there is none.
  package var example: String? {
    exampleScalars.map { scalars in
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      return String(text)
    }
  }

  private var exampleScalars: [Unicode.Scalar]? {
    guard start != 0 else { return nil }
    let width = alphabet.classCount
    let samples = alphabet.sets.map(Self.sample)
    var origins = [(state: State, column: Int)?](repeating: nil, count: stateCount)
    var order: [State] = [start]
    var next = 0
    while next < order.count {
      let state = order[next]
      next += 1
      if accepting[Int(state)] {
        var scalars: [Unicode.Scalar] = []
        var current = state
        while let origin = origins[Int(current)], current != start {
          scalars.append(samples[origin.column])
          current = origin.state
        }
        return scalars.reversed()
      }
      for column in 0..<width {
        let target = transitions[Int(state) * width + column]
        if target != 0, target != start, origins[Int(target)] == nil {
          origins[Int(target)] = (state, column)
          order.append(target)
        }
      }
    }
    return nil
  }

  private static func sample(_ set: ScalarSet) -> Unicode.Scalar {
    let preferred = "a0A -_.:/@".unicodeScalars.first { set.contains($0) }
    let printable = ScalarSet([0x21...0x7E]).intersection(set)
    let position = printable.bounds.first ?? set.bounds.first ?? 0
    return preferred ?? Unicode.Scalar(ScalarSet.value(position)) ?? "?"
  }

  /// States with edges only forward; `nil` if there is a cycle.
  private var topologicalOrder: [State]? {
    let width = alphabet.classCount
    var incoming = [Int](repeating: 0, count: stateCount)
    for target in transitions where target != 0 { incoming[Int(target)] += 1 }
    var order: [State] = []
    if start != 0, incoming[Int(start)] == 0 { order.append(start) }
    var next = 0
    while next < order.count {
      let row = Int(order[next]) * width
      next += 1
      for target in transitions[row..<row + width] where target != 0 {
        incoming[Int(target)] -= 1
        if incoming[Int(target)] == 0 { order.append(target) }
      }
    }
    return order.count == stateCount - 1 ? order : nil
  }
}
