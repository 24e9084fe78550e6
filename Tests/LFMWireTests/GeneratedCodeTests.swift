import Foundation
import Testing

/// The C code in the repository is what Protos/ gives.
@Suite struct GeneratedCodeTests {
  /// Another version's output may differ in its words.
  private static var hasTheGenerator: Bool {
    Shell.run("protoc-c --version && protoc --version").output.contains("protobuf-c 1.4.1")
  }

  @Test(.enabled(if: hasTheGenerator, "protoc-c 1.4.1 and protoc are not installed"))
  func isCurrent() {
    let (status, output) = Shell.run("Tools/generate-protos.sh --check")
    #expect(status == 0, "\(output)")
  }

  /// proto3 `optional` is beyond protoc-c 1.4.1, and a message within itself beyond any bound on depth.
  @Test func theContractKeepsItsRules() throws {
    let protos = Shell.root.appending(path: "Protos")
    let files = try #require(
      FileManager.default.enumerator(at: protos, includingPropertiesForKeys: nil)
    ).compactMap { $0 as? URL }.filter { $0.pathExtension == "proto" }
    #expect(files.count >= 5)
    var parts: [String: Set<String>] = [:]
    for file in files {
      var message = ""
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        guard let first = words.first, !first.hasPrefix("//") else { continue }
        #expect(first != "optional" && first != "required", "\(file.lastPathComponent): \(line)")
        if first == "message", line.hasPrefix("message") { message = words[1] }
        if words.contains("="), !message.isEmpty {
          let isMap = first.hasPrefix("map<")
          let type = first == "repeated" || isMap ? words[1] : first
          parts[message, default: []].insert(isMap ? String(type.dropLast()) : type)
        }
      }
    }
    for message in parts.keys {
      var reached: Set<String> = []
      var next = parts[message] ?? []
      while let part = next.popFirst() {
        guard reached.insert(part).inserted else { continue }
        next.formUnion(parts[part] ?? [])
      }
      #expect(!reached.contains(message), "\(message) can contain itself")
    }
  }
}
