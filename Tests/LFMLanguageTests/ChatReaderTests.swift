import Foundation
import LFMGeneration
import LFMLanguage
import Testing

struct ChatReaderTests {
  private func read(_ document: String) throws -> Chat { try ChatReader().read(document).chat }

  @Test func absentNullAndEmptyAreDifferent() throws {
    func content(_ json: String) throws -> ChatContent? {
      try read(#"{"messages":[{"role":"assistant"\#(json)}]}"#).messages[0].content
    }
    #expect(try content("") == nil)
    #expect(try content(#","content":null"#) == .json("null"))
    #expect(try content(#","content":"""#) == .text(""))
    #expect(try content(#","content":[]"#) == .parts([]))
    #expect(try content(#","content":{"a":1}"#) == .json(#"{"a": 1}"#))
    func calls(_ json: String) throws -> [ChatToolCall]? {
      try read(#"{"messages":[{"role":"assistant"\#(json)}]}"#).messages[0].toolCalls
    }
    #expect(try calls("") == nil)
    #expect(try calls(#","tool_calls":[]"#) == [])
    #expect(throws: GenerationFailure.self) { try calls(#","tool_calls":null"#) }
  }

  @Test func partsKeepWhatTheyHold() throws {
    let chat = try read(
      #"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"text":"b","type":"text"},{"type":"image"}]}]}"#
    )
    #expect(
      chat.messages[0].content
        == .parts([
          .text("a"), .json(#"{"text": "b", "type": "text"}"#), .json(#"{"type": "image"}"#),
        ]))
  }

  @Test func openAIFormsAreRead() throws {
    let chat = try read(
      """
      {"messages": [{"role": "assistant", "content": null, "refusal": null, "tool_calls": [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\\"a\\":1}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": "ok"}],
       "tools": [{"type": "function"}, "text"], "tool_choice": "auto"}
      """)
    #expect(chat.messages[0].toolCalls == [ChatToolCall(name: "f", arguments: #""{\"a\":1}""#)])
    #expect(chat.tools == [#"{"type": "function"}"#, #""text""#])
    #expect(chat.addGenerationPrompt && !chat.preserveThinking && !chat.continueFinalMessage)
  }

  @Test func reasoningIsThinkingWhereThatIsAbsent() throws {
    func thinking(_ fields: String) throws -> String? {
      try read(#"{"messages":[{"role":"assistant","content":"",\#(fields)}]}"#).messages[0].thinking
    }
    #expect(try thinking(#""thinking":"t","reasoning_content":"r""#) == "t")
    #expect(try thinking(#""reasoning_content":"r","reasoning":"s""#) == "r")
    #expect(try thinking(#""reasoning_content":null,"reasoning":"s""#) == "s")
    #expect(try thinking(#""reasoning_content":null"#) == nil)
    #expect(throws: GenerationFailure.self) { try thinking(#""thinking":null,"reasoning":"s""#) }
  }

  @Test func variablesMayStandInside() throws {
    let read = try ChatReader(addsGenerationPrompt: false).read(
      #"{"messages":[{"role":"user","content":""}],"kwargs":{"preserve_thinking":true,"x":1},"bos_token":"b"}"#
    )
    #expect(read.chat.preserveThinking && !read.chat.addGenerationPrompt)
    #expect(read.ignoredFields == ["bos_token", "x"])
  }

  @Test func aListIsItsMessages() throws {
    #expect(
      try read(#"[{"role":"user","content":"x"}]"#).messages == [
        ChatMessage(role: "user", text: "x")
      ])
  }

  @Test func theFieldToContinueMayBeNamed() throws {
    let messages =
      #""messages":[{"role":"assistant","thinking":"t","content":"c","tool_calls":[]}]"#
    let chat = try read(#"{\#(messages),"continue_final_message":"thinking"}"#)
    #expect(chat.continueFinalMessage && !chat.addGenerationPrompt)
    #expect(chat.messages == [ChatMessage(role: "assistant", thinking: "t")])
    #expect(
      try read(#"{\#(messages),"continue_final_message":"content"}"#).messages[0].content
        == .text("c"))
    #expect(try !read(#"{\#(messages),"continue_final_message":false}"#).continueFinalMessage)
  }

  @Test(arguments: [
    ("7", ""), ("{}", "/messages"), (#"{"messages":{}}"#, "/messages"),
    (#"{"messages":[1]}"#, "/messages/0"),
    (#"{"messages":[{"content":"x"}]}"#, "/messages/0/role"),
    (#"{"messages":[{"role":null}]}"#, "/messages/0/role"),
    (#"{"messages":[{"role":"user"}],"tools":{}}"#, "/tools"),
    (#"{"messages":[{"role":"user"}],"tools":[1]}"#, "/tools/0"),
    (#"{"messages":[{"role":"user"}],"kwargs":1}"#, "/kwargs"),
    (#"{"messages":[{"role":"user"}],"add_generation_prompt":"yes"}"#, "/add_generation_prompt"),
    (#"{"messages":[{"role":"user"}],"continue_final_message":"role"}"#, "/continue_final_message"),
    (
      #"{"messages":[{"role":"assistant","tool_calls":[{}]}]}"#, "/messages/0/tool_calls/0/function"
    ),
    (
      #"{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":{}}}]}]}"#,
      "/messages/0/tool_calls/0/function/name"
    ),
  ])
  func refusalsNameThePlace(document: String, pointer: String) {
    do {
      _ = try ChatReader().read(document)
      Issue.record("read")
    } catch {
      #expect(
        error.code == .invalidArgument
          && error.message.hasPrefix(pointer.isEmpty ? "chat: " : "chat \(pointer): "),
        "\(error.message)")
    }
  }

  @Test func theDayMayBeGiven() throws {
    let document = #"{"messages":[{"role":"user"}],"strftime_now":"2026-01-15"}"#
    let read = try ChatReader().read(document)
    #expect(read.date == CalendarDate("2026-01-15") && read.ignoredFields.isEmpty)
    #expect(throws: GenerationFailure.self) {
      try ChatReader().read(#"{"messages":[{"role":"user"}],"strftime_now":"today"}"#)
    }
  }

  @Test func syntaxErrorsHaveALineAndNoText() {
    do {
      _ = try ChatReader().read("{\"messages\":\n [{\"role\": \"secret\" x]}")
      Issue.record("read")
    } catch {
      #expect(
        error.message.contains("line 2, column 21") && !error.message.contains("secret"),
        "\(error.message)")
    }
    #expect(throws: GenerationFailure.self) { try ChatReader().read(bytes: [0xFF]) }
  }

  /// Damaged documents: a prompt or a failure, never a trap.
  @Test func damagedDocumentsAreReadOrRefused() throws {
    let cases = try TestFiles.lines(TestFiles.fixtures.appending(path: "chats.jsonl"))
    let tokens = [
      "null", "{}", "[]", "7", "true", "\"\"", ",", "}", "]", "\"role\"", "\\", "\u{FF}",
    ].map { Array($0.utf8) }
    var random = SeededGenerator(seed: 8)
    var rendered = 0
    for item in cases {
      let document = Array((item["document"]?.text ?? "").utf8)
      for _ in 0..<20 {
        let start = Int.random(in: 0..<document.count, using: &random)
        let end = min(document.count, start + Int.random(in: 0...12, using: &random))
        var damaged = document
        damaged.replaceSubrange(start..<end, with: tokens.randomElement(using: &random) ?? [])
        guard let chat = try? ChatReader().read(bytes: damaged).chat else { continue }
        for family in ChatTemplate.allCases where (try? family.render(chat)) != nil {
          rendered += 1
        }
      }
    }
    #expect(rendered > 100)
  }
}
