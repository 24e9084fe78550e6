@testable import LFMLanguage

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
