// The daemon's flags: one for each setting, and those that say what to do instead of serving.

import ArgumentParser
import Foundation

/// One flag for each `ConfigurationKey`. All are texts here: `ConfigurationKey.apply` reads every source alike.
struct ServeOptions: ParsableArguments {
  @Option(help: help(.model), completion: .file()) var model: String?
  @Option(help: help(.socket)) var socket: String?
  @Option(help: help(.socketMode)) var socketMode: String?
  @Option(help: help(.context)) var context: String?
  @Option(help: help(.threads)) var threads: String?
  @Option(help: help(.prepare)) var prepare: String?
  @Option(help: help(.cacheDirectory), completion: .directory) var cacheDirectory: String?
  @Option(help: help(.kvCache)) var kvCache: String?
  @Option(help: help(.maxRunning)) var maxRunning: String?
  @Option(help: help(.maxWaiting)) var maxWaiting: String?
  @Option(help: help(.maxConnections)) var maxConnections: String?
  @Option(help: help(.maxCallMemory)) var maxCallMemory: String?
  @Option(help: help(.maxConnectionMemory)) var maxConnectionMemory: String?
  @Option(help: help(.chatTemplate)) var chatTemplate: String?
  @Option(help: help(.allowLogits)) var allowLogits: String?
  @Option(help: help(.drainTimeout)) var drainTimeout: String?
  @Option(help: help(.idleExit)) var idleExit: String?
  @Option(help: help(.logLevel)) var logLevel: String?

  @Option(
    help: ArgumentHelp(
      "The configuration file (YAML, `name: value`).", valueName: "file"), completion: .file())
  var config: String?

  @Flag(help: "Read the configuration and the model's metadata, say what is in force, and exit.")
  var checkConfig = false

  @Option(
    help: ArgumentHelp(
      "Serve the one connection that this inherited descriptor is, and exit with it.",
      valueName: "fd"))
  var connectionFd: Int32?

  private static func help(_ key: ConfigurationKey) -> ArgumentHelp {
    let value = key.text(in: Configuration()).map { " (default: \($0))" } ?? ""
    return ArgumentHelp(stringLiteral: key.help + value)
  }

  /// The flags that were given.
  var flags: [ConfigurationKey: String] {
    let all: [(ConfigurationKey, String?)] = [
      (.model, model), (.socket, socket), (.socketMode, socketMode), (.context, context),
      (.threads, threads),
      (.prepare, prepare), (.cacheDirectory, cacheDirectory), (.kvCache, kvCache),
      (.maxRunning, maxRunning),
      (.maxWaiting, maxWaiting),
      (.maxConnections, maxConnections), (.maxCallMemory, maxCallMemory),
      (.maxConnectionMemory, maxConnectionMemory), (.chatTemplate, chatTemplate),
      (.allowLogits, allowLogits), (.drainTimeout, drainTimeout), (.idleExit, idleExit),
      (.logLevel, logLevel),
    ]
    return Dictionary(
      uniqueKeysWithValues: all.compactMap { key, value in value.map { (key, $0) } })
  }

  /// Flags over environment over file.
  func configuration() throws(ConfigurationProblem) -> Configuration {
    let environment = ProcessInfo.processInfo.environment
    let path = config ?? environment["LFMD_CONFIG"]
    return try ConfigurationSources(
      flags: flags, environment: environment,
      file: (path ?? Configuration.defaultFile, isRequired: path != nil)
    ).load()
  }
}
