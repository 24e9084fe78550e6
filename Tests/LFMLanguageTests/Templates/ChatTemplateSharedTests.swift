import Foundation
import LFMCheckpoint
import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Testing

/// The recorded prompts of the original templates, where the shared test data is.
@Suite(.enabled(if: TestFiles.hasShared("chat/renders.jsonl"), "needs ../shared/testdata"))
struct ChatTemplateSharedTests {
  @Test(arguments: [
    ("LFM2.5-8B-A1B.jinja", ChatTemplate.lfm25MoE), ("LFM2-8B-A1B.jinja", .lfm2MoE),
    ("LFM2.5-Instruct.jinja", .lfm25Instruct), ("leap-finetune-lfm2.jinja", .leapFinetuneLFM2),
    ("leap-finetune-lfm2_5.jinja", .leapFinetuneLFM25),
  ])
  func originalTemplatesAreRecognised(name: String, family: ChatTemplate) throws {
    let url = TestFiles.shared.appending(path: "chat/templates/" + name)
    let source = try String(contentsOf: url, encoding: .utf8)
    #expect(ChatTemplate.recognise(source: source) == .known(family))
  }

  /// That of launch day: today's, but for the tools.
  @Test func theTemplateOfLaunchDayIsRecognised() throws {
    let url = TestFiles.shared.appending(path: "chat/templates/LFM2.5-8B-A1B.jinja")
    let source = try String(contentsOf: url, encoding: .utf8)
    let start = try #require(source.range(of: "{%- if tools -%}")).lowerBound
    let end = try #require(source.range(of: "{%- if ns.system_prompt -%}")).lowerBound
    let block = [
      #"{%- if tools -%}"#,
      #"    {%- set ns.system_prompt = ns.system_prompt + ("\n\n" if ns.system_prompt else "") + "#
        + #""Today's date: " + strftime_now("%Y-%m-%d") + "\n\nList of tools: " + (tools | tojson) -%}"#,
      #"{%- endif -%}"#, "",
    ]
    let launch = source[..<start] + block.joined(separator: "\n") + source[end...]
    #expect(ChatTemplate.recognise(source: String(launch)) == .known(.lfm25MoELaunchDay))
  }

  /// Every line, the expected errors too.
  @Test func rendersAreRecordedRenders() throws {
    var rendered = 0
    var refused = 0
    for line in try TestFiles.lines(TestFiles.shared.appending(path: "chat/renders.jsonl")) {
      let name = try #require(line["template"]?.text)
      let family = try #require(ChatTemplate(named: name))
      let chat = try ChatReader().read(.object(line)).chat
      let text = try? family.render(chat, form: .dated).renderedText
      if let expected = line["rendered"]?.text {
        #expect(text?.isSame(as: expected) == true, "\(name) \(line["case"]?.text ?? "")")
        rendered += 1
      } else {
        #expect(text == nil, "\(name) \(line["case"]?.text ?? "")")
        refused += 1
      }
    }
    #expect(rendered == 199 && refused == 15)
  }

  private struct RecordedChat {
    let name: String
    let messages: [JSONValue]
    let tools: JSONValue
    let prefixes: [String]
    let withGenerationPrompt: String

    func render(_ count: Int, generates: Bool) throws -> String {
      try segments(count, generates: generates).renderedText
    }

    func segments(_ count: Int, generates: Bool) throws -> [PromptSegment] {
      let document = JSONObject([
        ("messages", .array(Array(messages.prefix(count)))), ("tools", tools),
        ("add_generation_prompt", .bool(generates)), ("preserve_thinking", .bool(true)),
      ])
      return try ChatTemplate.lfm25MoE.render(ChatReader().read(.object(document)).chat)
    }
  }

  private func recordedChats() throws -> (chats: [RecordedChat], document: JSONObject) {
    let url = TestFiles.shared.appending(path: "chat/lfm25-8b-a1b-chats.json")
    let document = try #require(JSONParser.parse(bytes: try TestFiles.bytes(url)).object)
    let chats = try #require(document["cases"]?.array).map { value in
      let item = try #require(value.object)
      let chat = try #require(item["chat"]?.object)
      let system = chat["system"].map {
        JSONValue.object(JSONObject([("role", .string("system")), ("content", $0)]))
      }
      return RecordedChat(
        name: try #require(item["name"]?.text),
        messages: (system.map { [$0] } ?? []) + (try #require(chat["messages"]?.array)),
        tools: chat["tools"] ?? .null,
        prefixes: try #require(item["prefixes"]?.array).compactMap(\.text),
        withGenerationPrompt: try #require(item["with_generation_prompt"]?.text))
    }
    return (chats, document)
  }

  /// With thinking preserved, the prompt of a conversation is a prefix of that of its continuation.
  @Test func prefixesAreRecordedPrefixes() throws {
    for chat in try recordedChats().chats {
      let offset = chat.messages.count + 1 - chat.prefixes.count
      for (index, prefix) in chat.prefixes.enumerated() where index + offset > 0 {
        let text = try chat.render(index + offset, generates: false)
        #expect(text.isSame(as: prefix), "\(chat.name) \(index)\n\(text)\n\(prefix)")
      }
      let whole = try chat.render(chat.messages.count, generates: true)
      #expect(whole.isSame(as: chat.withGenerationPrompt), "\(chat.name)")
    }
  }

  /// The recorded ids of one prompt, by LFM2.5's own tokenizer, have control tokens where our segments are special.
  @Test func controlTokensStandWhereTheRecordedOnesDo() throws {
    let (chats, document) = try recordedChats()
    let tokenized = try #require(document["tokenized"]?.object)
    let chat = try #require(chats.first { $0.name == tokenized["case"]?.text })
    let names = [
      124_894: "<|startoftext|>", 124_899: "<|im_start|>", 124_900: "<|im_end|>",
      124_901: "<think>",
      124_902: "</think>", 124_905: "<|tool_call_start|>", 124_906: "<|tool_call_end|>",
    ]
    let recorded = try #require(tokenized["ids"]?.array).compactMap { id -> String? in
      guard case .integer(let digits) = id, let number = Int(digits), number > 124_892 else {
        return nil
      }
      return names[number] ?? "?"
    }
    let specials = try chat.segments(chat.messages.count, generates: true).compactMap { segment in
      if case .special(let name) = segment { name } else { String?.none }
    }
    #expect(specials == recorded)
  }
}
