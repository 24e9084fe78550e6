// The command `lfmd`: serves, unless its first word asks for offline work on the model.

import ArgumentParser
import Glibc
import LFMModel

@main
struct Lfmd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd",
    abstract: "Serve an LFM2.5 model to the programs of this machine.",
    discussion: """
      Settings come from flags, then the environment (LFMD_MODEL, LFMD_SOCKET, …), then the configuration file \
      (\(Configuration.defaultFile)), then the defaults. Under systemd the socket may be inherited (LISTEN_FDS).

      Without a daemon, in a process of their own: lfmd \(offlineNames) (each has its own --help).

      Exit codes: 64 wrong usage, 65 the model file is malformed, 66 the model file is missing, 69 the socket is \
      served by another daemon, 70 an internal failure, 73 the socket cannot be made, 74 weights were lost \
      while they were served, 78 the configuration is wrong.
      """,
    version: Version.text)

  /// Offline work on the model. Not subcommands in the parser's sense: there, the flags of serving would be taken
  /// from everybody's arguments.
  static let offline: [(name: String, command: any ParsableCommand.Type)] = [
    ("bench", BenchCommand.self), ("perplexity", PerplexityCommand.self),
    ("prepare", PrepareCommand.self), ("memory", MemoryCommand.self),
    ("survey", SurveyCommand.self),
  ]

  private static var offlineNames: String { offline.map(\.name).joined(separator: ", ") }

  /// For whoever makes manuals of our definitions; in no help.
  static let hidden: [(name: String, command: any ParsableCommand.Type)] = [
    ("describe-settings", DescribeSettingsCommand.self)
  ]

  @OptionGroup var options: ServeOptions

  static func main() {
    fillStandardDescriptors()
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let work = (offline + hidden).first(where: { $0.name == arguments.first }) {
      MappingFaults.watch(patience: 0) { Exit.say(MappingFaults.sentence($0)) }
      work.command.main(Array(arguments.dropFirst()))
    } else {
      main(arguments)
    }
  }

  func run() throws {
    let inherited = InheritedSockets(connection: options.connectionFd)
    let configuration: Configuration
    do {
      configuration = try options.configuration()
    } catch {
      throw Exit.configuration("\(error)")
    }
    if options.checkConfig {
      try ConfigurationCheck.run(configuration)
    } else {
      FreedMemory.keepLittle()
      bootstrapLogging(level: configuration.logLevel)
      Daemon.run(configuration, inherited) { [options] () throws(ConfigurationProblem) in
        try options.configuration()
      }
    }
  }
}

extension Lfmd {
  /// Started with a standard descriptor closed, the next file we open would get its number, and log lines would go
  /// into it.
  private static func fillStandardDescriptors() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      // The lowest free number is this one.
      _ = unsafe open("/dev/null", O_RDWR)
    }
  }
}

/// The version of the programs and of everything they report.
enum Version {
  static let text = "0.1.0"
}
