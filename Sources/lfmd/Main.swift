// The command `lfmd`: serves, unless a subcommand asks for offline work on the model.

import ArgumentParser
import Foundation

@main
struct Lfmd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd",
    abstract: "Serve an LFM2.5 model to the programs of this machine.",
    discussion: """
      Settings come from flags, then the environment (LFMD_MODEL, LFMD_SOCKET, …), then the configuration file \
      (\(Configuration.defaultFile)), then the defaults. Under systemd the socket may be inherited (LISTEN_FDS).

      Exit codes: 64 wrong usage, 65 the model file is malformed, 66 the model file is missing, 69 the socket is \
      served by another daemon, 70 an internal failure, 73 the socket cannot be made, 78 the configuration is wrong.
      """,
    version: Version.text)

  @OptionGroup var options: ServeOptions

  func run() throws {
    let configuration: Configuration
    do {
      configuration = try options.configuration()
    } catch {
      throw Exit.configuration("\(error)")
    }
    if options.checkConfig {
      try ConfigurationCheck.run(configuration)
    } else {
      bootstrapLogging(level: configuration.logLevel)
      try Daemon.run(configuration, connection: options.connectionFd)
    }
  }
}

/// The version of the programs and of everything they report.
enum Version {
  static let text = "0.1.0"
}
