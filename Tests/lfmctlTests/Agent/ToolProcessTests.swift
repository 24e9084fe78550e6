import Foundation
import Testing

@testable import lfmctl

@Suite struct ToolProcessTests {
  /// As in the program: a tool that does not read is no reason to die.
  init() { _ = signal(SIGPIPE, SIG_IGN) }

  private func run(
    _ script: String, input: String = "", limit: Duration = .seconds(60)
  ) throws -> (text: String, outcome: ToolProcess.Outcome) {
    let process = ToolProcess(program: "/bin/sh", arguments: ["-c", script], limit: limit)
    let outcome = try process.run(input: Array(input.utf8))
    return (String(decoding: outcome.output, as: UTF8.self), outcome)
  }

  @Test func inputGoesInAndOutputComesOut() throws {
    let (text, outcome) = try run("cat; exit 3", input: "{\"a\": 1}\n")
    #expect(text == "{\"a\": 1}\n" && outcome.ending == .exited(3) && !outcome.isCut)
    #expect(try run("kill -9 $$").outcome.ending == .signalled(9))
  }

  /// More than any pipe holds, in both directions; and a tool that reads nothing.
  @Test func longTextsBlockNobody() throws {
    let long = String(repeating: "0123456789abcdef", count: 64 << 10)
    let (text, outcome) = try run("cat", input: long)
    #expect(outcome.isCut && text.utf8.count == ToolProcess.longestOutput && long.hasPrefix(text))
    #expect(try run("exit 0", input: long).outcome.ending == .exited(0))
    #expect(try run("exec 0<&-; echo done", input: long).text == "done\n")
  }

  @Test func aToolThatHangsIsEndedWithAllThatItStarted() throws {
    let folder = try TemporaryFolder()
    let script = "echo begun; sleep 600 & echo $! > \(folder.path("pid")); wait"
    let (text, outcome) = try run(script, limit: .milliseconds(500))
    #expect(text == "begun\n" && outcome.ending == .timedOut)
    let child = try #require(pid_t(try folder.text("pid").trimmingCharacters(in: .newlines)))
    try expectEnd(of: child)
  }

  /// What a tool leaves running neither keeps it waiting nor lives on.
  @Test func whatIsLeftRunningIsEnded() throws {
    let folder = try TemporaryFolder()
    let (text, outcome) = try run("sleep 600 & echo $! > \(folder.path("pid")); echo done")
    #expect(text == "done\n" && outcome.ending == .exited(0))
    let child = try #require(pid_t(try folder.text("pid").trimmingCharacters(in: .newlines)))
    try expectEnd(of: child)
  }

  private func expectEnd(of process: pid_t) throws {
    // It was sent SIGKILL; a process that nobody has waited for is a zombie.
    for _ in 0..<500 {
      let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      guard let state, !state.contains(") Z ") else { return }
      usleep(10_000)
    }
    Issue.record("\(process) lives on")
  }

  @Test func programsThatAreNoneFail() {
    let process = ToolProcess(program: "/nonexistent", arguments: [], limit: .seconds(1))
    #expect(throws: Failure.self) { try process.run(input: []) }
  }
}
