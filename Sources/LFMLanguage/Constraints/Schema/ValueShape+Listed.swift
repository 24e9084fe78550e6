/// What exactly one of several lists of values has: how a `oneOf` of constants is taken apart, however long it is.
extension ValueShape {
  /// The values that are in just one of the shapes.
  ///
  /// - Precondition: all are `isListed`.
  static func listedOnce(in shapes: [ValueShape]) -> ValueShape {
    var result = ValueShape()
    result.hasNull = shapes.count(where: \.hasNull) == 1
    result.hasFalse = shapes.count(where: \.hasFalse) == 1
    result.hasTrue = shapes.count(where: \.hasTrue) == 1
    let numbers = once(shapes.map { shape in Set(shape.numbers.flatMap { $0.points ?? [] }) })
    if !numbers.isEmpty { result.numbers = [NumberShape(points: numbers)] }
    let strings = once(shapes.map { shape in Set(shape.strings.flatMap { $0.values ?? [] }) })
    if !strings.isEmpty { result.strings = [StringShape(values: strings)] }
    return result
  }

  private static func once<Element>(_ sets: [Set<Element>]) -> Set<Element> {
    var counts: [Element: Int] = [:]
    for set in sets {
      for element in set { counts[element, default: 0] += 1 }
    }
    return Set(counts.lazy.filter { $0.value == 1 }.map(\.key))
  }
}
