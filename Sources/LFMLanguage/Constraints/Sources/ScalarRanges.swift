/// Characters by their ranges of Unicode scalars, and the automaton of their UTF-8.
struct ScalarRanges: Hashable {
  private(set) var ranges: [ClosedRange<UInt32>] = []

  static let all = ScalarRanges([0...0x10FFFF])

  init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
        self.ranges[self.ranges.count - 1] =
          last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  var inverted: ScalarRanges {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { result.append(next...0x10FFFF) }
    return ScalarRanges(result)
  }

  /// One character. Surrogates, which UTF-8 has not, are left out.
  var automaton: ByteAutomaton {
    var graph = RegularGraph()
    let (start, end) = (graph.node(), graph.node())
    graph.addEnd(end)
    for range in ranges {
      for sequence in Self.sequences(range) {
        graph.addText(of: ByteAutomaton(ranges: sequence), from: start, to: end)
      }
    }
    var work = Int.max
    let result = graph.determinised(start: start, states: .max, work: &work)
    return result.map { ByteAutomaton($0) }
      ?? ByteAutomaton(ranges: [])
  }

  /// The UTF-8 of a range, as sequences of byte ranges.
  private static func sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    var result: [[ClosedRange<UInt8>]] = []
    var open = [range]
    // What no sequence may cross: the ends of each length, and the surrogates.
    let borders: [UInt32] = [0x80, 0x800, 0xD800, 0xE000, 0x1_0000]
    while let range = open.popLast() {
      let (low, high) = (range.lowerBound, range.upperBound)
      if (0xD800...0xDFFF).contains(low), (0xD800...0xDFFF).contains(high) { continue }
      if let border = borders.first(where: { low < $0 && $0 <= high }) {
        open += [border...high, low...(border - 1)]
        continue
      }
      if let border = ragged(low, high) {
        open += [border...high, low...(border - 1)]
        continue
      }
      result.append(zip(bytes(low), bytes(high)).map { $0...$1 })
    }
    return result
  }

  /// Where to cut so that below every differing byte all following ones are whole ranges.
  private static func ragged(_ low: UInt32, _ high: UInt32) -> UInt32? {
    guard high >= 0x80 else { return nil }
    for shift: UInt32 in [6, 12, 18] {
      let mask: UInt32 = (1 << shift) - 1
      guard low & ~mask != high & ~mask else { continue }
      if low & mask != 0 { return (low | mask) + 1 }
      if high & mask != mask { return high & ~mask }
    }
    return nil
  }

  private static func bytes(_ scalar: UInt32) -> [UInt8] {
    func byte(_ lead: UInt32, _ shift: UInt32) -> UInt8 {
      UInt8(truncatingIfNeeded: lead | scalar >> shift & (lead == 0x80 ? 0x3F : 0xFF))
    }
    return switch scalar {
    case ..<0x80: [byte(0, 0)]
    case ..<0x800: [byte(0xC0, 6), byte(0x80, 0)]
    case ..<0x1_0000: [byte(0xE0, 12), byte(0x80, 6), byte(0x80, 0)]
    default: [byte(0xF0, 18), byte(0x80, 12), byte(0x80, 6), byte(0x80, 0)]
    }
  }
}

extension ByteAutomaton {
  /// A byte of each range in turn; of no ranges, nothing.
  init(ranges: [ClosedRange<UInt8>]) {
    guard !ranges.isEmpty else {
      self.init(
        classes: [UInt8](repeating: 0, count: 256), classCount: 1, transitions: [0],
        accepting: [false], start: 0)
      return
    }
    let borders = Set([0] + ranges.flatMap { [Int($0.lowerBound), Int($0.upperBound) + 1] })
    var classes: [UInt8] = []
    var count = 0
    for byte in 0..<256 {
      if borders.contains(byte) { count += 1 }
      classes.append(UInt8(count - 1))
    }
    var transitions = [State](repeating: 0, count: (ranges.count + 2) * count)
    for (index, range) in ranges.enumerated() {
      for byte in range {
        transitions[(index + 1) * count + Int(classes[Int(byte)])] = State(index + 2)
      }
    }
    self.init(
      classes: classes, classCount: count, transitions: transitions,
      accepting: (0..<(ranges.count + 2)).map { $0 == ranges.count + 1 }, start: 1)
  }
}
