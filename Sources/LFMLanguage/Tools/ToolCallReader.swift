import LFMGeneration

/// Reads tool calls out of what a model writes, while it is written.
///
/// Owns the markers (`<|tool_call_start|>`, `<|tool_call_end|>`), what is text and what is a block of calls, and the order of
/// events. What comes in is an answer without its thinking, special tokens as their text. However it is cut into pieces,
/// the events are the same, texts that follow each other taken as one; what could be the beginning of a marker is held back.
///
/// - A block ends at its end marker, at the bracket that closes its list if all in it is well written (the marker may be
///   missing), or with the text. The first end marker behind a block belongs to it.
/// - Models repeat a block behind its end, and close it again: exactly the same body, closed by a marker, is dropped.
/// - What cannot be read comes out as text that is marked as rejected, with a reason; nothing is left out or guessed.
package struct ToolCallReader: Sendable {
  /// In bytes, of one block.
  package static let longestBlock = 1 << 20

  static let opening = Array("<|tool_call_start|>".utf8)
  static let closing = Array("<|tool_call_end|>".utf8)

  private enum State {
    /// Outside of blocks; `matched` bytes of the opening marker have come.
    case text(matched: Int)
    case block
    /// Behind a block; its end marker, or an echo of it, may follow.
    case behind
  }

  private var check: ToolCallCheck?
  private var state = State.text(matched: 0)
  private var scanner = CallScanner()
  private var echo = BlockEcho(of: [], isClosed: true)
  /// Text that is certain and not given out yet.
  private var text: [UInt8] = []
  private var body: [UInt8] = []
  private var events: [ToolCallEvent] = []
  /// Calls of this block that have been announced.
  private var announced: [(name: String, arguments: PartialArguments)] = []
  /// Calls before this block, read or refused.
  private var firstIndex = 0

  /// - Parameters:
  ///   - tools: what calls are checked against; `nil` leaves them unchecked.
  ///   - isThorough: whether schemas are looked at whole, which takes time.
  package init(tools: [ToolDeclaration]? = nil, isThorough: Bool = false) {
    check = tools.map { ToolCallCheck($0, isThorough: isThorough) }
  }

  /// What is certain once `piece`, whole characters, has come.
  package mutating func consume(_ piece: String) -> [ToolCallEvent] {
    for byte in piece.utf8 { feed(byte) }
    return take()
  }

  /// What was held back, when no text follows. Calling it again gives nothing.
  package mutating func finish() -> [ToolCallEvent] {
    switch state {
    case .text(let matched):
      text += Self.opening[..<matched]
    case .block:
      endBlock(marker: [], isCutShort: true)
    case .behind:
      text += echo.held
    }
    state = .text(matched: 0)
    return take()
  }

  private mutating func take() -> [ToolCallEvent] {
    flushText()
    defer { events = [] }
    return events
  }

  private mutating func flushText() {
    guard !text.isEmpty else { return }
    events.append(.text(String(decoding: text, as: UTF8.self)))
    text = []
  }

  private mutating func feed(_ byte: UInt8) {
    switch state {
    case .text(let matched): feedText(byte, matched)
    case .block: feedBlock(byte)
    case .behind:
      switch echo.feed(byte) {
      case .wait: break
      case .dropped: echo = BlockEcho(of: echo.body, isClosed: true)
      case .failed:
        state = .text(matched: 0)
        let held = echo.held
        for byte in held { feed(byte) }
      }
    }
  }

  private mutating func feedText(_ byte: UInt8, _ matched: Int) {
    if byte == Self.opening[matched] {
      guard matched + 1 == Self.opening.count else {
        state = .text(matched: matched + 1)
        return
      }
      openBlock()
    } else {
      text += Self.opening[..<matched]
      // Only the marker's first byte can begin it anew.
      let begins = byte == Self.opening[0]
      if !begins { text.append(byte) }
      state = .text(matched: begins ? 1 : 0)
    }
  }

  private mutating func openBlock() {
    state = .block
    scanner = CallScanner()
    body = []
  }

  private mutating func feedBlock(_ byte: UInt8) {
    body.append(byte)
    if byte == UInt8(ascii: ">"), takeMarker() { return }
    switch scanner.feed(byte) {
    case .call(let name):
      flushText()
      events.append(.began(index: firstIndex + announced.count, name: name))
      announced.append((name, PartialArguments(start: body.count)))
    case .argument:
      if let last = announced.indices.last,
        let json = announced[last].arguments.read(body, upTo: body.count - 1)
      {
        events.append(.arguments(index: firstIndex + last, json: json))
      }
    case .closed:
      if let outcome = CallBlock.strict(body) {
        give(outcome, marker: [])
        return
      }
    case nil: break
    }
    if body.count >= Self.longestBlock {
      give(.refused("a block of calls is longer than \(Self.longestBlock) bytes"), marker: [])
    }
  }

  /// Ends the block if its bytes end with a marker.
  private mutating func takeMarker() -> Bool {
    if body.ends(with: Self.closing) {
      body.removeLast(Self.closing.count)
      endBlock(marker: Self.closing, isCutShort: false)
      return true
    }
    guard body.ends(with: Self.opening), !scanner.isInString else { return false }
    body.removeLast(Self.opening.count)
    if !body.allSatisfy(CallValueParser.isSpace) { endBlock(marker: [], isCutShort: true) }
    openBlock()
    return true
  }

  private mutating func endBlock(marker: [UInt8], isCutShort: Bool) {
    give(CallBlock.read(body, isCutShort: isCutShort), marker: marker)
  }

  /// Gives out what a block was, and goes on behind it.
  private mutating func give(_ outcome: CallBlock.Outcome, marker: [UInt8]) {
    flushText()
    let parts: [CallBlock.Part]
    switch outcome {
    case .parts(let found): parts = found
    case .refused(let reason): parts = [.rejected(0..<body.count, reason)]
    }
    let calls = parts.filter { if case .call = $0 { true } else { false } }
    if calls.isEmpty, let first = parts.first, case .rejected(_, let reason) = first {
      // The marker that may still come is text, too.
      let whole = Self.opening + body + marker
      let index = announced.isEmpty ? nil : firstIndex
      events.append(
        .rejected(index: index, text: String(decoding: whole, as: UTF8.self), reason: reason))
      state = .text(matched: 0)
    } else {
      for (offset, part) in parts.enumerated() { give(part, offset) }
      state = .behind
      echo = BlockEcho(of: body, isClosed: !marker.isEmpty)
    }
    firstIndex += max(parts.count, announced.count)
    announced = []
    body = []
  }

  private mutating func give(_ part: CallBlock.Part, _ offset: Int) {
    let index = firstIndex + offset
    switch part {
    case .call(let call):
      var whole = ToolCall(name: call.name, arguments: call.arguments)
      whole.problems = check?.problems(of: call) ?? []
      let begun = announced.indices.contains(offset) ? announced[offset] : nil
      if let begun, begun.name == call.name,
        let rest = begun.arguments.rest(of: whole.argumentsText)
      {
        events.append(.arguments(index: index, json: rest))
      } else {
        events.append(.began(index: index, name: call.name))
        events.append(.arguments(index: index, json: whole.argumentsText.text))
      }
      events.append(.completed(index: index, whole))
    case .rejected(let range, let reason):
      events.append(
        .rejected(
          index: index, text: String(decoding: body[range], as: UTF8.self), reason: reason))
    }
  }
}

extension [UInt8] {
  fileprivate func ends(with suffix: [UInt8]) -> Bool {
    count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
  }
}
