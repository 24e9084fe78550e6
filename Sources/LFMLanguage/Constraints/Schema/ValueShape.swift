/// A set of JSON values in normal form: by type, a union of shapes each of which is an intersection.
///
/// Owns union and the order of types. Intersection and complement need to know more, and are the expander's.
struct ValueShape: Hashable {
  var hasNull = false
  var hasFalse = false
  var hasTrue = false
  var numbers: [NumberShape] = []
  var strings: [StringShape] = []
  var arrays: [ArrayShape] = []
  var objects: [ObjectShape] = []

  static let nothing = ValueShape()

  static let all: ValueShape = {
    var all = ValueShape()
    all.hasNull = true
    all.hasFalse = true
    all.hasTrue = true
    all.numbers = [.all]
    all.strings = [.all]
    all.arrays = [.all]
    all.objects = [.all]
    return all
  }()

  /// Whether no value is seen to be in here.
  var isNothing: Bool { self == .nothing }

  /// How many alternatives there are of the type that has the most.
  var width: Int { max(numbers.count, strings.count, arrays.count, objects.count) }

  mutating func formUnion(_ other: ValueShape) {
    hasNull = hasNull || other.hasNull
    hasFalse = hasFalse || other.hasFalse
    hasTrue = hasTrue || other.hasTrue
    numbers = Self.merged(numbers, other.numbers, .all)
    strings = Self.merged(strings, other.strings, .all)
    arrays = Self.merged(arrays, other.arrays, .all)
    objects = Self.merged(objects, other.objects, .all)
    mergePoints()
  }

  private static func merged<Shape: Hashable>(
    _ left: [Shape], _ right: [Shape], _ all: Shape
  ) -> [Shape] {
    if left.isEmpty || right.isEmpty { return left + right }
    if left.contains(all) || right.contains(all) {
      // Shapes that have been looked at say more than `all`, and are kept; see `ObjectShape.evaluated`.
      let kept = (left + right).filter { isAnnotated($0) }
      return [all] + kept
    }
    var known = Set(left)
    return left + right.filter { known.insert($0).inserted }
  }

  private static func isAnnotated<Shape>(_ shape: Shape) -> Bool {
    switch shape {
    case let shape as ObjectShape: shape.evaluated != KeySet()
    case let shape as ArrayShape: shape.evaluated > 0 || !shape.evaluatedKinds.isEmpty
    default: false
    }
  }

  /// Listed values become one list: an enum of a thousand is one alternative.
  private mutating func mergePoints() {
    let points = numbers.compactMap(\.points)
    if points.count > 1 {
      numbers.removeAll { $0.points != nil }
      numbers.append(NumberShape(points: points.reduce([]) { $0.union($1) }))
    }
    let values = strings.compactMap(\.values)
    if values.count > 1 {
      strings.removeAll { $0.values != nil }
      strings.append(StringShape(values: values.reduce([]) { $0.union($1) }))
    }
  }
}
