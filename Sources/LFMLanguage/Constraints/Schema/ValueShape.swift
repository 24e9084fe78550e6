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

  /// How many numbers and strings are listed one by one.
  var listedCount: Int {
    numbers.reduce(0) { $0 + ($1.points?.count ?? 0) }
      + strings.reduce(0) { $0 + ($1.values?.count ?? 0) }
  }

  /// Whether there is nothing in here but null, truth values, and listed numbers and strings.
  var isListed: Bool {
    arrays.isEmpty && objects.isEmpty && numbers.allSatisfy { $0.points != nil }
      && strings.allSatisfy { $0.values != nil }
  }

  /// Listed values become one list: an enum of a thousand is one alternative. It grows where it is, so that many unions of few
  /// values take no longer than one of many.
  mutating func formUnion(_ other: ValueShape) {
    hasNull = hasNull || other.hasNull
    hasFalse = hasFalse || other.hasFalse
    hasTrue = hasTrue || other.hasTrue
    for number in other.numbers {
      if let points = number.points, let index = numbers.firstIndex(where: { $0.points != nil }) {
        numbers[index].points?.formUnion(points)
      } else if !numbers.contains(number) {
        numbers.append(number)
      }
    }
    for string in other.strings {
      if let values = string.values, let index = strings.firstIndex(where: { $0.values != nil }) {
        strings[index].values?.formUnion(values)
      } else if !strings.contains(string) {
        strings.append(string)
      }
    }
    if numbers.contains(.all) { numbers = [.all] }
    if strings.contains(.all) { strings = [.all] }
    arrays = Self.merged(arrays, other.arrays, .all)
    objects = Self.merged(objects, other.objects, .all)
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
    var result = left
    for shape in right where !result.contains(shape) { result.append(shape) }
    return result
  }

  private static func isAnnotated<Shape>(_ shape: Shape) -> Bool {
    switch shape {
    case let shape as ObjectShape: shape.evaluated != KeySet()
    case let shape as ArrayShape: shape.evaluated > 0 || !shape.evaluatedKinds.isEmpty
    default: false
    }
  }
}
