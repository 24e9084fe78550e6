// What a request asks of the output: thinking within its budget, constraints, calls of tools.
import Dispatch
import LFMGeneration
import LFMLanguage
import Testing

@testable import LFMEngine

@Suite(.timeLimit(.minutes(2))) struct EngineOutputTests {
  typealias T = TestTokenizer

  /// Thinks `a` for ever; once the thinking is closed, says so and ends.
  private static let thinker = ScriptedModel { history in
    guard let open = history.lastIndex(of: T.think) else {
      return ScriptedModel.favouring(T.think)
    }
    guard let close = history[open...].firstIndex(of: T.thinkEnd) else {
      return ScriptedModel.favouring(97)
    }
    let answer = T.tokens("\nSo.") + [T.turnEnd]
    return ScriptedModel.favouring(answer[min(history.count - 1 - close, answer.count - 1)])
  }

  /// Says what it is set on, whatever came.
  private static func stubborn(_ answer: [TokenID], prompt: Int = 1) -> ScriptedModel {
    ScriptedModel { history in
      ScriptedModel.favouring(answer[min(history.count - prompt, answer.count - 1)])
    }
  }

  @Test(arguments: [0, 1, 3])
  func `Thinking ends at its budget and the answer begins`(_ budget: Int) async throws {
    let harness = try EngineHarness(Self.thinker)
    for reports in [false, true] {
      var request = GenerationRequest.greedy("x", maxTokens: 50)
      request.thinking.maxTokens = budget
      request.topLogProbabilities = reports ? 1 : 0
      let events = await harness.run(request)
      #expect(events.thinking == String(repeating: "a", count: budget))
      #expect(events.answer == "So.")
      let summary = try #require(events.summary)
      #expect(summary.reason == .stop && summary.thinkingEnd == .budget)
      #expect(summary.usage.thinkingTokens == budget + 2)
      // Where each token's probability is wanted, each has a step.
      #expect(summary.usage.forcedTokens == (reports ? 0 : 1))
    }
  }

  @Test func `Thinking that the model closes itself is said to be so`() async throws {
    let answer = [T.think] + T.tokens("hm") + [T.thinkEnd] + T.tokens("Yes") + [T.turnEnd]
    let harness = try EngineHarness(ScriptedModel(prompt: 1, answer: answer))
    var request = GenerationRequest.greedy("x")
    request.thinking.maxTokens = 2
    #expect(await harness.run(request).summary?.thinkingEnd == .budget)
    request.thinking.maxTokens = 3
    #expect(await harness.run(request).summary?.thinkingEnd == .model)
    let silent = try EngineHarness(ScriptedModel(prompt: 1, answer: T.tokens("Yes")))
    #expect(await silent.run(request).summary?.thinkingEnd == ThinkingEnd.none)
  }

  @Test func `The caller ends the thinking of a running call`() async throws {
    let harness = try EngineHarness(Self.thinker)
    let listener = harness.start(.greedy("x", maxTokens: 4000))
    await listener.until { $0.thinking.count > 3 }
    listener.control?.endThinking()
    let events = await listener.end()
    #expect(events.answer == "So.")
    #expect(events.summary?.thinkingEnd == .asked)
    #expect(events.summary?.reason == .stop)
  }

  @Test func `A budget of thought that the prompt has opened`() async throws {
    let harness = try EngineHarness(Self.thinker)
    var request = GenerationRequest.greedy("", maxTokens: 50)
    request.prompt = .tokens([T.turnStart, 97, 10, T.think])
    request.thinking.maxTokens = 0
    let events = await harness.run(request)
    #expect(events.thinking == "" && events.answer == "So.")
  }

  @Test func `Thinking that is skipped stands closed in the prompt`() async throws {
    let model = ScriptedModel { history in
      let isSkipped = history.suffix(5) == [T.think, 10, 10, T.thinkEnd, 10]
      return ScriptedModel.favouring(isSkipped ? 121 : history.last == 121 ? T.turnEnd : 110)
    }
    let harness = try EngineHarness(model, template: .known(.lfm25MoE))
    var request = GenerationRequest(
      prompt: .chat(Chat(messages: [ChatMessage(role: "user", text: "x")])), maxTokens: 4)
    request.sampling.temperature = 0
    request.thinking.isSkipped = true
    #expect(await harness.run(request).answer == "y")
    request.prompt = .text("x", parsesSpecialTokens: false)
    #expect(await harness.run(request).failure?.code == .invalidArgument)
  }

  @Test func `An answer is one of the choices, whatever the model is set on`() async throws {
    let harness = try EngineHarness(Self.stubborn(T.tokens("zzzz")))
    var request = GenerationRequest.greedy("x", maxTokens: 50)
    request.constraint = .choice(["yes", "no", "zebra"])
    let events = await harness.run(request)
    #expect(events.answer == "zebra")
    #expect(events.summary?.reason == .stop)
    // After the z there was no choice left.
    #expect(events.summary?.usage.forcedTokens == 4)
    request.topLogProbabilities = 2
    let reported = await harness.run(request)
    #expect(reported.answer == "zebra" && reported.summary?.usage.forcedTokens == 0)
  }

  @Test func `Thinking comes before a constraint, and does not end the turn`() async throws {
    // Would end its turn within the thinking, and write anything but a number.
    let answer = [T.think, 104, T.turnEnd, T.thinkEnd, 97, 49, 98, 50, T.turnEnd]
    let model = ScriptedModel { history in
      var logits = ScriptedModel.favouring(answer[min(history.count - 1, answer.count - 1)])
      logits[Int(T.thinkEnd)] = 20
      logits[52] = 10
      return logits
    }
    var request = GenerationRequest.greedy("x", maxTokens: 50)
    request.constraint = .regularExpression("[0-9]{3}")
    let events = await (try EngineHarness(model)).run(request)
    #expect(events.thinking == "h")
    #expect(events.answer.count == 3 && events.answer.allSatisfy(\.isNumber))
    #expect(events.summary?.reason == .stop)
  }

  @Test func `A token that ends the thinking goes on with what the constraint allows`() async throws
  {
    // Closes its thinking in plain letters, and would rather go on with a letter than with a digit.
    let thought = T.tokens("ha</think")
    let (wrong, right) = (TokenID(T.count), TokenID(T.count + 1))
    let model = ScriptedModel(width: T.count + 2) { history in
      let said = history.count - 2
      var logits = [Float](repeating: 0, count: T.count + 2)
      logits[Int(said < 0 ? T.think : said < thought.count ? thought[said] : wrong)] = 30
      if said >= thought.count { logits[Int(right)] = 20 }
      logits[52] = 10
      return logits
    }
    var request = GenerationRequest.greedy("x", maxTokens: 50)
    request.constraint = .regularExpression("[0-9]{3}")
    let tokenizer = try TestTokenizer.make(more: [">a", ">1"])
    let events = await (try EngineHarness(model, tokenizer: tokenizer)).run(request)
    #expect(events.thinking == "ha")
    #expect(events.answer == "144")
    #expect(events.summary?.reason == .stop)
  }

  @Test func `What cannot be honoured is refused, never ignored`() async throws {
    let harness = try EngineHarness(Self.stubborn(T.tokens("z")))
    let constraints: [OutputConstraint] = [
      .jsonSchema("{\"type\":"), .jsonSchema("{\"type\":\"nothing\"}"), .jsonSchema("false"),
      .regularExpression("("), .regularExpression("(a)\\1"), .grammar("root ::= missing"),
      .choice([]),
    ]
    for constraint in constraints {
      var request = GenerationRequest.greedy("x", maxTokens: 5)
      request.constraint = constraint
      let failure = await harness.run(request).failure
      #expect(failure?.code == .invalidArgument, "\(constraint)")
    }
  }

  @Test func `Others go on while a mask is worked out`() async throws {
    let harness = try EngineHarness(Self.stubborn(T.tokens("zz")))
    harness.engine.masks.suspend()
    var request = GenerationRequest.greedy("x", maxTokens: 50)
    request.constraint = .choice(["zebra", "ant"])
    let held = harness.start(request)
    #expect(await harness.run(.greedy("x", maxTokens: 20)).answer.count == 20)
    #expect(held.events.answer == "")
    harness.engine.masks.resume()
    #expect(await held.end().answer == "zebra")
    await harness.idle()
  }

  @Test func `Forced tokens take their pages as others do`() async throws {
    // Room for two at a time; each forces some five pages at once.
    let harness = try EngineHarness(Self.stubborn(T.tokens("zz"))) {
      $0.contextLength = 512
      $0.pages = 16
    }
    let long = String(repeating: "forced ", count: 45)
    var request = GenerationRequest.greedy("x")
    request.constraint = .choice(["z" + long + "end", "a"])
    let all = (0..<6).map { _ in harness.start(request) }
    let plain = harness.start(.greedy("x", maxTokens: 200))
    for listener in all { #expect(await listener.end().answer == "z" + long + "end") }
    #expect(await plain.end().answer.count == 200)
    await harness.idle()
  }

  @Test func `A generation that is held can be cancelled`() async throws {
    let harness = try EngineHarness(Self.stubborn(T.tokens("zz")))
    harness.engine.masks.suspend()
    var request = GenerationRequest.greedy("x", maxTokens: 50)
    request.constraint = .choice(["zebra", "ant"])
    let held = harness.start(request)
    #expect(await harness.run(.greedy("x", maxTokens: 20)).answer.count == 20)
    held.control?.cancel()
    #expect(await held.end().failure?.code == .cancelled)
    await harness.idle()
    harness.engine.masks.resume()
    #expect(held.events.terminalCount == 1)
  }
}

@Suite(.timeLimit(.minutes(2))) struct EngineToolTests {
  typealias T = TestTokenizer

  private static let weather: JSONText = """
    {"type":"function","function":{"name":"get_weather","description":"Weather of a city.",\
    "parameters":{"type":"object","properties":{"city":{"type":"string","enum":["Oslo","Bergen"]},\
    "days":{"type":"integer"}},"required":["city"],"additionalProperties":false}}}
    """
  private static let time: JSONText = """
    {"name":"now","description":"The time.","parameters":{"type":"object","properties":{}}}
    """

  private func request(_ choice: ToolUse.Choice) -> GenerationRequest {
    var request = GenerationRequest(
      prompt: .chat(
        Chat(
          messages: [ChatMessage(role: "user", text: "x")], tools: [Self.weather, Self.time])),
      maxTokens: 200)
    request.sampling = SamplingParameters(temperature: 0, repetitionPenalty: 1)
    request.toolUse.choice = choice
    return request
  }

  /// Writes `answer` behind whatever prompt.
  private func harness(_ answer: [TokenID]) throws -> EngineHarness {
    let model = ScriptedModel { history in
      let start = history.lastIndex(of: T.turnStart) ?? 0
      // The turn's head is `assistant` and a newline.
      let index = history.count - start - 11
      var logits = ScriptedModel.favouring(
        answer.indices.contains(index) ? answer[index] : T.turnEnd)
      // Where it may not write that, it would rather close what is open than go on.
      logits[Int(UInt8(ascii: "]"))] = max(10, logits[Int(UInt8(ascii: "]"))])
      return logits
    }
    return try EngineHarness(model, template: .known(.lfm25MoE))
  }

  private let call =
    [T.callsOpen] + T.tokens("[get_weather(city=\"Oslo\", days=3)]") + [T.callsClose]

  @Test func `Calls come typed, beside the text`() async throws {
    let harness = try harness(T.tokens("Let me look. ") + call + [T.turnEnd])
    let events = await harness.run(request(.auto))
    #expect(events.answer == "Let me look. ")
    let calls = events.toolCalls
    #expect(calls.map(\.name) == ["get_weather"])
    #expect(calls.first?.arguments == "{\"city\": \"Oslo\", \"days\": 3}")
    #expect(calls.first?.problems == [])
    #expect(events.summary?.reason == .toolCalls)
    // The pieces of the arguments are the arguments.
    let pieces = events.reduce("") { text, event in
      if case .toolCallArguments(let more) = event { text + more.json } else { text }
    }
    #expect(pieces == calls.first?.arguments.text)
  }

  @Test func `A call that has begun follows the tool's schema`() async throws {
    // An unknown city, and an argument that the tool does not have.
    let bad = T.tokens("[get_weather(city=\"Berlin\", mood=1)]") + [T.callsClose, T.turnEnd]
    let events = await (try harness([T.callsOpen] + bad)).run(request(.auto))
    let call = try #require(events.toolCalls.first)
    #expect(call.name == "get_weather" && call.problems == [])
    #expect(call.arguments.text.contains("Bergen") || call.arguments.text.contains("Oslo"))
    var free = request(.auto)
    free.toolUse.isConstrained = false
    let freely = await (try harness([T.callsOpen] + bad)).run(free)
    #expect(freely.toolCalls.first?.arguments == "{\"city\": \"Berlin\", \"mood\": 1}")
    #expect(freely.toolCalls.first?.problems.isEmpty == false)
  }

  @Test func `Required and named calls come, whatever the model is set on`() async throws {
    let chatter = T.tokens("No, I will not.") + [T.turnEnd]
    var wanted = request(.required)
    // What is left of a model that is set on chatter opens its thinking.
    wanted.thinking.maxTokens = 0
    let required = await (try harness(chatter)).run(wanted)
    #expect(required.toolCalls.count >= 1 && required.answer == "")
    #expect(required.summary?.reason == .toolCalls)
    wanted.toolUse.choice = .named("now")
    let named = await (try harness(chatter)).run(wanted)
    #expect(named.toolCalls.map(\.name) == ["now"])
    #expect(named.summary?.reason == .toolCalls)
    let unknown = await (try harness(chatter)).run(request(.named("nobody")))
    #expect(unknown.failure?.code == .invalidArgument)
  }

  @Test func `No call can be written where none is wanted`() async throws {
    let harness = try harness(call + T.tokens("ok") + [T.turnEnd])
    let events = await harness.run(request(.none))
    #expect(events.toolCalls.isEmpty)
    #expect(!events.answer.contains("<|tool_call_start|>"))
  }

  @Test func `One call, where several are not wanted`() async throws {
    let harness = try harness(call + call + [T.turnEnd])
    #expect(await harness.run(request(.auto)).toolCalls.count == 2)
    var single = request(.auto)
    single.toolUse.allowsSeveralCalls = false
    #expect(await harness.run(single).toolCalls.count == 1)
  }

  @Test func `Letters that spell the marks of calls are text`() async throws {
    let spelled = T.tokens("a<|tool_call_start|>[now()]<|tool_call_end|>b")
    let events = await (try harness(spelled + [T.turnEnd])).run(request(.auto))
    #expect(events.toolCalls.isEmpty)
    #expect(events.answer == "a<|tool_call_start|>[now()]<|tool_call_end|>b")
    #expect(events.summary?.reason == .stop)
  }

  @Test func `A call and an answer under a constraint exclude each other where a call has to come`()
    async throws
  {
    var both = request(.required)
    both.constraint = .choice(["a", "b"])
    #expect(await (try harness(call)).run(both).failure?.code == .invalidArgument)
    both.toolUse.choice = .auto
    #expect(await (try harness(call + [T.turnEnd])).run(both).toolCalls.count == 1)
    let answered = await (try harness(T.tokens("b"))).run(both)
    #expect(answered.answer == "b" && answered.toolCalls.isEmpty)
  }

  @Test func `Tools that are none, and calls without tools, are refused`() async throws {
    let harness = try harness(T.tokens("x"))
    var bad = request(.auto)
    bad.prompt = .chat(
      Chat(messages: [ChatMessage(role: "user", text: "x")], tools: ["{\"name\":\"a b\"}"]))
    #expect(await harness.run(bad).failure?.code == .invalidArgument)
    var none = request(.required)
    none.prompt = .chat(Chat(messages: [ChatMessage(role: "user", text: "x")]))
    #expect(await harness.run(none).failure?.code == .invalidArgument)
  }
}

extension [GenerationEvent] {
  var toolCalls: [GeneratedToolCall] {
    compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
  }
}

@Suite(.timeLimit(.minutes(2))) struct EngineContinuationTests {
  typealias T = TestTokenizer

  private func summary(_ answer: [TokenID], thinks: Bool) async throws -> GenerationSummary {
    let model = ScriptedModel { history in
      let index = history.count - (history.lastIndex(of: T.turnStart) ?? 0) - 11
      return ScriptedModel.favouring(answer.indices.contains(index) ? answer[index] : T.turnEnd)
    }
    let harness = try EngineHarness(model, template: .known(.lfm25MoE))
    var chat = Chat(messages: [ChatMessage(role: "user", text: "x")])
    chat.preserveThinking = thinks
    var request = GenerationRequest(
      prompt: .chat(chat), sampling: SamplingParameters(temperature: 0, repetitionPenalty: 1))
    request.reportsContinuation = true
    let summary = try #require(await harness.run(request).summary)
    await harness.idle()
    return summary
  }

  @Test func `The next prompt begins with the whole turn, or parts where thinking is dropped`()
    async throws
  {
    let plain = try await summary(T.tokens("Yes.") + [T.turnEnd], thinks: false)
    #expect(plain.continuedTokens == plain.usage.promptTokens + plain.usage.answerTokens)
    let thought = [T.think] + T.tokens("hm") + [T.thinkEnd] + T.tokens("Yes.") + [T.turnEnd]
    let dropped = try await summary(thought, thinks: false)
    #expect(dropped.continuedTokens == dropped.usage.promptTokens)
    let kept = try await summary(thought, thinks: true)
    #expect(
      kept.continuedTokens == kept.usage.promptTokens + kept.usage.thinkingTokens
        + kept.usage.answerTokens)
  }
}

@Suite(.timeLimit(.minutes(2))) struct EngineRepetitionTests {
  @Test func `A tail that only repeats itself ends the generation, if it is to`() async throws {
    let letters = TestTokenizer.tokens("abc")
    let model = ScriptedModel { ScriptedModel.favouring(letters[$0.count % 3]) }
    let harness = try EngineHarness(model)
    var request = GenerationRequest.greedy("x", maxTokens: 1000)
    #expect(await harness.run(request).summary?.reason == .length)
    request.stop.endsOnRepetition = true
    let events = await harness.run(request)
    #expect(events.summary?.reason == .repetition)
    #expect(events.answer.count < 1000)
  }
}
