// The daemon's settings as values, with their defaults.

import Foundation
import Glibc
import Logging

/// Everything that an administrator can set. `ConfigurationKey` defines the names and meanings.
struct Configuration: Equatable, Sendable {
  var model: String?
  var socket = Configuration.defaultSocketPath
  var socketMode: UInt32 = 0o660
  var context = 8192
  var threads = 0
  var prepare = PreparePolicy.auto
  var cacheDirectory: String?
  /// Nil: as the kernels that compute would have it.
  var kvCache: KeyValueType?
  var maxRunning = 8
  var maxWaiting = 64
  var maxConnections = 256
  /// MiB.
  var maxCallMemory = 64
  var maxConnectionMemory = 32
  var chatTemplate: String?
  var allowLogits = false
  var drainTimeout = 30
  /// Seconds; 0 is never.
  var idleExit = 0
  var logLevel = Logger.Level.info

  /// The file read when no `--config` names another one; it may be absent.
  static let defaultFile = "/etc/lfmd/lfmd.conf"

  /// `/run/lfmd/lfmd.sock` for root and under systemd, the user's own run-time directory for anyone else.
  ///
  /// `lfmctl` looks in both places.
  static var defaultSocketPath: String {
    let environment = ProcessInfo.processInfo.environment
    if getuid() != 0, environment["RUNTIME_DIRECTORY"] == nil,
      let directory = environment["XDG_RUNTIME_DIR"], !directory.isEmpty
    {
      return directory + "/lfmd.sock"
    }
    return "/run/lfmd/lfmd.sock"
  }

  /// The settings as a configuration file would have them, one a line.
  var fileText: String {
    ConfigurationKey.allCases.map { key in
      guard let value = key.text(in: self) else { return "# \(key.rawValue):\n" }
      // Quoted where YAML would read something else into it (an octal number, a boolean word in a path).
      let isPlain = value.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) }
      let isOctal = key == .socketMode
      return "\(key.rawValue): \(isPlain && !isOctal ? value : Self.quoted(value))\n"
    }.joined()
  }

  /// YAML's double-quoted form.
  private static func quoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\u{20}"..."\u{7e}", "\u{a0}"...: text.unicodeScalars.append(scalar)
      default: text += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      }
    }
    return text + "\""
  }
}
