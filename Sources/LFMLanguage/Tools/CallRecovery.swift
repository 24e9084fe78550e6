/// Reads calls in which quotes stand unescaped inside of strings: `f(cmd='sed -n '1,5p' x')`.
///
/// Owns the rule that makes it safe: a call is read only if there is exactly one way in which all its quotes fit. Otherwise it
/// is refused, never guessed. A reading that swallows what looks like the next call counts only if there is none without it.
///
/// Readings are tried one after the other, each from the call's beginning; the bytes read in all are bounded by a multiple of
/// the body's length.
struct CallRecovery {
  typealias Piece = (part: CallBlock.Part, next: Int)

  /// How many ends are tried for one call.
  private static let maximumEnds = 8

  private let bytes: [UInt8]
  /// Where the calls end: before the bracket that closes the list.
  let end: Int
  /// Whether the last call may be unfinished.
  private let isOpen: Bool
  /// Where a call seems to end, and where the next begins.
  private var borders: [(end: Int, next: Int)] = []
  private var firstBorder = 0
  private var budget: Int
  /// Why a reading of the present call was left out that would have taken an expression for a text. Then no other counts: it would
  /// take even more for one.
  private var expression: String?

  init(_ bytes: [UInt8], isList: Bool, isCutShort: Bool) {
    self.bytes = bytes
    budget = 64 * bytes.count + 65_536
    var end = bytes.count
    while end > 0, CallValueParser.isSpace(bytes[end - 1]) { end -= 1 }
    let isClosed = isList && end > 0 && bytes[end - 1] == UInt8(ascii: "]")
    self.end = isClosed ? end - 1 : end
    isOpen = isCutShort && !isClosed
    borders = Self.borders(bytes, self.end)
  }

  private static func borders(_ bytes: [UInt8], _ end: Int) -> [(end: Int, next: Int)] {
    var borders: [(end: Int, next: Int)] = []
    for index in 0..<end
    where bytes[index] == UInt8(ascii: ")") || bytes[index] == UInt8(ascii: "}") {
      var next = CallValueParser.afterSpace(bytes, index + 1, end)
      guard next < end else { continue }
      if bytes[next] == UInt8(ascii: ",") || bytes[next] == UInt8(ascii: ";") {
        next = CallValueParser.afterSpace(bytes, next + 1, end)
      } else if !bytes[index + 1..<next].contains(0x0A) {
        continue
      }
      if CallParser.isCall(bytes, at: next, end) { borders.append((index + 1, next)) }
    }
    return borders
  }

  /// Where a call that begins at `start` ends, if its brackets and quotes fit.
  mutating func extent(from start: Int) -> Int? {
    guard budget > 0 else { return nil }
    let (end, seen) = CallExtent.end(bytes, start)
    // What is found is read once more.
    return spend(2 * seen) ? end : nil
  }

  /// Whether so many bytes more may be read.
  private mutating func spend(_ count: Int) -> Bool {
    budget -= count + 16
    return budget >= 0
  }

  /// The call that begins at `start`, or the piece that is refused in its place.
  mutating func read(from start: Int) -> Piece {
    while firstBorder < borders.count, borders[firstBorder].end <= start { firstBorder += 1 }
    let ends = borders[firstBorder...].prefix(Self.maximumEnds) + [(end: end, next: end)]
    let first = ends[ends.startIndex]
    let isCall = CallParser.isCall(bytes, at: start, end)
    guard isCall || (isOpen && first.end == end) else {
      return (.rejected(start..<first.end, "what stands between two calls is none"), first.next)
    }
    expression = nil
    for border in ends {
      if border.end == end, isOpen { break }
      switch readings(start..<border.end) {
      case .none: continue
      case .one(let call):
        return (
          expression.map { .rejected(start..<border.end, $0) } ?? .call(call), border.next
        )
      case .refused(let reason):
        return (.rejected(start..<border.end, reason), border.next)
      case .several:
        return (
          .rejected(
            start..<border.end, "its quotes are not escaped and fit in more than one way"),
          border.next
        )
      case .tooMany:
        return (.rejected(start..<end, "its quotes are not escaped, and there are too many"), end)
      }
    }
    let isLast = first.end == end
    let reason =
      isLast && isOpen ? "the call is cut short" : expression ?? misfit(start..<first.end)
    return (.rejected(start..<first.end, reason), first.next)
  }

  private func misfit(_ range: Range<Int>) -> String {
    guard case .failure(let failure) = CallParser.parse(bytes, range).result else {
      return "its quotes or brackets do not fit"
    }
    return "its quotes or brackets do not fit: \(failure.reason)"
  }

  private enum Readings {
    case none
    case one(CallParser.Call)
    /// The quotes fit, and what they make of the text is refused.
    case refused(String)
    case several
    case tooMany
  }

  private mutating func readings(_ range: Range<Int>) -> Readings {
    var choices: [Int] = []
    var found: CallParser.Call?
    var refusal: String?
    while true {
      let (result, count, cost) = CallParser.parse(bytes, range, readings: choices)
      guard spend(cost) else { return .tooMany }
      choices += repeatElement(0, count: max(0, count - choices.count))
      choices.removeLast(max(0, choices.count - count))
      switch result {
      case .success(let call):
        if found != nil || refusal != nil { return .several }
        found = call
      case .failure(let failure):
        if failure.isExpression { expression = failure.reason }
        if failure.isWhole {
          if found != nil { return .several }
          refusal = failure.reason
        }
        if let exhausted = failure.exhausted { choices.removeLast(choices.count - exhausted) }
      }
      guard let last = choices.popLast() else { break }
      choices.append(last + 1)
    }
    if let refusal { return .refused(refusal) }
    return found.map { .one($0) } ?? .none
  }
}
