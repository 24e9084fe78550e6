import LFMGeneration
import LFMTokenizer

/// The families of chat templates that are rendered natively.
///
/// Owns which families there are and how a file's template is recognised as one. What a family writes is in the file
/// of its name. There is no Jinja interpreter: a template that is not known is refused, never guessed.
package enum ChatTemplate: String, CaseIterable, Sendable {
  /// LFM2.5-8B-A1B as of 2026-06: thinking, tool calls, no tool list markers.
  case lfm25MoE = "lfm2.5-8b-a1b"
  /// LFM2.5-8B-A1B as published on 2026-05-28: today's date before the tools.
  case lfm25MoELaunchDay = "lfm2.5-8b-a1b-launch"
  /// LFM2.5 instruct, such as LFM2.5-1.2B-Instruct: no tool calls, no markers, past thinking dropped.
  case lfm25Instruct = "lfm2.5-instruct"
  /// LFM2-8B-A1B and the rest of LFM2: tool lists and tool responses in markers, no thinking, no tool calls.
  case lfm2MoE = "lfm2-8b-a1b"
  /// What Liquid's leap-finetune trains LFM2 with.
  case leapFinetuneLFM2 = "leap-finetune-lfm2"
  /// What Liquid's leap-finetune trains LFM2.5 with: today's date, tool calls with strings as JSON.
  case leapFinetuneLFM25 = "leap-finetune-lfm2_5"

  /// The family called `name`, whatever its case.
  package init?(named name: String) {
    let name = name.lowercased()
    self.init(rawValue: Self.otherNames[name] ?? name)
  }

  private static let otherNames = [
    "lfm2": "lfm2-8b-a1b", "lfm2.5": "lfm2.5-8b-a1b",
    "leap-finetune-lfm2.5": "leap-finetune-lfm2_5",
  ]

  /// Whether the template writes the day on which it is rendered.
  package var writesDate: Bool { self == .lfm25MoELaunchDay || self == .leapFinetuneLFM25 }

  /// Renders a conversation into a prompt whose control tokens are segments of their own.
  ///
  /// - Throws: `invalidArgument` wherever the template itself fails, naming the place as a JSON pointer.
  package func render(
    _ chat: Chat, form: PromptForm = .template
  ) throws(GenerationFailure) -> [PromptSegment] {
    switch self {
    case .lfm25MoE: try LFM25Template.render(chat, .today, form)
    case .lfm25MoELaunchDay: try LFM25Template.render(chat, .launchDay, form)
    case .leapFinetuneLFM25: try LFM25Template.render(chat, .leapFinetune, form)
    case .lfm25Instruct: try LFM2Template(rules: .instruct).render(chat)
    case .lfm2MoE: try LFM2Template(rules: .lfm2).render(chat)
    case .leapFinetuneLFM2: try LFM2Template(rules: .leapFinetune).render(chat)
    }
  }
}

extension ChatTemplate {
  /// What a file's chat template turned out to be.
  package enum Recognition: Hashable, Sendable {
    case known(ChatTemplate)
    /// The SHA-256 of the template's text, in hexadecimal.
    case unknown(sha256: String)
    /// The file has no template.
    case missing
  }

  /// SHA-256 of each known template, without newlines at its end (Jinja drops one, and editors add one).
  private static let digests: [String: ChatTemplate] = [
    "6d65c8804847ad74eea912dd7eca3dc1cf7a457b53a77f47d841a14121910963": .lfm25MoE,
    "2294f49b51a0b9a1b0194add3f124237b5bd986599f43180eec49bba4de01365": .lfm2MoE,
    "46cd92afe7fee81fc1d71c19a140fd74d89e5e971b272230c5444475aa1b0bf9": .lfm25MoELaunchDay,
    "f05bf4b967dc993bdc7a2fe6e43759ee218eb0eb340d68b063e1c4f8ad148176": .lfm25Instruct,
    "bc54590a41db7b31aba7b130fb7167477b8862ab6222e32a8f48f44b6da3f2d7": .leapFinetuneLFM2,
    "652d6b7634ff225dc5a1d33354d4217367e15d5e6d9027e4f2ed60aeed54b4e6": .leapFinetuneLFM25,
    // Tools/demo-model/chat-template.jinja: the same layout, written anew.
    "b014e3c9ec741c699ba10e66441a910c8dfc133fed2970e7e8201489025d76fa": .lfm25MoE,
  ]

  /// Recognises the text of a template, such as GGUF's `tokenizer.chat_template`; `nil` if the file has none.
  package static func recognise(source: String?) -> Recognition {
    guard let source else { return .missing }
    var bytes = Array(source.utf8)
    let whole = SHA256.hexadecimal(of: bytes)
    while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    let digest = SHA256.hexadecimal(of: bytes)
    return digests[digest].map { .known($0) } ?? .unknown(sha256: whole)
  }
}

extension ChatTemplate.Recognition {
  /// The family, or why there is none and what to do.
  package var result: Result<ChatTemplate, GenerationFailure> {
    let families = ChatTemplate.allCases.map(\.rawValue).joined(separator: ", ")
    switch self {
    case .known(let template):
      return .success(template)
    case .unknown(let sha256):
      return .failure(
        GenerationFailure(
          .failedPrecondition,
          "the model's chat template (sha256 \(sha256)) is not one that is known; "
            + "name the family it is like (\(families)), or send text without a template"))
    case .missing:
      return .failure(
        GenerationFailure(
          .failedPrecondition,
          "the model's file has no chat template; "
            + "name a family (\(families)), or send text without a template"))
    }
  }
}
