// The loop of `lfmctl agent`: a conversation in which programs answer the model's calls. What a call's result is to the model is
// ToolResult's affair.

import LFMGeneration
import LFMLanguage

/// What a run of a tool may take.
struct ToolLimits {
  var time = Duration.seconds(30)
  /// Bytes of the result. A few thousand tokens: a model has to read it all, and its context is not endless.
  var result = 16 << 10
}

/// A conversation with tools, as far as it has come.
struct AgentRun {
  private(set) var chat: Chat
  let record: AgentRecord
  private let folder: ToolFolder
  private var tools: [FolderTool] = []
  private var consent: AgentConsent
  private let limits: ToolLimits
  /// Turns of the model whose calls were answered.
  private var rounds = 0

  init(
    chat: Chat, folder: ToolFolder, consent: AgentConsent, limits: ToolLimits,
    record: AgentRecord = AgentRecord()
  ) {
    self.chat = chat
    self.folder = folder
    self.consent = consent
    self.limits = limits
    self.record = record
  }

  var declarations: [ToolDeclaration] { tools.map(\.declaration) }

  /// Declares the tools of the folder, if that was not done; it may run some of them.
  mutating func declareTools() throws {
    guard tools.isEmpty else { return }
    tools = try folder.load()
    chat.tools += tools.map(\.text)
  }

  /// Lets the model speak and the tools answer in turns, until it calls none.
  ///
  /// - Throws: `Failure` if it still calls tools after `maxRounds` such turns. The last calls are not made: nobody would read what they
  ///   give.
  mutating func finish(
    maxRounds: Int, speak: (Chat) async throws -> AgentRound
  ) async throws -> AgentRound {
    while true {
      let round = try await speak(chat)
      if round.isFinal { return round }
      guard rounds < maxRounds else {
        throw Failure(
          .failure, "there is no answer after \(maxRounds) rounds of tool calls (--max-rounds)")
      }
      rounds += 1
      answer(round)
    }
  }

  /// Takes the model's turn into the conversation, and the results of its calls behind it, in their order. Templates tell results apart
  /// by their order: what was no call, and is none in the turn, is answered last.
  mutating func answer(_ round: AgentRound) {
    if !round.text.isEmpty { StandardError.say("the model says: \(ShownCall.text(round.text))") }
    chat.messages.append(round.message)
    let answers = round.parts.map { (isCall: $0.isCall, text: answer(to: $0)) }
    for answer in answers.filter(\.isCall) + answers.filter({ !$0.isCall }) {
      chat.messages.append(ChatMessage(role: "tool", text: answer.text))
    }
  }

  private mutating func answer(to part: AgentRound.Part) -> String {
    switch part {
    case .refusal(let reason):
      let sentence = "the call could not be read: \(reason)"
      StandardError.say(sentence)
      return ToolResult.error(sentence)
    case .call(let call): return result(of: call)
    }
  }

  /// Makes a call, unless it breaks its declaration or is not allowed: then the model learns why.
  private mutating func result(of call: ToolCall) -> String {
    let arguments = call.argumentsText.text
    guard call.problems.isEmpty else {
      return refuse(call, call.problems.joined(separator: "; "))
    }
    guard let tool = tools.first(where: { $0.declaration.name == call.name }) else {
      return refuse(call, "there is no program for it in \(folder.path)")
    }
    guard consent.allows(call.name, arguments) else {
      return refuse(call, "the user did not allow this call")
    }
    StandardError.say("running \(call.name) \(ShownCall.text(arguments))")
    record.begin(call)
    let result = run(tool, arguments)
    record.end(result)
    StandardError.say("\(call.name) gives \(ShownCall.text(ToolResult.summary(result)))")
    return result
  }

  private func run(_ tool: FolderTool, _ arguments: String) -> String {
    let process = ToolProcess(
      name: tool.declaration.name, program: tool.program, arguments: [], limit: limits.time,
      longestOutput: limits.result)
    do {
      return ToolResult.text(of: try process.run(input: Array((arguments + "\n").utf8)))
    } catch {
      return ToolResult.error((error as? Failure)?.description ?? "\(error)")
    }
  }

  private func refuse(_ call: ToolCall, _ reason: String) -> String {
    let arguments = ShownCall.text(call.argumentsText.text)
    StandardError.say("not run: \(ShownCall.text(call.name)) \(arguments): \(reason)")
    let result = ToolResult.error(reason)
    record.begin(call)
    record.end(result)
    return result
  }
}
