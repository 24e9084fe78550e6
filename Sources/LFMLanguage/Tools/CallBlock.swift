/// Reads the body of a block of calls: `[f(a=1), g()]`, `f(a=1)`, `{"name": "f", "arguments": {}}`.
///
/// Owns how a body is parted into calls, and that one bad call costs its neighbours nothing. Three rules:
/// - What is well written is read strictly, from the left. A call that means something impossible is refused alone.
/// - From where the quotes do not fit, calls are parted where one seems to end and the next to begin, and each is read in the one
///   way in which its quotes fit, if there is exactly one (`CallRecovery`).
/// - A body in which something stands that has not even the shape of a call is no list of calls, and refused whole.
struct CallBlock {
  enum Part {
    case call(CallParser.Call)
    case rejected(Range<Int>, String)
  }

  enum Outcome {
    case parts([Part])
    /// The body as a whole is no list of calls.
    case refused(String)
  }

  let bytes: [UInt8]
  /// Whether the text ended before the block did.
  let isCutShort: Bool
  private var index = 0
  private var parts: [Part] = []
  private let isList: Bool

  private init(_ bytes: [UInt8], isCutShort: Bool) {
    self.bytes = bytes
    self.isCutShort = isCutShort
    index = CallValueParser.afterSpace(bytes, 0, bytes.count)
    isList = index < bytes.count && bytes[index] == UInt8(ascii: "[")
    if isList { index += 1 }
  }

  /// Reads a body whose quotes and brackets fit. `nil` if they do not, after all.
  static func strict(_ bytes: [UInt8]) -> Outcome? {
    var block = CallBlock(bytes, isCutShort: false)
    guard let refusal = block.readStrictly() else {
      return block.index == bytes.count ? .parts(block.parts) : nil
    }
    return .refused(refusal)
  }

  /// Reads a body, whatever it is.
  static func read(_ bytes: [UInt8], isCutShort: Bool) -> Outcome {
    var block = CallBlock(bytes, isCutShort: isCutShort)
    if let refusal = block.readStrictly() { return .refused(refusal) }
    if block.index < bytes.count { return block.recover() }
    return isCutShort && block.parts.isEmpty
      ? .refused("the block of calls is cut short") : .parts(block.parts)
  }

  private static let shapeless = "what stands between the markers is no list of calls"

  /// Reads calls up to the end or to the first that is not well written, where `index` stays.
  ///
  /// - Returns: why the body is no list of calls, if it is none.
  private mutating func readStrictly() -> String? {
    while true {
      index = CallValueParser.afterSpace(bytes, index, bytes.count)
      guard index < bytes.count else { return nil }
      if isList, bytes[index] == UInt8(ascii: "]") {
        let behind = CallValueParser.afterSpace(bytes, index + 1, bytes.count)
        guard behind == bytes.count else { return nil }
        index = behind
        return nil
      }
      guard CallParser.isCall(bytes, at: index, bytes.count) else {
        // A word at the end may be the beginning of a call that was cut short.
        return isCutShort && isBeginning ? nil : Self.shapeless
      }
      guard let end = CallExtent.end(bytes, index).end, let next = separated(end),
        accept(index..<end)
      else { return nil }
      index = next
    }
  }

  /// Whether nothing but a name stands behind `index`.
  private var isBeginning: Bool {
    guard let stop = CallValueParser.nameEnd(bytes, index, bytes.count) else { return false }
    return CallValueParser.afterSpace(bytes, stop, bytes.count) == bytes.count
  }

  /// Where the next call begins or the list closes, if a call may end at `end`; `nil` if something else follows.
  private func separated(_ end: Int) -> Int? {
    let next = CallValueParser.afterSpace(bytes, end, bytes.count)
    if next == bytes.count { return next }
    if bytes[next] == UInt8(ascii: ",") || bytes[next] == UInt8(ascii: ";") { return next + 1 }
    if isList, bytes[next] == UInt8(ascii: "]") { return next }
    return bytes[end..<next].contains(0x0A) ? next : nil
  }

  /// Takes the call in this range, or its refusal. False if it is not well written.
  private mutating func accept(_ range: Range<Int>) -> Bool {
    switch CallParser.parse(bytes, range).result {
    case .success(let call): parts.append(.call(call))
    case .failure(let failure) where failure.isSyntax: return false
    case .failure(let failure): parts.append(.rejected(range, failure.reason))
    }
    return true
  }

  private mutating func recover() -> Outcome {
    var recovery = CallRecovery(bytes, isList: isList, isCutShort: isCutShort)
    while index < recovery.end {
      index = CallValueParser.afterSpace(bytes, index, recovery.end)
      guard index < recovery.end else { break }
      if let end = recovery.extent(from: index), let next = separated(end), accept(index..<end) {
        index = next
        continue
      }
      let piece = recovery.read(from: index)
      parts.append(piece.part)
      index = piece.next
    }
    return .parts(parts)
  }
}

/// Where a call ends that begins at an offset, by its brackets and quotes, and how many bytes were looked at to know.
enum CallExtent {
  static func end(_ bytes: [UInt8], _ start: Int) -> (end: Int?, seen: Int) {
    var scanner = CallScanner()
    for index in start..<bytes.count {
      let depth = scanner.depth
      _ = scanner.feed(bytes[index])
      if scanner.isLost { return (nil, index - start) }
      if depth == 1, scanner.depth == 0 { return (index + 1, index - start) }
    }
    return (nil, bytes.count - start)
  }
}
