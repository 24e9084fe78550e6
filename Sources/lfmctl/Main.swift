// The command `lfmctl`: one file for each subcommand.

import ArgumentParser
import Foundation
import Glibc

@main
struct Lfmctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmctl",
    abstract: "Ask the language model daemon of this machine.",
    discussion: """
      Every command asks the running lfmd (see --socket). With --model FILE, generate and logits start a private one \
      for their own duration; tokenize, detokenize, render and inspect read the file alone. bench and \
      perplexity compute without a daemon; prepare makes a model ready to be served fast.

        lfmctl generate "What is the capital of Portugal?"
        git diff | lfmctl generate "Write a commit message for this change."
        lfmctl chat
        lfmctl --model model.gguf tokenize --json < text.txt

      \(ExitStatus.help)
      """,
    version: "0.1.0",
    subcommands: [
      GenerateCommand.self, ChatCommand.self, AgentCommand.self, TokenizeCommand.self,
      DetokenizeCommand.self, RenderCommand.self, ParseCommand.self, ConstrainCommand.self,
      LogitsCommand.self, InspectCommand.self, BenchCommand.self, PrepareCommand.self,
      PerplexityCommand.self,
      StatusCommand.self,
      HealthCommand.self, ManualCommand.self,
    ])

  static func main() async {
    StandardStreams.fillGaps()
    ProgramClock.begin()
    Termination.watchSignals()
    let arguments = ArgumentOrder.commandFirst(Array(CommandLine.arguments.dropFirst()))
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    if let complaint = ArgumentOrder.complaint(arguments, commands: commands) {
      StandardError.say(complaint)
      Glibc.exit(ExitStatus.usage.rawValue)
    }
    await main(arguments)
  }
}
