import Foundation
import Testing

/// The C code in the repository is what Protos/ gives.
@Suite struct GeneratedCodeTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Another version's output may differ in its words.
  private static var hasTheGenerator: Bool {
    run("protoc-c --version && protoc --version").output.contains("protobuf-c 1.4.1")
  }

  private static func run(_ command: String) -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = root
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { return (-1, "\(error)") }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test(.enabled(if: hasTheGenerator, "protoc-c 1.4.1 and protoc are not installed"))
  func isCurrent() {
    let (status, output) = Self.run("Tools/generate-protos.sh --check")
    #expect(status == 0, "\(output)")
  }

  /// proto3 `optional` is beyond protoc-c 1.4.1, and a message within itself beyond any bound on depth.
  @Test func theContractKeepsItsRules() throws {
    let protos = Self.root.appending(path: "Protos")
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
