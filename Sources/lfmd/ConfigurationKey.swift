// The one definition of every setting: its name in the file, in the environment and as a flag, what it means, and how
// its text becomes a value. Where values come from is `ConfigurationSources`.

import Foundation
import Logging

/// A setting of the daemon. The raw value is its name in the configuration file; the flag is `--NAME`.
enum ConfigurationKey: String, CaseIterable, Sendable {
  case model
  case socket
  case socketMode = "socket-mode"
  case context
  case threads
  case prepare
  case cacheDirectory = "cache-directory"
  case kvCache = "kv-cache"
  case maxRunning = "max-running"
  case maxWaiting = "max-waiting"
  case maxConnections = "max-connections"
  case maxCallMemory = "max-call-memory"
  case maxConnectionMemory = "max-connection-memory"
  case chatTemplate = "chat-template"
  case allowLogits = "allow-logits"
  case drainTimeout = "drain-timeout"
  case idleExit = "idle-exit"
  case logLevel = "log-level"

  /// `LFMD_MAX_RUNNING` for `max-running`.
  var environmentName: String {
    "LFMD_" + rawValue.uppercased().replacingOccurrences(of: "-", with: "_")
  }

  var help: String {
    switch self {
    case .model: "the GGUF file to serve; required"
    case .socket: "path of the Unix socket (not used under socket activation)"
    case .socketMode: "permission bits of the socket, octal"
    case .context:
      "most positions of one sequence, prompt and answer together; never more than the model's"
    case .threads: "compute threads; 0 takes every processor that lfmd may use"
    case .prepare:
      "weights laid out for vector units, in a file as large as the model: auto makes it, existing uses it, off does without"
    case .cacheDirectory:
      "where that file lies (default: $CACHE_DIRECTORY, $XDG_CACHE_HOME/lfmd, ~/.cache/lfmd; /var/cache/lfmd for root)"
    case .kvCache:
      "how keys and values are kept: f32, f16, i16 (16-bit integers: as exact as f16, and half again as fast on x86), q8 (8 bits, half the memory and a little less exact), or auto: i16 (f16 on Arm), or f32 where the model is computed exactly"
    case .maxRunning: "generations that run at a time"
    case .maxWaiting: "generations that wait; more are refused as busy"
    case .maxConnections: "connections at a time"
    case .maxCallMemory:
      "MiB that the requests of all calls may take, and as much their replies; more are refused as busy"
    case .maxConnectionMemory: "the same for the calls of one connection"
    case .chatTemplate: "chat template family, for a file whose own template is unknown"
    case .allowLogits: "whether callers may ask for logits"
    case .drainTimeout: "seconds that running generations get to finish when the daemon stops"
    case .idleExit:
      "seconds without a connection after which a daemon that a socket started ends; 0 is never"
    case .logLevel: "trace, debug, info, notice, warning, error or critical"
    }
  }

  /// Whether a running daemon takes a new value on SIGHUP; the others need a restart. What they set is made once: the
  /// model and its threads, pools and pages, the socket, what callers were told of the model.
  var isReloadable: Bool {
    switch self {
    case .maxRunning, .maxWaiting, .maxConnections, .maxCallMemory, .maxConnectionMemory,
      .drainTimeout, .idleExit, .logLevel:
      true
    case .model, .socket, .socketMode, .context, .threads, .prepare, .cacheDirectory, .kvCache,
      .chatTemplate, .allowLogits:
      false
    }
  }

  /// Reads the text of a value into the configuration.
  ///
  /// - Throws: a sentence that says what was found and what is allowed; the caller adds where it was found.
  func apply(_ text: String, to configuration: inout Configuration) throws(ConfigurationProblem) {
    switch self {
    case .model: configuration.model = try Self.nonEmpty(text)
    case .socket: configuration.socket = try Self.nonEmpty(text)
    case .socketMode: configuration.socketMode = try Self.mode(text)
    case .context: configuration.context = try Self.integer(text, in: 2...1_048_576)
    case .threads: configuration.threads = try Self.integer(text, in: 0...1024)
    case .prepare: configuration.prepare = try Self.policy(text)
    case .cacheDirectory: configuration.cacheDirectory = try Self.nonEmpty(text)
    case .kvCache: configuration.kvCache = try Self.keyValueType(text)
    case .maxRunning: configuration.maxRunning = try Self.integer(text, in: 1...1024)
    case .maxWaiting: configuration.maxWaiting = try Self.integer(text, in: 1...65_536)
    case .maxConnections: configuration.maxConnections = try Self.integer(text, in: 1...65_536)
    case .maxCallMemory: configuration.maxCallMemory = try Self.integer(text, in: 16...1_048_576)
    case .maxConnectionMemory:
      configuration.maxConnectionMemory = try Self.integer(text, in: 16...1_048_576)
    case .chatTemplate: configuration.chatTemplate = try Self.nonEmpty(text)
    case .allowLogits: configuration.allowLogits = try Self.boolean(text)
    case .drainTimeout: configuration.drainTimeout = try Self.integer(text, in: 0...86_400)
    case .idleExit: configuration.idleExit = try Self.integer(text, in: 0...31_536_000)
    case .logLevel: configuration.logLevel = try Self.level(text)
    }
  }

  /// The value in force, as text that `apply` reads back.
  func text(in configuration: Configuration) -> String? {
    switch self {
    case .model: configuration.model
    case .socket: configuration.socket
    case .socketMode: "0" + String(configuration.socketMode, radix: 8)
    case .context: String(configuration.context)
    case .threads: String(configuration.threads)
    case .prepare: configuration.prepare.rawValue
    case .cacheDirectory: configuration.cacheDirectory
    case .kvCache: configuration.kvCache?.rawValue ?? "auto"
    case .maxRunning: String(configuration.maxRunning)
    case .maxWaiting: String(configuration.maxWaiting)
    case .maxConnections: String(configuration.maxConnections)
    case .maxCallMemory: String(configuration.maxCallMemory)
    case .maxConnectionMemory: String(configuration.maxConnectionMemory)
    case .chatTemplate: configuration.chatTemplate
    case .allowLogits: String(configuration.allowLogits)
    case .drainTimeout: String(configuration.drainTimeout)
    case .idleExit: String(configuration.idleExit)
    case .logLevel: configuration.logLevel.rawValue
    }
  }

  // MARK: - Texts to values

  private static func nonEmpty(_ text: String) throws(ConfigurationProblem) -> String {
    guard !text.isEmpty else { throw ConfigurationProblem("is empty") }
    guard !text.utf8.contains(0) else { throw ConfigurationProblem("holds a NUL byte") }
    return text
  }

  private static func integer(
    _ text: String, in range: ClosedRange<Int>
  ) throws(ConfigurationProblem) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw ConfigurationProblem(
        "is \"\(text)\", but must be a whole number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return value
  }

  private static func mode(_ text: String) throws(ConfigurationProblem) -> UInt32 {
    guard let value = UInt32(text, radix: 8), value <= 0o777, text.count >= 3 else {
      throw ConfigurationProblem("is \"\(text)\", but must be octal permission bits such as 0660")
    }
    return value
  }

  private static func boolean(_ text: String) throws(ConfigurationProblem) -> Bool {
    switch text.lowercased() {
    case "true", "yes", "on", "1": return true
    case "false", "no", "off", "0": return false
    default: throw ConfigurationProblem("is \"\(text)\", but must be true or false")
    }
  }

  private static func policy(_ text: String) throws(ConfigurationProblem) -> PreparePolicy {
    if let policy = PreparePolicy(rawValue: text.lowercased()) { return policy }
    // What YAML and people write for off.
    if ["false", "no"].contains(text.lowercased()) { return .off }
    let names = PreparePolicy.allCases.map(\.rawValue).joined(separator: ", ")
    throw ConfigurationProblem("is \"\(text)\", but must be one of \(names)")
  }

  private static func keyValueType(
    _ text: String
  ) throws(ConfigurationProblem) -> KeyValueType? {
    if text.lowercased() == "auto" { return nil }
    if let type = KeyValueType(rawValue: text.lowercased()) { return type }
    let names = KeyValueType.allCases.map(\.rawValue).joined(separator: ", ")
    throw ConfigurationProblem("is \"\(text)\", but must be auto or one of \(names)")
  }

  private static func level(_ text: String) throws(ConfigurationProblem) -> Logger.Level {
    guard let level = Logger.Level(rawValue: text.lowercased()) else {
      let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationProblem("is \"\(text)\", but must be one of \(names)")
    }
    return level
  }
}

/// What is wrong with the configuration, and where. The sentence is for the administrator.
struct ConfigurationProblem: Error, CustomStringConvertible, Equatable {
  var description: String

  init(_ description: String) { self.description = description }
}
