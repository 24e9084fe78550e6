// `lfmd describe-settings`: every setting as `ConfigurationKey` defines it, for the manual page.

import ArgumentParser
import LFMLanguage

struct DescribeSettingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lfmd describe-settings", abstract: "Print the settings as JSON.")

  func run() throws {
    let settings = ConfigurationKey.allCases.map { key in
      var members: [(String, JSONValue)] = [
        ("name", .string(key.rawValue)), ("environment", .string(key.environmentName)),
        ("help", .string(key.help)), ("reloadable", .bool(key.isReloadable)),
      ]
      // Where the socket lies depends on who asks; the manual has what the service has.
      let standard = key == .socket ? "/run/lfmd/lfmd.sock" : key.text(in: Configuration())
      if let value = standard { members.append(("value", .string(value))) }
      return JSONValue.object(JSONObject(members))
    }
    print(JSONValue.array(settings).serialized)
  }
}
