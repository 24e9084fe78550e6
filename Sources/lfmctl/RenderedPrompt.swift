// A rendered prompt in the forms in which a person or a program looks at it.

import Foundation
import LFMLanguage
import LFMTokenizer

/// A prompt whose control tokens are told from text.
struct RenderedPrompt {
  let segments: [PromptSegment]

  var text: String { segments.renderedText }

  /// `{"segments":[{"control":true,"text":"<|im_start|>"},…]}`.
  var json: String {
    let items = segments.map { segment in
      switch segment {
      case .special(let text): Self.item(isControl: true, text)
      case .text(let text): Self.item(isControl: false, text)
      case .token(let id): JSONValue(members: [("control", .bool(true)), ("id", .whole(Int(id)))])
      }
    }
    return JSONValue(members: [("segments", .array(items))]).serialized
  }

  private static func item(isControl: Bool, _ text: String) -> JSONValue {
    JSONValue(members: [("control", .bool(isControl)), ("text", .string(text))])
  }

  var textForPeople: String {
    let environment = ProcessInfo.processInfo.environment
    let isPlain =
      !StandardOutput.isTerminal || !(environment["NO_COLOR"] ?? "").isEmpty
      || environment["TERM"] == "dumb"
    return isPlain ? bracketed : coloured
  }

  /// Control tokens in double brackets, and nothing else different.
  var bracketed: String {
    segments.map { segment in
      switch segment {
      case .special(let text): "⟦\(text)⟧"
      case .token(let id): "⟦\(id)⟧"
      case .text(let text): text
      }
    }.joined()
  }

  /// Control tokens bold on blue. Text cannot bring colours of its own.
  var coloured: String {
    let pieces = segments.map { segment in
      switch segment {
      case .special(let text): Self.highlighted(text)
      case .token(let id): Self.highlighted("\(id)")
      case .text(let text): TerminalText.fit(text, isTerminal: true)
      }
    }
    return pieces.joined() + "\n"
  }

  private static func highlighted(_ text: String) -> String { "\u{1b}[1;97;44m\(text)\u{1b}[0m" }
}
