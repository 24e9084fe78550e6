// Flags over environment over file over defaults. Reads the three sources into one `Configuration` and names, in every
// error, the place that the value came from.

import Foundation
import Glibc
import LFMSocket
import Yams

/// The places that settings come from.
struct ConfigurationSources {
  /// Values given as flags.
  var flags: [ConfigurationKey: String] = [:]
  var environment: [String: String] = [:]
  /// The file's path and whether it was asked for by name: only then it must exist.
  var file: (path: String, isRequired: Bool)

  /// Merges the sources.
  ///
  /// - Throws: `ConfigurationProblem` for a file that cannot be read, an unknown key, or a value out of its range.
  func load() throws(ConfigurationProblem) -> Configuration {
    var configuration = Configuration()
    if let text = try fileText() {
      for entry in try Self.entries(of: text, path: file.path) {
        try Self.apply(entry.key, entry.value, from: entry.place, to: &configuration)
      }
    }
    for key in ConfigurationKey.allCases {
      if let value = environment[key.environmentName] {
        try Self.apply(key, value, from: key.environmentName, to: &configuration)
      }
    }
    for key in ConfigurationKey.allCases {
      if let value = flags[key] {
        try Self.apply(key, value, from: "--\(key.rawValue)", to: &configuration)
      }
    }
    return configuration
  }

  private static func apply(
    _ key: ConfigurationKey, _ value: String, from place: String,
    to configuration: inout Configuration
  ) throws(ConfigurationProblem) {
    do {
      try key.apply(value, to: &configuration)
    } catch {
      throw ConfigurationProblem("\(place) \(error)")
    }
  }

  private func fileText() throws(ConfigurationProblem) -> String? {
    let descriptor = unsafe open(file.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT, !file.isRequired { return nil }
      let reason =
        errno == ENOENT ? "does not exist" : "cannot be read: \(SocketError.text(of: errno))"
      throw ConfigurationProblem("the configuration file \(file.path) \(reason)")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard let bytes = try? handle.readToEnd() ?? Data() else {
      throw ConfigurationProblem(
        "the configuration file \(file.path) cannot be read; it must be a file of text")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationProblem("the configuration file \(file.path) is not UTF-8 text")
    }
    return text
  }

  /// The keys and values of a file, with their lines.
  static func entries(
    of text: String, path: String
  ) throws(ConfigurationProblem) -> [(key: ConfigurationKey, value: String, place: String)] {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationProblem(Self.sentence(error, path: path, text: text))
    }
    guard let root, root.null == nil else { return [] }
    guard case .mapping(let mapping) = root else {
      throw ConfigurationProblem("\(path) must hold one `name: value` a line")
    }
    var entries: [(ConfigurationKey, String, String)] = []
    for (keyNode, valueNode) in mapping {
      let line = keyNode.mark.map { "\(path):\($0.line)" } ?? path
      let name = keyNode.string ?? "?"
      guard let key = ConfigurationKey(rawValue: name) else {
        throw ConfigurationProblem("\(line): unknown setting \"\(name)\"\(suggestion(for: name))")
      }
      guard case .scalar(let scalar) = valueNode else {
        throw ConfigurationProblem("\(line): \(name) must be a single value")
      }
      entries.append((key, scalar.string, "\(line): \(name)"))
    }
    return entries
  }

  /// What the YAML library found, with the line where it found it.
  private static func sentence(_ error: any Error, path: String, text: String) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "\(path):\(mark.line): not valid YAML: \(problem)"
    case .duplicatedKeysInMapping(let names, _):
      let name = names.first ?? "?"
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .filter { $0.element.hasPrefix(name) }.map { "\($0.offset + 1)" }
      let line = lines.dropFirst().first.map { ":\($0)" } ?? ""
      return "\(path)\(line): \(name) is set more than once"
    default:
      return "\(path) is not valid YAML: \(error)"
    }
  }

  private static func suggestion(for name: String) -> String {
    let names = ConfigurationKey.allCases.map(\.rawValue)
    let near = names.map { ($0, distance(Array(name.utf8), Array($0.utf8))) }.min { $0.1 < $1.1 }
    if let near, near.1 <= 3 { return "; did you mean \(near.0)?" }
    return "; known settings are \(names.joined(separator: ", "))"
  }

  /// Levenshtein's distance, of short names only.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard a.count < 64 else { return a.count }
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
