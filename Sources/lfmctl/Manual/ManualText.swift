// The language of manual pages, mdoc(7): text made harmless, paragraphs, lists of arguments.

import Foundation

/// A manual page that is being written.
struct ManualText {
  private(set) var text: String

  /// - Parameter date: as mdoc writes it.
  init(_ title: String, section: Int, date: String) {
    text = """
      .\\" Made from the programs' own definitions by `make manuals`; not to be edited.
      .Dd \(date)
      .Dt \(title.uppercased()) \(section)
      .Os

      """
  }

  /// A line of macros, which the caller has made.
  mutating func macro(_ line: String) { text += line + "\n" }

  mutating func section(_ title: String) { macro(".Sh \(title)") }

  mutating func name(_ name: String, _ abstract: String) {
    section("NAME")
    macro(".Nm \(name)")
    macro(".Nd \(Self.argument(Self.sentence(abstract)))")
  }

  /// Paragraphs; lines that are indented are shown as they are.
  mutating func prose(_ source: String, isFirst: Bool = true) {
    var needsParagraph = !isFirst
    for block in Self.blocks(source) {
      switch block {
      case .paragraph(let lines):
        if needsParagraph { macro(".Pp") }
        for line in lines.flatMap(Self.sentences) { macro(Self.line(line)) }
      case .literal(let lines):
        macro(".Bd -literal -offset indent")
        for line in lines { macro(line.isEmpty ? "" : Self.line(line)) }
        macro(".Ed")
      }
      needsParagraph = true
    }
  }

  /// Entries with their explanations. `tag` is what follows `.It`.
  mutating func list(_ entries: [(tag: String, text: String)]) {
    guard !entries.isEmpty else { return }
    macro(".Bl -tag -width Ds")
    for entry in entries {
      macro(".It \(entry.tag)")
      prose(entry.text)
    }
    macro(".El")
  }

  mutating func arguments(_ arguments: [CommandDescription.Argument]) {
    list(arguments.map { (tag: Self.tag($0), text: Self.explanation($0)) })
  }

  // MARK: - Pieces

  /// `Fl -max-tokens Ar n`, as mdoc writes it.
  static func tag(_ argument: CommandDescription.Argument) -> String {
    let value = argument.valueName.map { "Ar \(Self.argument($0))" } ?? ""
    guard argument.kind != .positional else { return value }
    let names = (argument.names ?? []).map { name in
      "Fl \(name.kind == "long" ? "-" : "")\(Self.argument(name.name))"
        + (argument.kind == .option ? " \(value)" : "")
    }
    return names.joined(separator: " , ")
  }

  static func explanation(_ argument: CommandDescription.Argument) -> String {
    var text = argument.abstract ?? ""
    if let more = argument.discussion { text += "\n\n" + more }
    if let values = argument.allValues, !values.isEmpty {
      text += "\n\nOne of " + values.joined(separator: ", ") + "."
    }
    if let value = argument.defaultValue { text += "\n\nDefault: " + value }
    return text
  }

  /// An abstract, as `.Nd` wants it: begun small, without a full stop.
  static func sentence(_ text: String) -> String {
    var text = text
    if text.last == "." { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// A line of text: no backslash acts, and no full stop or quote begins a macro.
  static func line(_ text: String) -> String {
    let safe = text.replacing("\\", with: "\\e")
    return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&" + safe : safe
  }

  /// A sentence begins a line of its own: mdoc sets the space between two.
  static func sentences(_ line: String) -> [String] {
    var sentences: [String] = []
    var rest = line[...]
    while let end = rest.firstRange(of: /[.!?][)"']? +/) {
      sentences.append(String(rest[..<end.upperBound]).trimmingCharacters(in: .whitespaces))
      rest = rest[end.upperBound...]
    }
    return rest.isEmpty ? sentences : sentences + [String(rest)]
  }

  /// Words on a line of macros: none of them is a macro, and quotes are none.
  static func argument(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("\"", with: "\\(dq")
      .split(separator: " ").map { word in
        let isShort = word.count <= 3 && word.first?.isUppercase == true
        let isMark = word.count == 1 && word.first?.isPunctuation == true
        return isShort || isMark ? "\\&" + word : String(word)
      }.joined(separator: " ")
  }

  enum Block: Equatable {
    case paragraph([String])
    case literal([String])
  }

  /// Lines in groups, by blank lines and by indentation. A blank line between two indented ones stays.
  static func blocks(_ source: String) -> [Block] {
    var blocks: [Block] = []
    var isNew = true
    for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
      let line = String(line)
      if line.allSatisfy(\.isWhitespace) {
        isNew = true
        continue
      }
      let isIndented = line.hasPrefix("  ")
      switch (blocks.last, isIndented) {
      case (.literal(let lines)?, true):
        blocks[blocks.count - 1] = .literal(lines + (isNew ? [""] : []) + [line])
      case (.paragraph(let lines)?, false) where !isNew:
        blocks[blocks.count - 1] = .paragraph(lines + [line])
      default: blocks.append(isIndented ? .literal([line]) : .paragraph([line]))
      }
      isNew = false
    }
    return blocks.map { block in
      guard case .literal(let lines) = block else { return block }
      let indent =
        lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
      return .literal(lines.map { String($0.dropFirst(indent)) })
    }
  }
}
