import LFMGeneration

/// A message's content as the LFM2.5-8B-A1B template flattens it: parts follow each other without separators.
///
/// Owns what becomes of each kind of part, the trimming of past thinking, and where a continued message is cut.
struct RenderedContent {
  private enum Piece {
    case text(String)
    /// Where a picture stands. The only control token that content can name.
    case image
    /// Here the model continues.
    case cut
  }

  private var pieces: [Piece] = []

  /// Nothing.
  init() {}

  /// - Parameter continues: whether the model is to continue the last text of this content.
  init(_ value: JSONValue, _ pointer: JSONPointer, continues: Bool) throws(GenerationFailure) {
    switch value {
    case .string(let text):
      pieces = [.text(text)]
      if continues { pieces.append(.cut) }
    case .array(let items):
      try append(items, pointer, continues: continues)
    case .object(let object) where !continues:
      // Python iterates over the keys of a mapping, and each is a part that is not an object.
      pieces = object.members.map { .text(JSONValue.string($0.key).serialized) }
    default:
      throw TemplateInput.failure(
        pointer,
        "content is a text or a list of parts, not \(value.kind); leave it out if there is none")
    }
  }

  private mutating func append(
    _ items: [JSONValue], _ pointer: JSONPointer, continues: Bool
  ) throws(GenerationFailure) {
    let last = continues ? items.lastIndex(where: Self.hasText) : nil
    if continues && last == nil {
      throw TemplateInput.failure(pointer, "the last message has no text part to continue")
    }
    for (index, item) in items.enumerated() {
      let place = pointer.appending(index)
      let piece = try Self.piece(item, place)
      append(piece.piece)
      guard index == last else { continue }
      guard piece.isText else {
        throw TemplateInput.failure(place, "only a part of type text can be continued")
      }
      pieces.append(.cut)
    }
  }

  /// Texts that follow each other are one, as in the template: its last words may be spread over parts.
  private mutating func append(_ piece: Piece) {
    if case .text(let text) = piece, case .text(let previous) = pieces.last {
      pieces[pieces.count - 1] = .text(previous + text)
    } else {
      pieces.append(piece)
    }
  }

  private static func hasText(_ item: JSONValue) -> Bool {
    if case .object(let part) = item { part["text"] != nil } else { false }
  }

  private static func piece(
    _ item: JSONValue, _ pointer: JSONPointer
  ) throws(GenerationFailure) -> (piece: Piece, isText: Bool) {
    guard case .object(let part) = item, case .string(let type) = part["type"] else {
      return (.text(item.serialized), false)
    }
    // Compared by bytes: Swift's strings are equal more often than Python's.
    if type.utf8.elementsEqual("image".utf8) { return (.image, false) }
    guard type.utf8.elementsEqual("text".utf8) else { return (.text(item.serialized), false) }
    guard case .string(let text) = part["text"] else {
      let found = part["text"].map { "its text is \($0.kind)" } ?? "it has no text"
      throw TemplateInput.failure(pointer, "a part of type text has a text, but \(found)")
    }
    return (.text(text), true)
  }

  /// Whether nothing would be written. A place to continue is something.
  var isEmpty: Bool {
    pieces.allSatisfy { if case .text(let text) = $0 { text.utf8.isEmpty } else { false } }
  }

  func write(to prompt: inout PromptBuilder) {
    for piece in pieces {
      switch piece {
      case .text(let text): prompt.text(text)
      case .image: prompt.special("<image>")
      case .cut: prompt.cut()
      }
    }
  }

  /// Keeps what follows the last `</think>`, trimmed, if there is one.
  mutating func dropThinking() {
    let whole = plainText
    guard let end = whole.utf8.endOfLast("</think>") else { return }
    // An image's mark behind the tag would become text here; it is no token that a text model has.
    pieces = [.text(PythonText.strip(String(whole.utf8[end...]) ?? ""))]
  }

  /// Takes the continuation tag off the end, if a caller's own text ends with it: the template writes it behind the calls.
  mutating func takeTag() -> String {
    guard case .text(let text) = pieces.last else { return "" }
    let tag = TemplateInput.continuationTag
    guard text.utf8.hasSuffix(tag) else { return "" }
    pieces[pieces.count - 1] = .text(String(text.utf8.dropLast(tag.utf8.count)) ?? "")
    return tag
  }

  /// Takes the cut off the end, if it is there: tool calls stand between a content and its continuation.
  mutating func takeFinalCut() -> Bool {
    guard case .cut = pieces.last else { return false }
    pieces.removeLast()
    return true
  }

  private var plainText: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .image: "<image>"
      case .cut: ""
      }
    }.joined()
  }
}

extension String.UTF8View {
  /// Where the last occurrence of `needle` ends, byte for byte.
  func endOfLast(_ needle: String) -> Index? {
    let needle = Array(needle.utf8)
    var end = endIndex
    var count = self.count
    while count >= needle.count {
      let start = index(end, offsetBy: -needle.count)
      if self[start..<end].elementsEqual(needle) { return end }
      end = index(before: end)
      count -= 1
    }
    return nil
  }

  func hasSuffix(_ suffix: String) -> Bool {
    suffix.utf8.count <= count && self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}
