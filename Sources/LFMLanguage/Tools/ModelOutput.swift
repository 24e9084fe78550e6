/// What a model wrote in one turn, read as a whole: thinking, answer, calls.
///
/// Owns what can only be known at the end. The rules for a text that is still being written are `ThinkingSplitter`'s and
/// `ToolCallReader`'s; they give the same, but for thinking whose opening tag is missing: here it is found.
package struct ModelOutput: Hashable, Sendable {
  /// A part of the output that is not as it should be.
  package struct Problem: Hashable, Sendable {
    /// The call it belongs to, counted in `calls`; `nil` if it is about text that became no call.
    package var call: Int?
    package var reason: String
  }

  /// `nil` if the model did not think.
  package var thinking: String?
  /// The answer without its calls. What was to be a call and could not be read stands in it, as it was written.
  package var content = ""
  package var calls: [ToolCall] = []
  package var problems: [Problem] = []

  /// Reads the text of a whole turn, special tokens as their text; a token that ends the turn may stand at its end.
  ///
  /// - Parameters:
  ///   - prefill: what the prompt already had of the turn.
  ///   - tools: what calls are checked against; `nil` leaves them unchecked.
  package static func read(
    _ text: String, prefill: String = "", tools: [ToolDeclaration]? = nil
  ) -> ModelOutput {
    let whole = prefill + withoutEnd(text)
    let isOpen = lacksOpening(whole)
    var splitter = ThinkingSplitter(start: isOpen ? .thinking(hasBegun: false) : .turn)
    var reader = ToolCallReader(tools: tools, isThorough: true)
    var output = ModelOutput()
    for delta in splitter.consume(whole) + splitter.finish() {
      switch delta {
      case .thinking(let piece): output.thinking = (output.thinking ?? "") + piece
      case .answer(let piece): output.add(reader.consume(piece))
      }
    }
    output.add(reader.finish())
    return output
  }

  private mutating func add(_ events: [ToolCallEvent]) {
    for event in events {
      switch event {
      case .text(let piece): content += piece
      case .began, .arguments: break
      case .completed(_, let call):
        problems += call.problems.map { Problem(call: calls.count, reason: $0) }
        calls.append(call)
      case .rejected(_, let text, let reason):
        content += text
        problems.append(Problem(call: nil, reason: reason))
      }
    }
  }

  /// The text before a token that ends the turn, if one stands at the end, white space behind it or not.
  private static func withoutEnd(_ text: String) -> String {
    var bytes = Array(text.utf8)
    while let last = bytes.last, CallValueParser.isSpace(last) { bytes.removeLast() }
    for end in ["<|im_end|>", "<|endoftext|>"] where bytes.count >= end.utf8.count {
      if bytes[(bytes.count - end.utf8.count)...].elementsEqual(end.utf8) {
        return String(decoding: bytes.dropLast(end.utf8.count), as: UTF8.self)
      }
    }
    return text
  }

  /// Whether the text closes a thinking that it does not open, as behind a prompt that has opened it. A tag between backticks is
  /// one that the model writes about.
  private static func lacksOpening(_ text: String) -> Bool {
    guard let close = text.range(ofBytes: "</think>") else { return false }
    let before = text[..<close]
    guard before.range(ofBytes: "<think>") == nil,
      before.range(ofBytes: "<|tool_call_start|>") == nil
    else { return false }
    return before.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "`") ? 1 : 0) } % 2 == 0
  }
}

extension StringProtocol {
  /// Where `needle`, which begins with a character of ASCII, first stands, byte for byte.
  fileprivate func range(ofBytes needle: String) -> String.Index? {
    let needle = Array(needle.utf8)
    var index = utf8.startIndex
    while let start = utf8[index...].firstIndex(of: needle[0]) {
      if utf8[start...].starts(with: needle) { return start }
      index = utf8.index(after: start)
    }
    return nil
  }
}
