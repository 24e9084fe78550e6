import Foundation
import Testing

/// The programs as they were built beside the tests, and the demo model.
enum Built {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let model = root.appending(path: "Models/demo.gguf").path
  /// Rows of its vocabulary.
  static let modelVocabulary = 3072

  /// The test bundle lies in the folder that the programs lie in.
  static let folder: URL = {
    var place = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    while place.path != "/" {
      if FileManager.default.isExecutableFile(atPath: place.appending(path: "lfmd").path) {
        return place
      }
      place = place.deletingLastPathComponent()
    }
    return place
  }()

  static func program(_ name: String) -> URL { folder.appending(path: name) }
}

/// What a program that has ended left behind.
struct Outcome {
  var status: Int32
  var wasSignalled: Bool
  var output: Data
  var errors: String

  var text: String { String(decoding: output, as: UTF8.self) }
}

/// A program that runs beside the test.
final class RunningProgram {
  let process = Process()
  private let outputFile: URL
  private let errorFile: URL

  /// - Parameter input: what it reads on standard input; `nil` is an empty file.
  convenience init(
    _ name: String, _ arguments: [String], input: Data? = nil, environment: [String: String] = [:]
  ) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "lfm-test-\(UUID()).in")
    try (input ?? Data()).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try self.init(
      Built.program(name), arguments, standardInput: try FileHandle(forReadingFrom: file),
      environment: environment)
  }

  /// - Parameters:
  ///   - standardOutput: where its output goes instead of `outputSoFar`.
  ///   - standardError: where its errors go instead of `errors`.
  init(
    _ program: URL, _ arguments: [String], standardInput: FileHandle,
    standardOutput: FileHandle? = nil, standardError: FileHandle? = nil,
    environment: [String: String] = [:]
  ) throws {
    let place = FileManager.default.temporaryDirectory
    let stem = "lfm-test-\(UUID().uuidString)"
    outputFile = place.appending(path: stem + ".out")
    errorFile = place.appending(path: stem + ".err")
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try Data().write(to: outputFile)
    try Data().write(to: errorFile)
    process.standardInput = standardInput
    process.standardOutput = try standardOutput ?? FileHandle(forWritingTo: outputFile)
    process.standardError = try standardError ?? FileHandle(forWritingTo: errorFile)
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    try? FileManager.default.removeItem(at: outputFile)
    try? FileManager.default.removeItem(at: errorFile)
  }

  var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }
  var outputSoFar: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for the end; a program that hangs is killed, and the test fails.
  func wait(seconds: Double = 60) throws -> Outcome {
    let deadline = Date.now.addingTimeInterval(seconds)
    while process.isRunning, Date.now < deadline { usleep(5000) }
    if process.isRunning {
      Issue.record("\(process.arguments ?? []) did not end within \(seconds) s: \(errors)")
      signal(SIGKILL)
      process.waitUntilExit()
    }
    return Outcome(
      status: process.terminationStatus, wasSignalled: process.terminationReason != .exit,
      output: try Data(contentsOf: outputFile), errors: errors)
  }
}

/// A daemon of the test's own, on a socket of its own.
final class TestDaemon {
  let folder: URL
  let socket: String
  let program: RunningProgram

  /// - Parameter descriptors: how many it may have open at a time, if not as many as we.
  init(
    model: String = Built.model, arguments: [String] = [], environment: [String: String] = [:],
    awaitsReady: Bool = true, descriptors: Int? = nil
  ) throws {
    folder = URL(filePath: "/tmp/lfm-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    socket = folder.appending(path: "s").path
    let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
    program = try RunningProgram(
      URL(filePath: "/bin/sh"),
      [
        "-c", limit + "exec \"$0\" \"$@\"", Built.program("lfmd").path, "--config", "/dev/null",
        "--model", model, "--socket", socket,
      ] + arguments,
      standardInput: .nullDevice, environment: environment)
    guard awaitsReady else { return }
    let deadline = Date.now.addingTimeInterval(60)
    while try lfmctl(["health"]).status != 0 {
      guard program.process.isRunning, Date.now < deadline else {
        throw StartFailure(errors: program.errors)
      }
      usleep(20_000)
    }
  }

  deinit {
    program.signal(SIGKILL)
    try? FileManager.default.removeItem(at: folder)
  }

  struct StartFailure: Error {
    var errors: String
  }

  func start(_ arguments: [String], input: Data? = nil) throws -> RunningProgram {
    try RunningProgram(
      "lfmctl", arguments, input: input, environment: ["LFMD_SOCKET": socket, "NO_COLOR": "1"])
  }

  func lfmctl(_ arguments: [String], input: String? = nil) throws -> Outcome {
    try start(arguments, input: input.map { Data($0.utf8) }).wait()
  }
}
