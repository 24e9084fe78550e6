// What a tool's run is to the model, and to the person who watches.

import LFMLanguage

enum ToolResult {
  /// What the model is told instead of a result.
  static func error(_ sentence: String) -> String {
    JSONValue(members: [("error", .string(sentence))]).serialized
  }

  static func text(of outcome: ToolProcess.Outcome) -> String {
    var bytes = outcome.output[...]
    var note = ""
    if outcome.leftOut > 0 {
      bytes = wholeCharacters(bytes)
      let count = outcome.output.count - bytes.count + outcome.leftOut
      note = " … (cut: \(count) more bytes are left out)"
    }
    while bytes.last == 0x0A { bytes.removeLast() }
    let output = String(decoding: bytes, as: UTF8.self) + note
    guard outcome.ending != .exited(0) else { return output }
    var members: [(String, JSONValue)] = [
      ("error", .string("the tool " + outcome.ending.sentence))
    ]
    if !output.isEmpty { members.append(("output", .string(output))) }
    if !outcome.complaint.isEmpty {
      members.append(("standard_error", .string(outcome.complaint)))
    }
    return JSONValue(members: members).serialized
  }

  /// The text without the beginning of a character that a cut has left at its end, at most three bytes.
  private static func wholeCharacters(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    for length in 1...3 {
      guard let byte = bytes.dropLast(length - 1).last else { return bytes }
      if byte & 0xC0 == 0x80 { continue }
      let width = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      return width > length ? bytes.dropLast(length) : bytes
    }
    return bytes
  }

  /// Characters of a result that people are told.
  private static let longestSummary = 200

  /// A result in few words, for people: its first line.
  static func summary(_ result: String) -> String {
    let line = result.drop(while: \.isNewline).prefix { !$0.isNewline }
    let text = String(line.unicodeScalars.prefix(longestSummary))
    if text.isEmpty { return "nothing" }
    return text.utf8.count == result.utf8.count
      ? text : "\(text) … (\(result.utf8.count) bytes in all)"
  }
}

extension ToolProcess.Ending {
  var sentence: String {
    switch self {
    case .exited(let code): "ended with exit code \(code)"
    case .signalled(let number): "was ended by signal \(number)"
    case .timedOut: "took too long and was ended"
    case .unknown: "ended, and how is not known"
    }
  }
}
