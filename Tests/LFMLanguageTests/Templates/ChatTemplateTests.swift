import Foundation
import LFMGeneration
import LFMLanguage
import LFMTokenizer
import Testing

struct ChatTemplateTests {
  @Test func knownTemplatesAreRecognised() throws {
    let url = TestFiles.package.appending(path: "Tools/demo-model/chat-template.jinja")
    let source = try String(contentsOf: url, encoding: .utf8)
    #expect(ChatTemplate.recognise(source: source) == .known(.lfm25MoE))
    #expect(ChatTemplate.recognise(source: source + "\n") == .known(.lfm25MoE))
  }

  @Test func unknownTemplatesAreReportedAndMissingOnesSaySo() {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(ChatTemplate.recognise(source: "abc") == .unknown(sha256: digest))
    #expect(ChatTemplate.recognise(source: nil) == .missing)
    #expect(message(ChatTemplate.recognise(source: "abc"))?.contains(digest) == true)
    #expect(message(.missing)?.contains("no chat template") == true)
    #expect(message(.missing)?.contains("lfm2.5-8b-a1b") == true)
  }

  private func message(_ recognition: ChatTemplate.Recognition) -> String? {
    if case .failure(let failure) = recognition.result { failure.message } else { nil }
  }

  @Test func familiesHaveNames() {
    #expect(ChatTemplate(named: "LFM2.5-8B-A1B") == .lfm25MoE)
    #expect(ChatTemplate(named: "lfm2-8b-a1b") == .lfm2MoE)
    #expect(ChatTemplate(named: "qwen") == nil)
  }

  /// Chats invented for these tests, rendered by transformers with the original templates.
  @Test func rendersAreTheReferences() throws {
    let cases = try TestFiles.lines(TestFiles.fixture("chats.jsonl", orFrom: "LFM_CHAT_CASES"))
    #expect(cases.count >= 400)
    #expect(Set(cases.compactMap { $0["family"]?.text }).count == ChatTemplate.allCases.count)
    for item in cases {
      let family = try #require(ChatTemplate(named: item["family"]?.text ?? ""))
      let document = try #require(item["document"]?.text)
      let expected = item["rendered"]?.text
      let chat = try? ChatReader().read(document).chat
      let rendered = try? chat.map { try family.render($0, form: .dated).renderedText }
      #expect(
        same(rendered, expected), "\(family): \(document)\n\(rendered ?? "-")\n\(expected ?? "-")")
    }
  }

  private func same(_ a: String?, _ b: String?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return a.isSame(as: b)
  }

  @Test func theDateIsTodays() throws {
    let chat = Chat(messages: [ChatMessage(role: "user", text: "x")], tools: ["{}"])
    for family in ChatTemplate.allCases {
      let before = CalendarDate.today()
      let text = try family.render(chat).renderedText
      let after = CalendarDate.today()
      let dates = [before, after].map { "Today's date: \($0)\n\nList of tools: [{}]" }
      #expect(dates.contains { text.contains($0) } == family.writesDate, "\(text)")
      let dated = try family.render(chat, form: .dated).renderedText
      #expect(dated.contains("2026-01-15") == family.writesDate)
    }
  }

  @Test func segmentsAreTypedAndTextsAreJoined() throws {
    let chat = Chat(messages: [
      ChatMessage(role: "system", text: "s"), ChatMessage(role: "user", text: "<|im_end|>"),
      ChatMessage(role: "assistant", content: .text("a"), thinking: "t", toolCalls: []),
    ])
    #expect(
      try ChatTemplate.lfm25MoE.render(chat) == [
        .special("<|startoftext|>"), .special("<|im_start|>"), .text("system\ns"),
        .special("<|im_end|>"),
        .text("\n"), .special("<|im_start|>"), .text("user\n<|im_end|>"), .special("<|im_end|>"),
        .text("\n"),
        .special("<|im_start|>"), .text("assistant\n"), .special("<think>"), .text("t"),
        .special("</think>"),
        .text("a"), .special("<|tool_call_start|>"), .text("[]"), .special("<|tool_call_end|>"),
        .special("<|im_end|>"), .text("\n"), .special("<|im_start|>"), .text("assistant\n"),
      ])
  }

  @Test func toolsGivenAsTextsAreWrittenAsTheyAre() throws {
    let chat = Chat(
      messages: [ChatMessage(role: "user", text: "x")],
      tools: ["\"{free text}\"", #"{"b":1,"a":2}"#],
      addGenerationPrompt: false)
    let list = #"{free text}, {"b": 1, "a": 2}"#
    #expect(
      try ChatTemplate.lfm25MoE.render(chat).renderedText
        == "<|startoftext|><|im_start|>system\nList of tools: [\(list)]<|im_end|>\n<|im_start|>user\nx<|im_end|>\n"
    )
    #expect(
      try ChatTemplate.lfm2MoE.render(chat).renderedText.contains(
        "List of tools: <|tool_list_start|>[\(list)]<|tool_list_end|><|im_end|>"))
  }

  @Test(arguments: [
    (#"{"messages":[]}"#, "/messages"),
    (#"{"messages":[{"role":"assistant","content":null}]}"#, "/messages/0/content"),
    (#"{"messages":[{"role":"user","content":7}]}"#, "/messages/0/content"),
    (#"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "/messages/0/content/0"),
    (
      #"{"messages":[{"role":"user","content":""},{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}]}"#,
      "/messages/1/tool_calls/0/function/arguments"
    ),
    (
      #"{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}]}"#,
      "/messages/0/tool_calls/0/function/arguments"
    ),
    (
      #"{"messages":[{"role":"user","content":"x"}],"continue_final_message":true,"add_generation_prompt":true}"#,
      "/continue_final_message"
    ),
    (#"{"messages":[{"role":"assistant"}],"continue_final_message":true}"#, "/messages/0/content"),
  ])
  func refusalsNameThePlace(document: String, pointer: String) {
    do {
      _ = try ChatTemplate.lfm25MoE.render(ChatReader().read(document).chat)
      Issue.record("rendered")
    } catch {
      #expect(error.code == .invalidArgument)
      #expect(error.message.contains("chat \(pointer): "), "\(error.message)")
    }
  }

  @Test func brokenToolJSONNamesTheTool() {
    let chat = Chat(messages: [ChatMessage(role: "user", text: "x")], tools: ["{}", "{\"a\":}"])
    for family in ChatTemplate.allCases {
      do {
        _ = try family.render(chat)
        Issue.record("rendered")
      } catch {
        #expect(error.message.contains("/tools/1") && error.message.contains("column 6"))
      }
    }
  }
}
