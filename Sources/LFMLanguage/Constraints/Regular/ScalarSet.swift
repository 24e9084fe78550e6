/// A set of Unicode scalars, as ranges.
///
/// Owns the algebra of sets; which sets have names is `RegularClasses`' matter. Scalars are counted without the gap of the
/// surrogates, as *positions*: then ranges, neighbours and complements have no special case.
package struct ScalarSet: Hashable, Sendable {
  /// First and last position of each range, ascending; between two ranges at least one position is missing.
  package let bounds: [UInt32]

  /// How many scalars there are.
  package static let positionCount: UInt32 = 0x10F800

  package static let empty = ScalarSet(normalized: [])
  package static let all = ScalarSet(normalized: [0, positionCount - 1])

  private init(normalized bounds: [UInt32]) { self.bounds = bounds }

  /// Ranges of scalar values, in any order; surrogates and what is beyond Unicode are left out.
  package init(_ ranges: [ClosedRange<UInt32>]) {
    var pairs: [(UInt32, UInt32)] = []
    for range in ranges {
      let pieces = [
        (range.lowerBound, min(range.upperBound, 0xD7FF)),
        (max(range.lowerBound, 0xE000), min(range.upperBound, 0x10FFFF)),
      ]
      for (first, last) in pieces where first <= last {
        pairs.append((Self.position(first), Self.position(last)))
      }
    }
    self.init(pairs: pairs)
  }

  package init(_ scalar: Unicode.Scalar) {
    let position = Self.position(scalar.value)
    bounds = [position, position]
  }

  package init(_ scalars: some Sequence<Unicode.Scalar>) {
    self.init(scalars.map { $0.value...$0.value })
  }

  /// Pairs of positions in any order.
  init(pairs: [(UInt32, UInt32)]) {
    var bounds: [UInt32] = []
    for (first, last) in pairs.sorted(by: { $0.0 < $1.0 }) {
      if let end = bounds.last, first <= end + 1 {
        bounds[bounds.count - 1] = max(end, last)
      } else {
        bounds.append(first)
        bounds.append(last)
      }
    }
    self.bounds = bounds
  }

  /// - Precondition: no surrogate.
  package static func position(_ value: UInt32) -> UInt32 {
    value < 0xD800 ? value : value - 0x800
  }

  package static func value(_ position: UInt32) -> UInt32 {
    position < 0xD800 ? position : position + 0x800
  }

  package var isEmpty: Bool { bounds.isEmpty }

  var pairs: [(UInt32, UInt32)] {
    stride(from: 0, to: bounds.count, by: 2).map { (bounds[$0], bounds[$0 + 1]) }
  }

  package func contains(_ scalar: Unicode.Scalar) -> Bool {
    let position = Self.position(scalar.value)
    var low = 0
    var high = bounds.count / 2
    while low < high {
      let middle = (low + high) / 2
      if bounds[2 * middle + 1] < position { low = middle + 1 } else { high = middle }
    }
    return low < bounds.count / 2 && bounds[2 * low] <= position
  }

  package func union(_ other: ScalarSet) -> ScalarSet {
    if other.isEmpty { return self }
    return isEmpty ? other : ScalarSet(pairs: pairs + other.pairs)
  }

  package var complement: ScalarSet {
    var result: [UInt32] = []
    var next: UInt32 = 0
    for (first, last) in pairs {
      if first > next {
        result.append(next)
        result.append(first - 1)
      }
      next = last + 1
    }
    if next < Self.positionCount {
      result.append(next)
      result.append(Self.positionCount - 1)
    }
    return ScalarSet(normalized: result)
  }

  package func intersection(_ other: ScalarSet) -> ScalarSet {
    complement.union(other.complement).complement
  }

  package func subtracting(_ other: ScalarSet) -> ScalarSet {
    complement.union(other).complement
  }
}
