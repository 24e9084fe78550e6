import Foundation
import Testing

/// How the daemon starts, ends, and refuses to start.
@Suite struct DaemonLifeTests {
  @Test func aMissingModelIsNoInput() throws {
    let outcome = try lfmd(["--model", "/nonexistent/model.gguf"])
    #expect(outcome.status == 66)
    #expect(outcome.errors.contains("/nonexistent/model.gguf"))
  }

  @Test func aMalformedModelIsADataError() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "bad-\(UUID()).gguf")
    defer { try? FileManager.default.removeItem(at: file) }
    for content in ["", "GGUF", "not a model at all, but long enough to have a header in it"] {
      try Data(content.utf8).write(to: file)
      let outcome = try lfmd(["--model", file.path])
      #expect(outcome.status == 65, "\(content): \(outcome.errors)")
      #expect(outcome.errors.contains(file.path))
    }
    let whole = try Data(contentsOf: URL(filePath: Built.model))
    for length in [24, 1000, 100_000, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: file)
      let outcome = try lfmd(["--model", file.path])
      #expect(outcome.status == 65, "cut to \(length): \(outcome.errors)")
    }
  }

  @Test func noModelIsAConfigurationError() throws {
    let outcome = try lfmd([])
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains("no model is configured"))
  }

  @Test func checkConfigSaysWhatIsInForce() throws {
    let good = try lfmd(["--model", Built.model, "--context", "512", "--check-config"])
    #expect(good.status == 0, "\(good.errors)")
    #expect(good.text.contains("context: 512\n"))
    #expect(!good.errors.contains("positions"))
    let large = try lfmd(["--model", Built.model, "--context", "1000000", "--check-config"])
    #expect(large.status == 0)
    #expect(
      large.errors.contains("context is 1000000, but the model has 2048 positions"),
      "\(large.errors)")
    let path = "/tmp/" + String(repeating: "x", count: 200)
    let long = try lfmd(["--model", Built.model, "--socket", path, "--check-config"])
    #expect(long.status == 73)
    let folder = try lfmd(["--model", Built.model, "--socket", "/nowhere/s", "--check-config"])
    #expect(folder.status == 0)
    #expect(folder.errors.contains("could not make its socket in /nowhere"), "\(folder.errors)")
    #expect(try lfmd(["--check-config", "--context=-1"]).status == 78)
    #expect(try lfmd(["--check-config", "--model", "/nonexistent"]).status == 66)
    let template = try lfmd(["--model", Built.model, "--chat-template", "chatml", "--check-config"])
    #expect(template.status == 78)
    #expect(template.errors.contains("chat-template is \"chatml\", but must be one of"))
  }

  @Test func aContextLargerThanTheModelsIsTheModels() throws {
    let daemon = try TestDaemon(arguments: ["--context", "1000000"])
    #expect(daemon.program.errors.contains("sequences may have 2048"), "\(daemon.program.errors)")
    let status = try daemon.lfmctl(["status", "--json"])
    let object = try JSONSerialization.jsonObject(with: status.output) as? [String: Any]
    #expect((object?["model"] as? [String: Any])?["context"] as? Int == 2048)
  }

  @Test func theProgramTakesFlagsOverEnvironmentOverFile() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "lfmd-\(UUID()).conf")
    try Data("model: \(Built.model)\ncontext: 100\nthreads: 1\nmax-waiting: 9\n".utf8)
      .write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let outcome = try RunningProgram(
      "lfmd", ["--check-config", "--context", "300"],
      environment: [
        "LFMD_CONFIG": file.path, "LFMD_CONTEXT": "200", "LFMD_THREADS": "2",
        "LFMD_SOCKET": "/tmp/s",
      ]
    ).wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = Set(outcome.text.split(separator: "\n").map(String.init))
    #expect(
      lines.isSuperset(of: ["context: 300", "threads: 2", "max-waiting: 9", "max-running: 8"]))
    let wrong = try RunningProgram(
      "lfmd", ["--config", file.path], environment: ["LFMD_THREADS": "many"]
    ).wait()
    #expect(wrong.status == 78)
    #expect(wrong.errors.contains("LFMD_THREADS is \"many\""), "\(wrong.errors)")
  }

  @Test func aConfigurationFileThatIsWrongIsNamedWithItsLine() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "lfmd-\(UUID()).conf")
    defer { try? FileManager.default.removeItem(at: file) }
    for (text, sentence) in [
      ("threads: 1\ncontxt: 5\n", ":2: unknown setting \"contxt\"; did you mean context?"),
      ("# a\n\nsocket-mode: 999\n", ":3: socket-mode is \"999\""),
      ("model: a\nmodel: b\n", ":2: model is set more than once"),
      ("model: a\n  b: [\n", ":2: not valid YAML"),
    ] {
      try Data(text.utf8).write(to: file)
      let outcome = try RunningProgram("lfmd", ["--config", file.path]).wait()
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains(file.path + sentence), "\(text): \(outcome.errors)")
    }
    let folder = try RunningProgram("lfmd", ["--config", "/tmp"]).wait()
    #expect(folder.status == 78)
    #expect(folder.errors.contains("/tmp cannot be read"), "\(folder.errors)")
  }

  @Test func aSecondDaemonOnTheSocketIsRefusedAndTheFirstServesOn() throws {
    let first = try TestDaemon()
    let second = try lfmd(["--model", Built.model, "--socket", first.socket])
    #expect(second.status == 69)
    let process = first.program.process.processIdentifier
    #expect(
      second.errors.contains("another daemon (process \(process)) is serving"), "\(second.errors)")
    // Without the lock beside it the socket itself says who listens.
    try FileManager.default.removeItem(atPath: first.socket + ".lock")
    let third = try lfmd(["--model", Built.model, "--socket", first.socket])
    #expect(third.status == 69)
    #expect(
      third.errors.contains("another daemon (process \(process)) is serving"), "\(third.errors)")
    #expect(try first.lfmctl(["health"]).status == 0)
  }

  @Test func aSocketPathThatIsAFileIsLeftAlone() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "file-\(UUID())")
    try Data("precious".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let outcome = try lfmd(["--model", Built.model, "--socket", file.path])
    #expect(outcome.status == 73)
    #expect(outcome.errors.contains(file.path))
    #expect(try String(contentsOf: file, encoding: .utf8) == "precious")
  }

  @Test func aSocketPathThatIsTooLongIsRefused() throws {
    let path = "/tmp/" + String(repeating: "x", count: 200)
    let outcome = try lfmd(["--model", Built.model, "--socket", path])
    #expect(outcome.status == 73)
    #expect(outcome.errors.contains("long"))
  }

  @Test func aStaleSocketIsReplaced() throws {
    let folder = URL(filePath: "/tmp/lfm-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let socket = folder.appending(path: "s").path
    let arguments = ["--config", "/dev/null", "--model", Built.model, "--socket", socket]
    let killed = try RunningProgram("lfmd", arguments)
    try awaitHealth(socket)
    killed.signal(SIGKILL)
    _ = try killed.wait()
    #expect(FileManager.default.fileExists(atPath: socket))
    let next = try RunningProgram("lfmd", arguments)
    try awaitHealth(socket)
    next.signal(SIGTERM)
    #expect(try next.wait().status == 0)
    #expect(!FileManager.default.fileExists(atPath: socket))
  }

  @Test func sigtermLetsWhatRunsFinish() throws {
    let daemon = try TestDaemon(arguments: ["--drain-timeout", "60"])
    let running = try daemon.start(
      ["generate", "--raw", "--ignore-end", "--max-tokens", "60", "--stream-json", "Nora"])
    try eventually({ running.outputSoFar.contains("\"answer\"") })
    daemon.program.signal(SIGTERM)
    let outcome = try running.wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("\"finished\""))
    #expect(try daemon.program.wait().status == 0)
    #expect(!FileManager.default.fileExists(atPath: daemon.socket))
  }

  @Test func theDrainIsBounded() throws {
    let daemon = try TestDaemon(arguments: ["--drain-timeout", "0"])
    let running = try daemon.start(
      ["generate", "--raw", "--ignore-end", "--max-tokens", "2000", "--stream-json", "Nora"])
    try eventually({ running.outputSoFar.contains("\"answer\"") })
    daemon.program.signal(SIGTERM)
    #expect(try running.wait().status == 69)
    #expect(try daemon.program.wait().status == 0)
  }

  private func lfmd(_ arguments: [String]) throws -> Outcome {
    let socket = "/tmp/lfm-\(UUID().uuidString.prefix(8)).sock"
    let all = arguments.contains("--socket") ? arguments : arguments + ["--socket", socket]
    return try RunningProgram("lfmd", ["--config", "/dev/null"] + all).wait()
  }

  private func awaitHealth(_ socket: String) throws {
    try eventually({
      try RunningProgram("lfmctl", ["--socket", socket, "health"]).wait().status == 0
    })
  }
}

/// Waits for a condition that another process brings about.
func eventually(_ condition: () throws -> Bool) throws {
  let deadline = Date.now.addingTimeInterval(60)
  while try !condition() {
    try #require(Date.now < deadline, "it did not come to pass within a minute")
    usleep(20_000)
  }
}
