// The command `lfmctl`: one file for each subcommand.

import ArgumentParser

@main
struct Lfmctl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmctl",
    abstract: "Ask the language model daemon of this machine.",
    discussion: """
      Every command asks the running lfmd (see --socket). With --model FILE, generate and logits start a private one \
      for their own duration; tokenize, detokenize, render and inspect read the file alone.

      \(ExitStatus.help)
      """,
    version: "0.1.0",
    subcommands: [
      GenerateCommand.self, TokenizeCommand.self, DetokenizeCommand.self, RenderCommand.self,
      LogitsCommand.self, InspectCommand.self, StatusCommand.self, HealthCommand.self,
    ])

  /// Flags that stand before the subcommand: `lfmctl --model F tokenize`.
  static func main() async {
    await main(ArgumentOrder.commandFirst(Array(CommandLine.arguments.dropFirst())))
  }
}

/// `--model` and `--socket` belong to the subcommands, but the forms with them in front are promised to scripts.
enum ArgumentOrder {
  private static let moved: Set<String> = ["--model", "--socket", "--timeout"]

  /// The arguments with leading flags put behind the subcommand's name.
  static func commandFirst(_ arguments: [String]) -> [String] {
    var front: [String] = []
    var rest = arguments[...]
    while let word = rest.first {
      if moved.contains(word), rest.count >= 2 {
        front += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if moved.contains(where: { word.hasPrefix($0 + "=") }) {
        front.append(word)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard !front.isEmpty, let command = rest.first, !command.hasPrefix("-") else {
      return arguments
    }
    return [command] + front + rest.dropFirst()
  }
}
