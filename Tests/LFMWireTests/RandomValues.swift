import LFMGeneration
import LFMWire

/// Random values of every type that travels, from a seed: the same on every run, extremes among them.
struct RandomValues: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bool() -> Bool { Bool.random(using: &self) }
  mutating func maybe<T>(_ make: (inout RandomValues) -> T) -> T? { bool() ? make(&self) : nil }
  mutating func list<T>(_ most: Int, _ make: (inout RandomValues) -> T) -> [T] {
    (0..<Int.random(in: 0...most, using: &self)).map { _ in make(&self) }
  }
  mutating func bytes(_ most: Int = 40) -> [UInt8] {
    list(most) { UInt8.random(in: 0...255, using: &$0) }
  }
  mutating func text(_ most: Int = 20) -> String {
    let pieces = ["", "a", "é", "e\u{301}", "🦊", "\n", "\0", "<think>", "日本", "\u{202E}", " "]
    return list(most) { pieces.randomElement(using: &$0)! }.joined()
  }
  mutating func name() -> String { text().filter { $0 != "\0" } }
  mutating func int() -> Int {
    [0, 1, -1, .max, .min, 80, 1 << 31, Int.random(in: .min ... .max, using: &self)]
      .randomElement(using: &self)!
  }
  mutating func count() -> Int {
    [0, 1, .max, Int.random(in: 0...1_000_000, using: &self)].randomElement(using: &self)!
  }
  mutating func uint64() -> UInt64 { [0, 1, .max, next()].randomElement(using: &self)! }
  mutating func float() -> Float {
    [0, 1, -1, 0.2, .infinity, -.infinity, Float.random(in: -9...9, using: &self)]
      .randomElement(using: &self)!
  }
  mutating func token() -> TokenID {
    [0, 1, .max, TokenID.random(in: 0...130_000, using: &self)].randomElement(using: &self)!
  }
  mutating func time() -> Duration { .nanoseconds(Int64.random(in: 0 ... .max, using: &self)) }
  mutating func health() -> HealthStatus {
    HealthStatus(rawValue: Int32.random(in: -1...5, using: &self))
  }
  mutating func code() -> StatusCode {
    StatusCode(rawValue: UInt32.random(in: 0...20, using: &self))
  }
}

extension RandomValues {
  mutating func chat() -> Chat {
    Chat(
      messages: list(4) { $0.chatMessage() }, tools: list(3) { JSONText($0.text()) },
      addGenerationPrompt: bool(), preserveThinking: bool(), continueFinalMessage: bool())
  }

  mutating func chatMessage() -> ChatMessage {
    ChatMessage(
      role: text(),
      content: maybe { $0.content() },
      thinking: maybe { $0.text() },
      toolCalls: maybe { random in
        random.list(2) { ChatToolCall(name: $0.text(), arguments: JSONText($0.text())) }
      })
  }

  mutating func content() -> ChatContent {
    switch Int.random(in: 0...2, using: &self) {
    case 0: .text(text())
    case 1: .parts(list(3) { $0.bool() ? .text($0.text()) : .json(JSONText($0.text())) })
    default: .json(JSONText(text()))
    }
  }

  mutating func generationRequest() -> GenerationRequest {
    let prompt: Prompt =
      switch Int.random(in: 0...2, using: &self) {
      case 0: .chat(chat())
      case 1: .text(text(), parsesSpecialTokens: bool())
      default: .tokens(list(9) { $0.token() })
      }
    return GenerationRequest(
      prompt: prompt,
      sampling: SamplingParameters(
        temperature: float(), topK: int(), topP: float(), minP: float(),
        repetitionPenalty: float(), seed: maybe { $0.uint64() }),
      stop: StopParameters(
        strings: list(3) { $0.text() }, tokens: list(3) { $0.token() },
        ignoresEndOfGeneration: bool(), endsOnRepetition: bool()),
      maxTokens: maybe { $0.int() }, topLogProbabilities: int(), reportsTokens: bool(),
      thinking: ThinkingParameters(maxTokens: maybe { $0.int() }, isSkipped: bool()),
      toolUse: ToolUse(
        choice: toolChoice(), allowsSeveralCalls: bool(), isConstrained: bool()),
      constraint: maybe { $0.constraint() }, reportsContinuation: bool())
  }

  mutating func toolChoice() -> ToolUse.Choice {
    [.auto, .none, .required, .named(text())].randomElement(using: &self)!
  }

  mutating func constraint() -> OutputConstraint {
    switch Int.random(in: 0...3, using: &self) {
    case 0: .jsonSchema(JSONText(text()))
    case 1: .regularExpression(text())
    case 2: .grammar(text())
    default: .choice(list(4) { $0.text() })
    }
  }

  mutating func request(_ method: Method) -> CallRequest {
    switch method {
    case .generate: .generate(generationRequest())
    case .tokenize: .tokenize(text: text(), parsesSpecialTokens: bool())
    case .detokenize: .detokenize(tokens: list(9) { $0.token() }, skipsSpecialTokens: bool())
    case .render: .render(chat(), asSent: bool())
    case .endThinking: .endThinking(call: UInt32.random(in: 0 ... .max, using: &self))
    case .logits: .logits(tokens: list(9) { $0.token() })
    case .modelInfo: .modelInfo
    case .status: .status
    case .healthCheck: .healthCheck(service: name())
    case .healthWatch: .healthWatch(service: name())
    case .healthList: .healthList
    }
  }
}

extension RandomValues {
  mutating func candidate() -> TokenLogProbability.Candidate {
    TokenLogProbability.Candidate(token: token(), logProbability: float())
  }

  mutating func delta() -> TextDelta {
    TextDelta(
      text: text(), tokens: list(3) { $0.token() },
      logProbabilities: list(3) { random in
        TokenLogProbability(chosen: random.candidate(), top: random.list(3) { $0.candidate() })
      },
      problem: maybe { $0.text() })
  }

  mutating func failure() -> GenerationFailure {
    GenerationFailure(code(), text(), isRetryable: bool(), retryAfter: maybe { $0.time() })
  }

  mutating func event() -> GenerationEvent {
    switch Int.random(in: 0...8, using: &self) {
    case 0: return .queued(ahead: count())
    case 1: return .prefill(done: count(), total: count())
    case 2: return .thinking(delta())
    case 3: return .answer(delta())
    case 4:
      let reasons = FinishReason.allCases + [FinishReason(rawValue: "reason_77")]
      return .finished(
        GenerationSummary(
          reason: reasons.randomElement(using: &self)!,
          usage: GenerationUsage(
            promptTokens: count(), cachedTokens: count(), thinkingTokens: count(),
            answerTokens: count(), forcedTokens: count(), queueTime: time(), prefillTime: time(),
            decodeTime: time()),
          seed: uint64(),
          thinkingEnd: (ThinkingEnd.allCases + [ThinkingEnd(rawValue: "reason_9")])
            .randomElement(using: &self)!,
          continuedTokens: maybe { $0.count() }))
    case 5: return .toolCallBegun(ToolCallBegun(index: index(), id: name(), name: text()))
    case 6: return .toolCallArguments(ToolCallArguments(index: index(), json: text()))
    case 7:
      return .toolCall(
        GeneratedToolCall(
          index: index(), id: name(), name: text(), arguments: JSONText(text()),
          problems: list(3) { $0.text() }))
    default: return .failed(failure())
    }
  }

  mutating func index() -> Int { Int(UInt32.random(in: 0 ... .max, using: &self)) }

  mutating func reply(_ method: Method) -> CallReply {
    switch method {
    case .generate: .event(event())
    case .endThinking: .done
    case .tokenize: .tokens(list(9) { $0.token() })
    case .detokenize: .text(bytes())
    case .render: .rendered(text())
    case .logits: .logitsRow(list(9) { $0.float() })
    case .modelInfo: .modelInfo(model())
    case .status: .status(status())
    case .healthCheck, .healthWatch: .health(health())
    case .healthList: .healths(list(4) { ServiceHealth(service: $0.name(), status: $0.health()) })
    }
  }

  mutating func model() -> ModelDescription {
    ModelDescription(
      name: text(), architecture: text(), parameterCount: uint64(), fileSize: uint64(),
      quantization: text(), vocabularySize: count(), contextLength: count(),
      chatTemplate: maybe { $0.text() }, endOfGenerationTokens: list(3) { $0.token() },
      allowsLogits: bool())
  }

  mutating func status() -> ServiceStatus {
    ServiceStatus(
      version: name(), uptime: time(), socket: name(), isDraining: bool(),
      activity: GeneratorActivity(
        waiting: count(), running: count(), finished: uint64(), failed: uint64(),
        promptTokens: uint64(), generatedTokens: uint64(), pagesInUse: count(),
        pageCapacity: count()),
      connections: count(), calls: count(),
      weights: maybe {
        WeightsDescription(
          preparedPath: $0.maybe { $0.text() }, layout: $0.text(), pages: $0.text(),
          note: $0.text())
      })
  }

  mutating func connectionMessage(_ kind: FrameKind) -> ConnectionMessage {
    switch kind {
    case .hello:
      let newest = UInt32.random(in: 1 ... .max, using: &self)
      return .hello(
        Hello(
          versions: UInt32.random(in: 0...newest, using: &self)...newest, agent: name(),
          limits: FrameLimits(
            fragment: Int.random(in: 1...99_999, using: &self),
            message: Int.random(in: 1...99_999, using: &self),
            initialWindow: Int.random(in: 1...99_999, using: &self)),
          maxConcurrentCalls: UInt32.random(in: 0 ... .max, using: &self)))
    case .callStart:
      return .callStart(
        CallStart(
          method: name(),
          timeout: maybe { .nanoseconds(Int64.random(in: .min ... .max, using: &$0)) },
          metadata: list(3) { MetadataEntry(name: $0.name(), value: $0.bytes()) },
          firstMessage: maybe { $0.bytes(200) }, halfCloses: bool()))
    case .message: return .message(bytes(300))
    case .halfClose: return .halfClose
    case .cancel: return .cancel
    case .window: return .window(credit: UInt32.random(in: 1 ... .max, using: &self))
    case .status: return .status(CallStatus(failure()))
    case .ping: return .ping(Ping(opaque: uint64(), isAcknowledgement: bool()))
    case .goAway:
      return .goAway(
        GoAway(
          lastAcceptedCall: UInt32.random(in: 0 ... .max, using: &self), code: code(),
          message: text()))
    }
  }
}
