/// Follows the quotes and brackets of a block of calls, byte by byte, while it is being written.
///
/// Owns where the list of calls closes, where a call begins and where an argument ends, as far as strict reading knows; it decides nothing. Once a
/// bracket closes another than the one that is open, it knows nothing any more until the block ends.
struct CallScanner {
  enum Finding: Equatable {
    /// A call of this tool has been opened.
    case call(String)
    /// An argument of a call has ended in front of this byte, if one stands there.
    case argument
    /// The list that the block began with is closed.
    case closed
  }

  private enum Quoting: Equatable {
    case none
    /// One quote, which may be the first of three.
    case first(UInt8)
    /// Two quotes: an empty string, or two of three.
    case second(UInt8)
    case single(UInt8, isEscaped: Bool)
    /// Inside of three quotes; `run` of them have come in a row.
    case triple(UInt8, run: Int, isEscaped: Bool)
  }

  private static let deepest = 4096

  private var quoting = Quoting.none
  private var brackets: [UInt8] = []
  private var hasBegun = false
  private var beginsWithList = false
  /// Whether the brackets do not fit, or nothing is left to be found.
  private(set) var isLost = false
  /// The name that stands before the reading position, on the level of calls.
  private var word: [UInt8] = []
  private var wordHasEnded = false

  /// Whether what comes next stands in a string, as far as is known.
  var isInString: Bool { quoting != .none }

  /// Brackets that are open.
  var depth: Int { brackets.count }

  mutating func feed(_ byte: UInt8) -> Finding? {
    if isLost { return nil }
    switch quoting {
    case .none: return code(byte)
    case .first(let quote):
      if byte == quote {
        quoting = .second(quote)
      } else {
        quoting = .single(quote, isEscaped: byte == UInt8(ascii: "\\"))
      }
    case .second(let quote):
      if byte == quote {
        quoting = .triple(quote, run: 0, isEscaped: false)
      } else {
        quoting = .none
        return code(byte)
      }
    case .single(let quote, let isEscaped):
      if byte == quote, !isEscaped {
        quoting = .none
      } else {
        quoting = .single(quote, isEscaped: byte == UInt8(ascii: "\\") && !isEscaped)
      }
    case .triple(let quote, let run, let isEscaped):
      if byte == quote, !isEscaped {
        quoting = run == 2 ? .none : .triple(quote, run: run + 1, isEscaped: false)
      } else {
        quoting = .triple(quote, run: 0, isEscaped: byte == UInt8(ascii: "\\") && !isEscaped)
      }
    }
    return nil
  }

  private mutating func code(_ byte: UInt8) -> Finding? {
    if !hasBegun, !CallValueParser.isSpace(byte) {
      hasBegun = true
      beginsWithList = byte == UInt8(ascii: "[")
    }
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): quoting = .first(byte)
    case UInt8(ascii: "("):
      defer { open(UInt8(ascii: ")")) }
      if isOnCallLevel, !word.isEmpty { return .call(String(decoding: word, as: UTF8.self)) }
    case UInt8(ascii: "["): open(UInt8(ascii: "]"))
    case UInt8(ascii: "{"): open(UInt8(ascii: "}"))
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      guard brackets.popLast() == byte else {
        isLost = true
        return nil
      }
      word = []
      if byte == UInt8(ascii: ")"), isOnCallLevel { return .argument }
      if brackets.isEmpty, beginsWithList {
        isLost = true
        return .closed
      }
    case UInt8(ascii: ",") where isAmongArguments: return .argument
    default: follow(byte)
    }
    return nil
  }

  private var isOnCallLevel: Bool { brackets.count == (beginsWithList ? 1 : 0) }

  private var isAmongArguments: Bool {
    brackets.count == (beginsWithList ? 2 : 1) && brackets.last == UInt8(ascii: ")")
  }

  private mutating func open(_ closing: UInt8) {
    brackets.append(closing)
    word = []
    if brackets.count > Self.deepest { isLost = true }
  }

  private mutating func follow(_ byte: UInt8) {
    guard isOnCallLevel else { return }
    if CallValueParser.isNameByte(byte) {
      if wordHasEnded { word = [] }
      wordHasEnded = false
      if word.count <= ToolDeclaration.longestName { word.append(byte) }
    } else if CallValueParser.isSpace(byte) {
      wordHasEnded = true
    } else {
      word = []
    }
  }
}
