/// One to three values in place, without memory of their own: a step makes such lists in every layer.
struct Few<Element>: Sequence {
  private var places: InlineArray<3, Element?> = [nil, nil, nil]
  private(set) var count = 0

  init(_ first: Element, _ second: Element? = nil, _ third: Element? = nil) {
    append(first)
    if let second { append(second) }
    if let third { append(third) }
  }

  private init() {}

  private mutating func append(_ element: Element) {
    places[count] = element
    count += 1
  }

  /// - Precondition: `index` in `0..<count`.
  subscript(index: Int) -> Element { places[index]! }

  var first: Element { self[0] }

  /// The same number of others.
  func map<Other>(_ change: (Element) -> Other) -> Few<Other> {
    var others = Few<Other>()
    for index in 0..<count { others.append(change(self[index])) }
    return others
  }

  struct Iterator: IteratorProtocol {
    let few: Few
    var index = 0

    mutating func next() -> Element? {
      guard index < few.count else { return nil }
      defer { index += 1 }
      return few[index]
    }
  }

  func makeIterator() -> Iterator { Iterator(few: self) }
}
