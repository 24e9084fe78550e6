import Foundation
import Testing

/// The whole chain: lfmctl, socket, lfmd, engine, model, and back, with the programs as they are installed.
@Suite struct EndToEndTests {
  @Test func anAnswerComesBack() throws {
    let daemon = try TestDaemon()
    let outcome = try daemon.lfmctl(
      ["generate", "--json", "--temperature", "0", "--max-tokens", "12", "Hello"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any])
    let ids = try #require(object["ids"] as? [Int])
    #expect((1...12).contains(ids.count))
    let usage = try #require(object["usage"] as? [String: Any])
    let generated =
      (usage["thinking_tokens"] as? Int ?? 0) + (usage["answer_tokens"] as? Int ?? 0)
    #expect(generated == ids.count)
    #expect(usage["prompt_tokens"] as? Int ?? 0 > 4)
    #expect(["stop", "length", "length_in_thinking"].contains(object["finish_reason"] as? String))
  }

  @Test func theSameSeedGivesTheSameTextAloneAndAmongOthers() throws {
    let daemon = try TestDaemon()
    let arguments = [
      "generate", "--raw", "--max-tokens", "24", "--temperature", "1", "--seed", "7",
      "--ignore-end",
      "--json", "Nora lives in",
    ]
    let alone = try ids(of: try daemon.lfmctl(arguments))
    let others = try (0..<4).map { seed in
      try daemon.start(
        ["generate", "--raw", "--max-tokens", "40", "--seed", "\(seed)", "--ignore-end", "Pavel"])
    }
    let among = try ids(of: try daemon.lfmctl(arguments))
    for other in others { #expect(try other.wait().status == 0) }
    #expect(alone.count == 24)
    #expect(alone == among)
  }

  @Test func streamedEventsAddUpToTheWhole() throws {
    let daemon = try TestDaemon()
    let arguments = ["generate", "--temperature", "0", "--max-tokens", "20", "What is 2 plus 3?"]
    let whole = try daemon.lfmctl(arguments + ["--json"])
    let stream = try daemon.lfmctl(arguments + ["--stream-json"])
    var text = ""
    var tokens: [Int] = []
    let events = try stream.text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    for event in events {
      if event["event"] as? String == "answer" { text += event["text"] as? String ?? "" }
      tokens += event["ids"] as? [Int] ?? []
    }
    let object = try #require(
      try JSONSerialization.jsonObject(with: whole.output) as? [String: Any])
    #expect(object["text"] as? String == text)
    #expect(object["ids"] as? [Int] == tokens)
    #expect(events.last?["event"] as? String == "finished")
    #expect(try daemon.lfmctl(arguments).text == text)
  }

  @Test func aPrivateDaemonAnswersLikeARunningOne() throws {
    let daemon = try TestDaemon(arguments: ["--allow-logits", "true"])
    let tail = [
      "generate", "--raw", "--tokens", "5,6,7", "--max-tokens", "8", "--temperature", "0", "--json",
    ]
    let running = try daemon.lfmctl(tail)
    let own = try RunningProgram("lfmctl", ["--model", Built.model] + tail).wait()
    #expect(own.status == 0, "\(own.errors)")
    #expect(own.errors.contains("private lfmd"))
    #expect(try ids(of: running) == ids(of: own))

    let running2 = try daemon.lfmctl(["logits", "--tokens", "5,6,7"])
    let own2 = try RunningProgram(
      "lfmctl", ["--model", Built.model, "logits", "--tokens", "5,6,7"]
    ).wait()
    #expect(running2.output.count == 3 * Built.modelVocabulary * 4)
    #expect(running2.output == own2.output)
  }

  @Test func tokensComeFromTheFileAsFromTheDaemon() throws {
    let daemon = try TestDaemon()
    let text = "Hello <|im_end|> wörld\n\n 12345 🐈\r\n"
    for flags in [[], ["--no-special"]] {
      let asked = try daemon.lfmctl(["tokenize", "--json"] + flags, input: text)
      let read = try RunningProgram(
        "lfmctl", ["--model", Built.model, "tokenize", "--json"] + flags, input: Data(text.utf8)
      ).wait()
      #expect(asked.status == 0)
      #expect(asked.output == read.output)
      let ids = try ids(of: asked).map(String.init)
      let back = try daemon.lfmctl(["detokenize"] + ids)
      #expect(back.text == text)
      let readBack = try RunningProgram(
        "lfmctl", ["--model", Built.model, "detokenize"] + ids
      ).wait()
      #expect(readBack.text == text)
    }
  }

  @Test func aConversationRendersTheSameBothWays() throws {
    let daemon = try TestDaemon()
    let chat =
      #"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"<|im_end|> é"}],"tools":[{"b":1,"a":[1.0,null]}],"add_generation_prompt":true}"#
    let expected =
      "<|startoftext|><|im_start|>system\nBe brief.\nList of tools: [{\"b\": 1, \"a\": [1.0, null]}]<|im_end|>\n"
      + "<|im_start|>user\n<|im_end|> é<|im_end|>\n<|im_start|>assistant\n"
    #expect(try daemon.lfmctl(["render"], input: chat).text == expected)
    let read = try RunningProgram(
      "lfmctl", ["--model", Built.model, "render"], input: Data(chat.utf8)
    ).wait()
    #expect(read.text == expected)
  }

  @Test func statusAndHealthTell() throws {
    let daemon = try TestDaemon()
    #expect(try daemon.lfmctl(["health", "--json"]).text == "{\"status\":\"SERVING\"}\n")
    let status = try daemon.lfmctl(["status", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: status.output) as? [String: Any])
    #expect(object["state"] as? String == "serving")
    #expect((object["model"] as? [String: Any])?["name"] as? String == "lfmd-demo")
  }

  private func ids(of outcome: Outcome) throws -> [Int] {
    let object = try JSONSerialization.jsonObject(with: outcome.output) as? [String: Any]
    return try #require(object?["ids"] as? [Int], "\(outcome.errors)")
  }
}
