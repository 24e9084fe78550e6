// What a program says of its own command line (`--experimental-dump-help` of swift-argument-parser), as far as a manual
// needs it.

import Foundation

/// A command, its arguments and its subcommands.
struct CommandDescription: Decodable {
  struct Argument: Decodable {
    enum Kind: String, Decodable {
      case positional, option, flag
    }

    struct Name: Decodable {
      /// `long`, `short` or `longWithSingleDash`.
      var kind: String
      var name: String
    }

    var kind: Kind
    var isOptional: Bool
    var isRepeating: Bool
    var shouldDisplay: Bool
    var names: [Name]?
    var valueName: String?
    var abstract: String?
    var discussion: String?
    var defaultValue: String?
    var allValues: [String]?
  }

  var commandName: String
  var abstract: String?
  var discussion: String?
  var shouldDisplay: Bool
  var arguments: [Argument]?
  var subcommands: [CommandDescription]?

  private struct Dump: Decodable {
    var command: CommandDescription
  }

  /// - Throws: what JSONDecoder throws.
  static func read(_ json: Data) throws -> CommandDescription {
    try JSONDecoder().decode(Dump.self, from: json).command
  }

  /// Arguments that a person is told of; `--help` and `--version` go without saying.
  var shown: [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay
        && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
    }
  }

  /// The discussion but for the exit codes, which stand in a section of their own.
  var explanation: String {
    let text = discussion ?? ""
    return String(text[..<(text.range(of: "Exit codes:")?.lowerBound ?? text.endIndex)])
  }

  var exitCodes: String? {
    let text = discussion ?? ""
    return text.range(of: "Exit codes:").map { String(text[$0.upperBound...]) }
  }
}

/// A setting of the daemon, as `lfmd describe-settings` has it.
struct SettingDescription: Decodable {
  var name: String
  var environment: String
  var help: String
  var value: String?
  var reloadable: Bool
}
