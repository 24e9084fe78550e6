import LFMGeneration
import Testing

@testable import lfmctl

@Suite struct ChatWordTests {
  @Test func wordsAreReadAndMessagesAreNot() throws {
    #expect(try ChatWord.read("hello") == nil)
    #expect(try ChatWord.read(" /help") == nil)
    #expect(try ChatWord.read("//help") == nil)
    #expect(ChatWord.unescaped("//help") == "/help")
    #expect(try ChatWord.read("/help") == .help)
    #expect(try ChatWord.read("/quit  ") == .quit)
    #expect(try ChatWord.read("/system  You are\na poet. ") == .system("You are\na poet."))
    #expect(try ChatWord.read("/system") == .system(nil))
    #expect(try ChatWord.read("/save a b.json") == .save("a b.json"))
    #expect(try ChatWord.read("/thinking hide") == .thinking(false))
    #expect(try ChatWord.read("/set") == .set(nil))
    #expect(try ChatWord.read("/set top-k 5") == .set((name: "top-k", value: "5")))
  }

  @Test(arguments: ["/", "/hlep", "/save", "/load  ", "/thinking", "/thinking loud", "/set a b c"])
  func whatIsWrongIsSaid(message: String) {
    #expect(throws: Failure.self) { try ChatWord.read(message) }
  }

  @Test func settingsAreCheckedAsFlagsAre() throws {
    var request = GenerationRequest(prompt: .chat(Chat(messages: [])))
    for (name, value) in [
      ("temperature", "0.5"), ("top-k", "3"), ("top-p", "0.5"), ("min-p", "0.1"),
      ("repetition-penalty", "1.5"), ("max-tokens", "9"), ("seed", "18446744073709551615"),
    ] {
      let setting = try #require(ChatSetting(rawValue: name))
      try setting.apply(value, to: &request)
      #expect(setting.text(in: request) == value)
    }
    let before = request
    for (setting, value) in [
      (ChatSetting.temperature, "-1"), (.temperature, "nan"), (.topK, "1.5"), (.topP, "2"),
      (.maxTokens, "0"), (.seed, "x"),
    ] {
      #expect(throws: Failure.self) { try setting.apply(value, to: &request) }
    }
    #expect(request == before)
    try ChatSetting.seed.apply("default", to: &request)
    try ChatSetting.maxTokens.apply("default", to: &request)
    #expect(request.sampling.seed == nil && request.maxTokens == nil)
  }
}
