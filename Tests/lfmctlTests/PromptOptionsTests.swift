import ArgumentParser
import Foundation
import LFMGeneration
import Testing

@testable import lfmctl

@Suite struct PromptOptionsTests {
  @Test(
    arguments: [
      ([], "q", "q"), (["d"], nil, "d"), (["d\n\n"], "q\n", "d\n\nq\n"),
      (["a\r\n", "b"], "q", "a\n\nb\n\nq"), (["\n\n"], "q", "\n\nq"),
    ] as [([String], String?, String)])
  func documentsStandBeforeTheQuestion(documents: [String], question: String?, expected: String) {
    #expect(PromptOptions.joined(documents: documents, question: question) == expected)
  }

  @Test func nothingIsNothing() {
    #expect(PromptOptions.joined(documents: [], question: nil) == nil)
  }

  @Test func flagsMakeAConversation() throws {
    let options = try PromptOptions.parse(["--no-stdin", "--system", "Be brief.", "Hello"])
    #expect(
      try options.makePrompt()
        == .chat(
          Chat(messages: [
            ChatMessage(role: "system", text: "Be brief."),
            ChatMessage(role: "user", text: "Hello"),
          ])))
  }

  @Test func rawTextAndTokensStayAsTheyAre() throws {
    #expect(
      try PromptOptions.parse(["--no-stdin", "--raw", "--special", "<|a|>\n"]).makePrompt()
        == .text("<|a|>\n", parsesSpecialTokens: true))
    #expect(
      try PromptOptions.parse(["--no-stdin", "--raw", "--tokens", "3,1"]).makePrompt()
        == .tokens([3, 1]))
  }

  @Test(arguments: [["--no-stdin"], ["--no-stdin", ""], ["--no-stdin", "--raw", ""]])
  func anEmptyPromptIsWrongUsage(arguments: [String]) throws {
    let options = try PromptOptions.parse(arguments)
    let failure = #expect(throws: Failure.self) { try options.makePrompt() }
    #expect(failure?.status == .usage)
  }

  @Test(arguments: [
    ["--tokens", "1"], ["--special", "x"], ["--raw", "--system", "s", "x"],
    ["--raw", "--messages", "m"], ["--raw", "--tokens", "1", "x"], ["--file", "-", "--file", "-"],
    ["--file", "-", "--messages", "-"],
  ])
  func flagsThatContradictAreRefused(arguments: [String]) {
    #expect(throws: (any Error).self) { try PromptOptions.parse(arguments) }
  }

  /// `generate --tools -` and the like: what is piped in is no prompt then.
  @Test func standardInputIsReadOnce() throws {
    let failure = #expect(throws: Failure.self) {
      try PromptOptions.parse([]).makePrompt(leavesInput: true)
    }
    #expect(failure?.status == .usage)
    #expect(
      try PromptOptions.parse(["q"]).makePrompt(leavesInput: true)
        == .chat(Chat(messages: [ChatMessage(role: "user", text: "q")])))
    for arguments in [
      ["--tools", "-", "--file", "-"], ["--tools", "-", "--schema", "-"],
      ["--grammar", "-", "--messages", "-"],
    ] {
      #expect(throws: (any Error).self) { try GenerateCommand.parse(arguments) }
    }
    #expect(try GenerateCommand.parse(["--tools", "-", "q"]).control.inputCount == 1)
  }

  @Test(arguments: [["--tool-timeout", "0"], ["--max-rounds", "0"], ["--max-result", "0"]])
  func limitsOfAnAgentAreLimits(arguments: [String]) throws {
    #expect(throws: (any Error).self) { try AgentCommand.parse(["--tools", "t", "q"] + arguments) }
    #expect(try AgentCommand.parse(["--tools", "t", "q"]).maxResult == 16_384)
  }

  @Test func samplingFlagsReachTheRequest() throws {
    let options = try SamplingOptions.parse([
      "--temperature", "0", "--top-k", "3", "--top-p", "0.5", "--min-p", "0.1",
      "--repetition-penalty", "2", "--seed", "18446744073709551615", "--stop", "a", "--stop", "b",
      "--max-tokens", "9", "--ignore-end", "--top-log-probabilities", "2",
    ])
    let request = try options.makeRequest(.tokens([1]), reportsTokens: true)
    #expect(
      request
        == GenerationRequest(
          prompt: .tokens([1]),
          sampling: SamplingParameters(
            temperature: 0, topK: 3, topP: 0.5, minP: 0.1, repetitionPenalty: 2, seed: .max),
          stop: StopParameters(strings: ["a", "b"], ignoresEndOfGeneration: true), maxTokens: 9,
          topLogProbabilities: 2, reportsTokens: true))
    let plain = try SamplingOptions.parse([]).makeRequest(.tokens([1]), reportsTokens: false)
    #expect(plain == GenerationRequest(prompt: .tokens([1])))
  }
}
