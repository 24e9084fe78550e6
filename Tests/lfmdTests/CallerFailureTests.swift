import Foundation
import Testing

/// What callers do wrong, and what becomes of it: the exit code, the sentence, and the next caller.
@Suite struct CallerFailureTests {
  @Test func noDaemonIsUnavailableAndSaysHowToStartOne() throws {
    let outcome = try RunningProgram(
      "lfmctl", ["--socket", "/tmp/lfm-no-such-daemon.sock", "generate", "Hello"]
    ).wait()
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("lfmd"))
    #expect(outcome.output.isEmpty)
  }

  static let wrongFlags: [[String]] = [
    ["--temperature", "nan"], ["--temperature", "-1"], ["--top-k", "-1"], ["--top-p", "1.5"],
    ["--min-p", "inf"], ["--repetition-penalty", "0"], ["--max-tokens", "0"],
    ["--max-tokens", "9223372036854775808"], ["--seed", "-1"],
    ["--top-log-probabilities", "21"], ["--think", "loud"], ["--no-such-flag"],
    ["--timeout", "soon"], ["--json", "--stream-json"],
  ]

  @Test(arguments: wrongFlags)
  func wrongParametersAreWrongUsage(flags: [String]) throws {
    let outcome = try RunningProgram(
      "lfmctl", ["--socket", "/tmp/lfm-no-such-daemon.sock", "generate"] + flags + ["Hello"]
    ).wait()
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
  }

  @Test func badInputNamesTheThing() throws {
    let daemon = try TestDaemon()
    let invalid = try daemon.start(["generate"], input: Data([0x48, 0x69, 0xff, 0x21])).wait()
    #expect(invalid.status == 65)
    #expect(invalid.errors.contains("offset 2"))
    let json = try daemon.lfmctl(["generate", "--messages", "-"], input: #"{"messages":[}"#)
    #expect(json.status == 65)
    #expect(json.errors.contains("column 14"), "\(json.errors)")
    let missing = try daemon.lfmctl(["generate", "--file", "/nonexistent", "Hello"])
    #expect(missing.status == 66)
    let long = try daemon.lfmctl(
      ["generate"], input: String(repeating: "word and another ", count: 3000))
    #expect(long.status == 65)
    #expect(long.errors.contains("2048"), "\(long.errors)")
    let token = try daemon.lfmctl(["generate", "--raw", "--tokens", "5,99999"])
    #expect(token.status == 65)
    #expect(token.errors.contains("99999"))
    #expect(try daemon.lfmctl(["detokenize", "99999"]).status == 65)
    #expect(try daemon.lfmctl(["generate", ""]).status != 70)
    #expect(try daemon.lfmctl(["logits", "--tokens", "1"]).status == 78)
    let last = try daemon.lfmctl(["generate", "--max-tokens", "3", "Hello"])
    #expect(last.status == 0, "\(last.errors)")
  }

  @Test func theTimeLimitIsKept() throws {
    let daemon = try TestDaemon()
    let past = try daemon.lfmctl(["generate", "--timeout", "0", "Hello"])
    #expect(past.status == 124, "\(past.errors)")
    let endless = try daemon.lfmctl([
      "generate", "--raw", "--ignore-end", "--max-tokens", "2000", "--timeout", "300ms", "Nora",
    ])
    #expect(endless.status == 124, "\(endless.errors)")
    try eventually({ try runningGenerations(daemon) == 0 })
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalCancelsAtTheDaemon(number: Int32) throws {
    let daemon = try TestDaemon()
    let caller = try daemon.start(
      ["generate", "--raw", "--ignore-end", "--max-tokens", "2000", "Nora"])
    try eventually({ !caller.outputSoFar.isEmpty })
    caller.signal(number)
    let outcome = try caller.wait()
    #expect(outcome.wasSignalled)
    #expect(outcome.status == number)
    try eventually({ try runningGenerations(daemon) == 0 })
  }

  @Test func aVanishedCallerFreesItsPlace() throws {
    let daemon = try TestDaemon(arguments: ["--max-running", "1"])
    let caller = try daemon.start(
      ["generate", "--raw", "--ignore-end", "--max-tokens", "2000", "Nora"])
    try eventually({ !caller.outputSoFar.isEmpty })
    caller.signal(SIGKILL)
    let next = try daemon.lfmctl(["generate", "--max-tokens", "3", "Hello"])
    #expect(next.status == 0, "\(next.errors)")
  }

  @Test func anOutputFileAppearsWholeOrNotAtAll() throws {
    let daemon = try TestDaemon()
    let file = daemon.folder.appending(path: "answer.txt").path
    let failed = try daemon.lfmctl([
      "generate", "--raw", "--ignore-end", "--max-tokens", "2000", "--timeout", "200ms", "-o", file,
      "Nora",
    ])
    #expect(failed.status == 124)
    #expect(!FileManager.default.fileExists(atPath: file))
    let good = try daemon.lfmctl([
      "generate", "--raw", "--max-tokens", "5", "--ignore-end", "-o", file, "Nora",
    ])
    #expect(good.status == 0, "\(good.errors)")
    #expect(good.output.isEmpty)
    #expect(FileManager.default.fileExists(atPath: file))
    let leftovers = try FileManager.default.contentsOfDirectory(atPath: daemon.folder.path)
    #expect(leftovers.filter { $0.hasSuffix(".part") }.isEmpty)
    #expect(try daemon.lfmctl(["generate", "-o", "/nonexistent/x", "Hello"]).status == 73)
  }

  private func runningGenerations(_ daemon: TestDaemon) throws -> Int {
    let status = try daemon.lfmctl(["status", "--json"])
    let object = try JSONSerialization.jsonObject(with: status.output) as? [String: Any]
    let activity = try #require(object?["activity"] as? [String: Any], "\(status.errors)")
    return try #require(activity["running"] as? Int)
  }
}
