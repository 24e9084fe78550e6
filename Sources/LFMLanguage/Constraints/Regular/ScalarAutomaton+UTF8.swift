/// Languages of texts as languages of UTF-8.
extension ScalarAutomaton {
  /// The texts in UTF-8.
  ///
  /// - Throws: `tooLarge` if it takes more than `limit` states.
  package func utf8(limit: Int = RegularLimits.states) throws(RegularFailure) -> ByteAutomaton {
    var tree = ByteTree(reserved: stateCount, limit: limit)
    let intervals = self.intervals
    for state in 1..<State(max(1, stateCount)) {
      tree.fill(state, ByteTree.merged(try tree.utf8Edges(runs(of: state, intervals))))
    }
    return try tree.automaton(start: start, accepting: acceptingStates)
  }

  var acceptingStates: [State] {
    (0..<State(stateCount)).filter { accepting[Int($0)] }
  }

  /// First and last value and class of intervals; none spans the surrogates.
  var intervals: [(first: UInt32, last: UInt32, classIndex: Int)] {
    var result: [(first: UInt32, last: UInt32, classIndex: Int)] = []
    alphabet.forEachInterval { first, last, index in
      if first < 0xD800, last >= 0xD800 {
        result.append((first, 0xD7FF, index))
        result.append((0xE000, ScalarSet.value(last), index))
      } else {
        result.append((ScalarSet.value(first), ScalarSet.value(last), index))
      }
    }
    return result
  }

  /// Where the scalars lead from a state; those that lead to death are left out, neighbours with one target are one.
  func runs(
    of state: State, _ intervals: [(first: UInt32, last: UInt32, classIndex: Int)]
  ) -> [ByteTree.Run] {
    var result: [ByteTree.Run] = []
    for interval in intervals {
      let target = next(state, classIndex: interval.classIndex)
      if target == 0 { continue }
      if let last = result.last, last.target == target, last.last + 1 == interval.first {
        result[result.count - 1].last = interval.last
      } else {
        result.append(ByteTree.Run(first: interval.first, last: interval.last, target: target))
      }
    }
    return result
  }
}

extension ByteTree.Run {
  /// The part of `runs` between two values, both included.
  static func clipped(_ runs: [Self], _ first: UInt32, _ last: UInt32) -> [Self] {
    runs.compactMap { run in
      let low = max(run.first, first)
      let high = min(run.last, last)
      return low <= high ? Self(first: low, last: high, target: run.target) : nil
    }
  }
}

extension ByteTree {
  /// The edges of the first byte of scalars in UTF-8.
  mutating func utf8Edges(_ runs: [Run]) throws(RegularFailure) -> [Edge] {
    var result = Run.clipped(runs, 0, 0x7F).map {
      Edge(UInt8($0.first), UInt8($0.last), $0.target)
    }
    guard let last = runs.last, last.last > 0x7F else { return result }
    let lengths: [(first: UInt32, last: UInt32)] = [
      (0x80, 0x7FF), (0x800, 0xFFFF), (0x1_0000, 0x10_FFFF),
    ]
    for (length, digits) in zip(lengths, Digits.utf8) {
      result += try edges(Run.clipped(runs, length.first, length.last), base: 0, digits)
    }
    return result
  }
}
