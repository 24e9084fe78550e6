/// A random regular expression and the plainest matcher there is, to compare automata with.
///
/// The matcher gives all places where a match that begins at a place may end, so that order and laziness are no matter.
indirect enum NaiveExpression {
  case scalar(Unicode.Scalar)
  case oneOf([Unicode.Scalar], isNegative: Bool)
  case any
  case sequence([NaiveExpression])
  case choice([NaiveExpression])
  case repetition(NaiveExpression, Int, Int?)
  case beginning, end, boundary, noBoundary
  case ahead(NaiveExpression, isNegative: Bool)
  case behind(NaiveExpression, isNegative: Bool)

  static let alphabet: [Unicode.Scalar] = ["a", "b", "-"]

  /// All texts of the alphabet up to a length.
  static func texts(upTo length: Int) -> [[Unicode.Scalar]] {
    var result: [[Unicode.Scalar]] = [[]]
    var last = result
    for _ in 0..<length {
      last = last.flatMap { text in alphabet.map { text + [$0] } }
      result += last
    }
    return result
  }

  /// How it is written.
  var pattern: String {
    switch self {
    case .scalar(let scalar): "\(scalar)"
    case .oneOf(let scalars, let isNegative):
      "[\(isNegative ? "^" : "")\(scalars.map { "\\u{\(String($0.value, radix: 16))}" }.joined())]"
    case .any: "."
    case .sequence(let parts): "(?:\(parts.map(\.pattern).joined()))"
    case .choice(let parts): "(\(parts.map(\.pattern).joined(separator: "|")))"
    case .repetition(let body, 0, nil): "(?:\(body.pattern))*"
    case .repetition(let body, 1, nil): "(?:\(body.pattern))+?"
    case .repetition(let body, 0, 1): "(?:\(body.pattern))?"
    case .repetition(let body, let least, let most):
      "(?:\(body.pattern)){\(least),\(most.map(String.init) ?? "")}"
    case .beginning: "^"
    case .end: "$"
    case .boundary: "\\b"
    case .noBoundary: "\\B"
    case .ahead(let body, let isNegative): "(?\(isNegative ? "!" : "=")\(body.pattern))"
    case .behind(let body, let isNegative): "(?<\(isNegative ? "!" : "=")\(body.pattern))"
    }
  }

  /// Where a match that begins at `start` may end.
  func ends(in text: [Unicode.Scalar], from start: Int) -> Set<Int> {
    switch self {
    case .scalar(let scalar): return start < text.count && text[start] == scalar ? [start + 1] : []
    case .oneOf(let scalars, let isNegative):
      return start < text.count && scalars.contains(text[start]) != isNegative ? [start + 1] : []
    case .any: return start < text.count ? [start + 1] : []
    case .sequence(let parts):
      return parts.reduce([start]) { places, part in
        places.reduce(into: []) { $0.formUnion(part.ends(in: text, from: $1)) }
      }
    case .choice(let parts):
      return parts.reduce(into: []) { $0.formUnion($1.ends(in: text, from: start)) }
    case .repetition(let body, let least, let most):
      return Self.repeated(body, least, most, text, start)
    case .beginning: return start == 0 ? [start] : []
    case .end: return start == text.count ? [start] : []
    case .boundary: return Self.isBoundary(text, start) ? [start] : []
    case .noBoundary: return Self.isBoundary(text, start) ? [] : [start]
    case .ahead(let body, let isNegative):
      return body.ends(in: text, from: start).isEmpty == isNegative ? [start] : []
    case .behind(let body, let isNegative):
      let matches = (0...start).contains { body.ends(in: text, from: $0).contains(start) }
      return matches != isNegative ? [start] : []
    }
  }

  private static func repeated(
    _ body: NaiveExpression, _ least: Int, _ most: Int?, _ text: [Unicode.Scalar], _ start: Int
  ) -> Set<Int> {
    var places: Set<Int> = [start]
    for _ in 0..<least {
      places = places.reduce(into: []) { $0.formUnion(body.ends(in: text, from: $1)) }
    }
    var all = places
    // More rounds than there are places find nothing new.
    for _ in 0..<min((most ?? Int.max) - least, text.count + 1) {
      places = places.reduce(into: []) { $0.formUnion(body.ends(in: text, from: $1)) }
      all.formUnion(places)
    }
    return all
  }

  private static func isBoundary(_ text: [Unicode.Scalar], _ place: Int) -> Bool {
    func isWord(_ index: Int) -> Bool { text.indices.contains(index) && text[index] != "-" }
    return isWord(place - 1) != isWord(place)
  }

  func matchesWhole(_ text: [Unicode.Scalar]) -> Bool {
    ends(in: text, from: 0).contains(text.count)
  }

  func matchesAnywhere(_ text: [Unicode.Scalar]) -> Bool {
    (0...text.count).contains { !ends(in: text, from: $0).isEmpty }
  }

  /// What a random expression may have in it.
  struct Freedom {
    var assertions = true
    var lookAhead = true
    var lookBehind = true
  }

  static func random(
    depth: Int, _ freedom: Freedom, using generator: inout SeededGenerator
  ) -> NaiveExpression {
    let kinds = depth == 0 ? 3 : freedom.assertions ? 12 : 8
    let kind = Int.random(in: 0..<kinds, using: &generator)
    func inner(_ freedom: Freedom, _ generator: inout SeededGenerator) -> NaiveExpression {
      random(depth: depth - 1, freedom, using: &generator)
    }
    switch kind {
    case 0: return .scalar(alphabet.randomElement(using: &generator) ?? "a")
    case 1:
      return .oneOf(
        alphabet.filter { _ in Bool.random(using: &generator) },
        isNegative: Bool.random(using: &generator))
    case 2: return .any
    case 3, 4, 5:
      return .sequence(
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in inner(freedom, &generator) })
    case 6:
      return .choice(
        (0..<Int.random(in: 1...3, using: &generator)).map { _ in inner(freedom, &generator) })
    case 7:
      let least = Int.random(in: 0...2, using: &generator)
      let most =
        Bool.random(using: &generator) ? nil : least + Int.random(in: 0...2, using: &generator)
      let body = inner(freedom, &generator)
      return .repetition(.sequence([body]), least, most)
    case 8:
      let all: [NaiveExpression] = [.beginning, .end, .boundary, .noBoundary]
      return all.randomElement(using: &generator) ?? .end
    case 9, 10:
      guard freedom.lookAhead else { return .any }
      var narrower = freedom
      narrower.lookBehind = false
      return .ahead(inner(narrower, &generator), isNegative: kind == 9)
    default:
      guard freedom.lookBehind else { return .any }
      return .behind(
        inner(Freedom(assertions: false), &generator), isNegative: Bool.random(using: &generator))
    }
  }
}
