import Foundation
import Testing

/// Callers that know nothing of ours but Protos/ and lfmd-protocol(7): the scripts in Tests/python, against the daemon as it
/// is installed.
@Suite struct PythonClientTests {
  /// Debian's own first: `make deps` gives it the protobuf runtime. `nil` where there is no Python at all.
  private static let python: URL? = {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    let found = (["/usr/bin"] + folders.map(String.init)).map {
      URL(filePath: $0).appending(path: "python3")
    }.filter { FileManager.default.isExecutableFile(atPath: $0.path) }
    return found.first { (try? run($0, ["-c", "import google.protobuf"]).status) == 0 }
      ?? found.first
  }()

  private static func run(_ program: URL, _ arguments: [String]) throws -> Outcome {
    try RunningProgram(
      program, arguments, standardInput: .nullDevice,
      environment: ["PYTHONDONTWRITEBYTECODE": "1"]
    ).wait()
  }

  /// - Returns: whether it ran and all went well.
  @discardableResult
  private func run(_ script: String, _ daemon: TestDaemon) throws -> Bool {
    guard let python = Self.python else {
      print("skipped \(script): there is no python3 here")
      return false
    }
    let outcome = try Self.run(
      python,
      [
        Built.root.appending(path: "Tests/python/\(script)").path, daemon.socket,
        Built.root.appending(path: "Protos").path, "\(daemon.program.process.processIdentifier)",
      ])
    #expect(outcome.status == 0, "\(script): \(outcome.text)\(outcome.errors)")
    return outcome.status == 0
  }

  @Test func everyMethodAnswersAndTheDaemonStopsInOrder() throws {
    let daemon = try TestDaemon(arguments: ["--allow-logits", "true"])
    // At its end the script asks it to stop.
    guard try run("drive.py", daemon) else { return }
    #expect(try daemon.program.wait().status == 0)
  }

  @Test func brokenRulesLeaveNothingBehind() throws {
    try run("abuse.py", try TestDaemon())
  }

  @Test func aCrowdWaitsForFewDescriptors() throws {
    try run("crowd.py", try TestDaemon(descriptors: 40))
  }

  /// A client in any language is small work.
  @Test func theClientIsShort() throws {
    let text = try String(
      contentsOf: Built.root.appending(path: "Tests/python/lfm_client.py"), encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 200)
  }
}
