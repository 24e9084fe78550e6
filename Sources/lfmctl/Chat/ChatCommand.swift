// `lfmctl chat`: a conversation, turn by turn, on a terminal or from a pipe. This file has the flags; `ChatLoop` holds the
// conversation.

import ArgumentParser
import LFMClient
import LFMGeneration

struct ChatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talk with the model.",
    discussion: """
      A line is a message; one that ends with \\ goes on in the next line, and so does everything between two \"\"\". \
      Ctrl-C stops an answer, Ctrl-D ends. Words that begin with / are for the program:

      \(ChatWord.list)

      Where standard input is no terminal, every line of it is a message, and the answers go to standard output.

      \(ExitStatus.help)
      """)

  @Option(help: "A system message.")
  var system: String?

  @Option(
    help: ArgumentHelp(
      "Go on with this conversation: what /save wrote, or what generate --messages takes.",
      valueName: "file"), completion: .file())
  var load: String?

  @Option(
    help:
      "Whether the model's thinking is shown, on standard error: show or hide. (default: show on a terminal)"
  )
  var thinking: ChatThinking?

  @Flag(help: "Do not keep what is typed in $XDG_STATE_HOME/lfmctl/history.")
  var noHistory = false

  @OptionGroup var sampling: SamplingOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    // --timeout is for each answer here: a conversation as a whole has no end to wait for.
    try await reportingFailures {
      try StandardOutput.check()
      var conversation = Conversation()
      if let load {
        conversation = Conversation(
          try ConversationFile.parse(
            try Input.readText(load), name: load, addsGenerationPrompt: true))
      }
      if let system { conversation.system = system }
      var request = try sampling.makeRequest(
        .chat(Chat(messages: [])), reportsTokens: false)
      request.topLogProbabilities = 0
      let reader = ChatReaders.make(keepsHistory: !noHistory)
      var loop = ChatLoop(
        conversation: conversation, request: request, reader: reader, timeout: connection.timeout,
        showsThinking: thinking.map { $0 == .show } ?? reader.isInteractive)
      try await loop.run(connection)
    }
  }
}

/// What becomes of the model's thinking in a conversation.
enum ChatThinking: String, ExpressibleByArgument, CaseIterable {
  case show
  case hide
}
