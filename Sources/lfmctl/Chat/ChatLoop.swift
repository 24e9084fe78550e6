// A conversation as it goes on: reads messages and words, sends, shows answers. How messages are read is
// `ChatReaders`' affair.

import Foundation
import LFMClient
import LFMGeneration
import LFMLanguage

/// The state of a running conversation.
struct ChatLoop {
  var conversation: Conversation
  /// Everything but the prompt.
  var request: GenerationRequest
  let reader: any ChatReading
  /// For each answer.
  let timeout: TimeLimit?
  var showsThinking: Bool
  private var hasEnded = false
  /// Whether the connection has answered before: one that is lost now may have been lost long ago, with a daemon that
  /// was restarted, and the question may be put to its successor.
  private var mayAskAgain = false

  init(
    conversation: Conversation, request: GenerationRequest, reader: any ChatReading,
    timeout: TimeLimit?, showsThinking: Bool
  ) {
    self.conversation = conversation
    self.request = request
    self.reader = reader
    self.timeout = timeout
    self.showsThinking = showsThinking
  }

  /// Until the person ends it. A daemon that goes away is looked for again at the next message.
  ///
  /// - Throws: what fails, unless a person is there to be told.
  mutating func run(_ connection: ConnectionOptions) async throws {
    if reader.isInteractive {
      StandardError.say("Ctrl-D ends, Ctrl-C stops an answer, /help tells the rest")
    }
    while !hasEnded {
      // A question may be left from a connection that was lost.
      guard try conversation.awaitsAnswer || readQuestion() else { return }
      do {
        try await connection.withClient { try await converse($0) }
      } catch let failure as Failure {
        try report(failure)
      } catch let failure as GenerationFailure {
        if mayAskAgain, failure.code == .unavailable {
          mayAskAgain = false
        } else {
          try report(Failure(failure))
        }
      }
    }
  }

  /// Answers questions as long as the connection stands.
  private mutating func converse(_ client: LFMClient) async throws {
    repeat {
      do {
        try await answerQuestion(client)
      } catch let failure as GenerationFailure where failure.code != .unavailable {
        try report(Failure(failure))
      }
    } while try conversation.awaitsAnswer || readQuestion()
  }

  /// Says what failed; the question is taken back, so that it does not stand in the way of the next.
  private mutating func report(_ failure: Failure) throws {
    guard reader.isInteractive else { throw failure }
    conversation.undo()
    StandardError.say(failure.sentence)
  }

  // MARK: - Questions

  /// Reads on, doing what the program is asked, until there is a question.
  ///
  /// - Returns: false at the end of the conversation.
  private mutating func readQuestion() throws -> Bool {
    while !hasEnded {
      guard let message = try reader.next() else { break }
      do {
        if let word = try ChatWord.read(message) {
          try obey(word)
          if case .retry = word, conversation.awaitsAnswer { return true }
        } else if !message.allSatisfy(\.isWhitespace) {
          conversation.say(ChatWord.unescaped(message))
          return true
        }
      } catch let failure as Failure where reader.isInteractive {
        StandardError.say(failure.sentence)
      }
    }
    hasEnded = true
    return false
  }

  private mutating func obey(_ word: ChatWord) throws {
    switch word {
    case .help: StandardError.write(ChatWord.list + "\n")
    case .new: conversation.begin()
    case .undo:
      guard conversation.undo() != nil else {
        throw Failure(.usage, "there is nothing to take back")
      }
    case .retry:
      guard conversation.takeBackAnswer() else {
        throw Failure(.usage, "there is no question to be answered anew")
      }
    case .system(let text): conversation.system = text
    case .save(let path): try save(path)
    case .load(let path):
      conversation = Conversation(
        try ConversationFile.parse(
          try Input.readText(path), name: path, addsGenerationPrompt: true))
      say("\(conversation.messages.count) messages")
    case .thinking(let isShown): showsThinking = isShown
    case .set(let setting): try set(setting)
    case .quit: hasEnded = true
    }
  }

  private func save(_ path: String) throws {
    let file = try OutputFile(path)
    try file.write(Array((conversation.json.serialized + "\n").utf8))
    try file.commit()
    say("\(conversation.messages.count) messages saved to \(path)")
  }

  private mutating func set(_ setting: (name: String, value: String)?) throws {
    guard let setting else {
      for known in ChatSetting.allCases { say("\(known.rawValue) \(known.text(in: request))") }
      return
    }
    guard let known = ChatSetting(rawValue: setting.name) else {
      let names = ChatSetting.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(.usage, "there is no setting \(setting.name); there are \(names)")
    }
    try known.apply(setting.value, to: &request)
  }

  private func say(_ sentence: String) {
    if reader.isInteractive { StandardError.say(sentence) }
  }

  // MARK: - Answers

  private mutating func answerQuestion(_ client: LFMClient) async throws {
    var request = request
    request.prompt = .chat(conversation.chat)
    let stop = Interrupt()
    // A script that is interrupted ends; a person goes on.
    if reader.isInteractive { Termination.takeInterrupts { stop.raise() } }
    defer { Termination.takeInterrupts(nil) }
    var answer = ChatAnswer(showsThinking: showsThinking)
    do {
      let stream = client.generate(request, timeout: timeout?.duration)
      answer = try await stop.cancelling { [answer] in
        var answer = answer
        do { try await answer.take(stream) } catch {
          throw Unfinished(answer: answer, error: error)
        }
        return answer
      }
      conversation.answer(answer.text, thinking: answer.thinking)
      mayAskAgain = true
      if let note = answer.reason.flatMap(TextOutput.note(on:)) { StandardError.say(note) }
    } catch let unfinished as Unfinished {
      if !unfinished.answer.text.isEmpty || !unfinished.answer.thinking.isEmpty {
        mayAskAgain = false
      }
      guard stop.isRaised else { throw unfinished.error }
      interrupted(unfinished.answer)
    }
  }

  /// What has been said stays; where nothing was, the question is taken back.
  private mutating func interrupted(_ answer: ChatAnswer) {
    if answer.text.isEmpty {
      conversation.undo()
      StandardError.say("stopped; the question is taken back")
    } else {
      conversation.answer(answer.text, thinking: answer.thinking)
      StandardError.say("stopped")
    }
  }
}

/// An answer that did not come to its end, and why.
private struct Unfinished: Error {
  var answer: ChatAnswer
  var error: any Error
}
