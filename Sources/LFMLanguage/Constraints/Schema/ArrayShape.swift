/// A set of arrays: what the items have to satisfy by position, how many there are, and how many of a kind.
struct ArrayShape: Hashable {
  /// How many of the items from a position on satisfy a schema.
  struct Count: Hashable {
    var value: Conjunction
    var from: Int
    var atLeast: Int
    var atMost: Int?
    /// The place of the schema that asks for it, for messages.
    var place: Int
  }

  var prefix: [Conjunction] = []
  var rest = Conjunction.anything
  var minimum = 0
  var maximum: Int?
  var counts: [Count] = []
  /// The place of the schema that asks for items that are all different.
  var uniquePlace: Int?
  /// How many items an adjacent schema has looked at; `Int.max` for all. Only kept while something may ask for those that are left.
  var evaluated = 0
  /// Items that satisfy one of these are looked at, too.
  var evaluatedKinds: [Conjunction] = []

  static let all = ArrayShape()

  /// What is asked of the item at a position.
  func item(_ index: Int) -> Conjunction { index < prefix.count ? prefix[index] : rest }

  func intersection(_ other: ArrayShape) -> ArrayShape? {
    if self == .all { return other }
    if other == .all { return self }
    var result = self
    let count = max(prefix.count, other.prefix.count)
    result.prefix = (0..<count).map { item($0).and(other.item($0)) }
    result.rest = rest.and(other.rest)
    result.minimum = max(minimum, other.minimum)
    result.maximum = [maximum, other.maximum].compactMap(\.self).min()
    for count in other.counts where !result.counts.contains(count) { result.counts.append(count) }
    result.uniquePlace = uniquePlace ?? other.uniquePlace
    result.evaluated = max(evaluated, other.evaluated)
    for kind in other.evaluatedKinds where !result.evaluatedKinds.contains(kind) {
      result.evaluatedKinds.append(kind)
    }
    return result.normalized()
  }

  /// With limits that follow from items that cannot be; `nil` if nothing is left.
  func normalized() -> ArrayShape? {
    var result = self
    if let end = prefix.firstIndex(where: \.isNever) {
      result.prefix = Array(prefix[..<end])
      result.rest = .never
    }
    if result.rest.isNever {
      result.maximum = min(result.maximum ?? Int.max, result.prefix.count)
    }
    if let maximum = result.maximum {
      if maximum < result.minimum { return nil }
      if maximum < result.prefix.count { result.prefix = Array(result.prefix[..<maximum]) }
      if maximum == result.prefix.count { result.rest = .never }
      if maximum <= 1 { result.uniquePlace = nil }
    }
    for count in result.counts {
      if let atMost = count.atMost, atMost < count.atLeast { return nil }
      if count.atLeast > 0, count.value.isNever { return nil }
      if let maximum = result.maximum, max(0, maximum - count.from) < count.atLeast { return nil }
    }
    result.counts.removeAll { $0.atLeast == 0 && ($0.atMost == nil || $0.value.isNever) }
    return result
  }
}
