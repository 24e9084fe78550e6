/// Unicode scalars sorted into classes, of which an automaton tells only the classes apart.
///
/// Owns partitions and their common refinements. Classes are numbered by their first scalar.
struct ScalarAlphabet: Hashable, Sendable {
  /// First positions (see `ScalarSet`) of intervals, ascending, from 0; neighbours are of different classes.
  let starts: [UInt32]
  /// By interval.
  let classes: [Int32]
  let classCount: Int

  static let single = ScalarAlphabet(starts: [0], classes: [0], classCount: 1)

  private init(starts: [UInt32], classes: [Int32], classCount: Int) {
    self.starts = starts
    self.classes = classes
    self.classCount = classCount
  }

  func classIndex(of scalar: Unicode.Scalar) -> Int {
    let position = ScalarSet.position(scalar.value)
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= position { low = middle } else { high = middle }
    }
    return Int(classes[low])
  }

  /// Calls `body` with first and last position and the class of every interval.
  func forEachInterval(_ body: (UInt32, UInt32, Int) -> Void) {
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : ScalarSet.positionCount
      body(start, end - 1, Int(classes[index]))
    }
  }

  /// The scalars of each class.
  var sets: [ScalarSet] {
    var pairs = [[(UInt32, UInt32)]](repeating: [], count: classCount)
    forEachInterval { pairs[$2].append(($0, $1)) }
    return pairs.map(ScalarSet.init(pairs:))
  }

  /// Classes renamed, and so perhaps merged: `names[class]` are any numbers. Returns also the new class of each name.
  func renamed(_ names: [Int32]) -> (alphabet: ScalarAlphabet, classOfName: [Int32: Int32]) {
    var numbering: [Int32: Int32] = [:]
    var newStarts: [UInt32] = []
    var newClasses: [Int32] = []
    for (start, old) in zip(starts, classes) {
      let name = names[Int(old)]
      let number = numbering[name] ?? Int32(numbering.count)
      numbering[name] = number
      if newClasses.last == number { continue }
      newStarts.append(start)
      newClasses.append(number)
    }
    return (
      ScalarAlphabet(starts: newStarts, classes: newClasses, classCount: numbering.count), numbering
    )
  }

  /// The coarsest alphabet that tells every one of `sets` from its complement, and the classes of each set.
  static func separating(_ sets: [ScalarSet]) -> (alphabet: ScalarAlphabet, classes: [[Int32]]) {
    var events: [(position: UInt32, set: Int)] = []
    for (index, set) in sets.enumerated() {
      for (first, last) in set.pairs {
        events.append((first, index))
        if last + 1 < ScalarSet.positionCount { events.append((last + 1, index)) }
      }
    }
    events.sort { $0.position < $1.position }
    var starts: [UInt32] = []
    var classes: [Int32] = []
    var numbering: [[UInt64]: Int32] = [:]
    var memberships: [[Int32]] = Array(repeating: [], count: sets.count)
    var active = [UInt64](repeating: 0, count: max(1, (sets.count + 63) / 64))
    var next = 0
    var position: UInt32 = 0
    while true {
      while next < events.count, events[next].position == position {
        active[events[next].set / 64] ^= 1 << UInt64(events[next].set % 64)
        next += 1
      }
      let number = numbering[active] ?? Int32(numbering.count)
      if number == numbering.count {
        numbering[active] = number
        for (index, word) in active.enumerated() where word != 0 {
          for bit in 0..<64 where word >> UInt64(bit) & 1 != 0 {
            memberships[index * 64 + bit].append(number)
          }
        }
      }
      if classes.last != number {
        starts.append(position)
        classes.append(number)
      }
      guard next < events.count else { break }
      position = events[next].position
    }
    return (
      ScalarAlphabet(starts: starts, classes: classes, classCount: numbering.count), memberships
    )
  }

  /// The common refinement of two, and for each of its classes the class in either.
  func refined(by other: ScalarAlphabet) -> (
    alphabet: ScalarAlphabet, mine: [Int32], others: [Int32]
  ) {
    if self == other {
      let same = (0..<Int32(classCount)).map { $0 }
      return (self, same, same)
    }
    var newStarts: [UInt32] = []
    var newClasses: [Int32] = []
    var mine: [Int32] = []
    var others: [Int32] = []
    var numbering: [UInt64: Int32] = [:]
    var left = 0
    var right = 0
    var position: UInt32 = 0
    while true {
      let pair = UInt64(classes[left]) << 32 | UInt64(other.classes[right])
      let number = numbering[pair] ?? Int32(mine.count)
      if number == mine.count {
        numbering[pair] = number
        mine.append(classes[left])
        others.append(other.classes[right])
      }
      if newClasses.last != number {
        newStarts.append(position)
        newClasses.append(number)
      }
      let leftEnd = left + 1 < starts.count ? starts[left + 1] : ScalarSet.positionCount
      let rightEnd =
        right + 1 < other.starts.count ? other.starts[right + 1] : ScalarSet.positionCount
      position = min(leftEnd, rightEnd)
      if position == ScalarSet.positionCount { break }
      if leftEnd == position { left += 1 }
      if rightEnd == position { right += 1 }
    }
    return (
      ScalarAlphabet(starts: newStarts, classes: newClasses, classCount: mine.count), mine, others
    )
  }
}
