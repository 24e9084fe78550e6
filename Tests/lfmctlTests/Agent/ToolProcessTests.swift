import Foundation
import Testing

@testable import lfmctl

@Suite struct ToolProcessTests {
  /// As in the program: a tool that does not read is no reason to die.
  init() { _ = signal(SIGPIPE, SIG_IGN) }

  private static let longest = 256 << 10

  private func run(
    _ script: String, input: String = "", limit: Duration = .seconds(60), longest: Int = longest
  ) throws -> (text: String, outcome: ToolProcess.Outcome) {
    let process = ToolProcess(
      name: "t", program: "/bin/sh", arguments: ["-c", script], limit: limit,
      longestOutput: longest)
    let outcome = try process.run(input: Array(input.utf8))
    return (String(decoding: outcome.output, as: UTF8.self), outcome)
  }

  @Test func inputGoesInAndOutputComesOut() throws {
    let (text, outcome) = try run("cat; exit 3", input: "{\"a\": 1}\n")
    #expect(text == "{\"a\": 1}\n" && outcome.ending == .exited(3) && outcome.leftOut == 0)
    #expect(try run("kill -9 $$").outcome.ending == .signalled(9))
  }

  /// More than any pipe holds, in both directions; and a tool that reads nothing.
  @Test func longTextsBlockNobody() throws {
    let long = String(repeating: "0123456789abcdef", count: 64 << 10)
    let (text, outcome) = try run("cat", input: long)
    #expect(text.utf8.count == Self.longest && long.hasPrefix(text))
    #expect(outcome.leftOut == long.utf8.count - Self.longest && outcome.ending == .exited(0))
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

  /// What leaves the group of its process, as timeout(1) does, stays in the session.
  @Test func whatLeftTheGroupIsEnded() throws {
    let folder = try TemporaryFolder()
    let file = folder.path("pid")
    let (text, outcome) = try run(
      """
      timeout 600 sh -c 'echo $$ > \(file); exec sleep 600' &
      while [ ! -s \(file) ]; do sleep 0.01; done
      echo done
      """)
    #expect(text == "done\n" && outcome.ending == .exited(0))
    let child = try #require(pid_t(try folder.text("pid").trimmingCharacters(in: .newlines)))
    try expectEnd(of: child)
    #expect(
      try run("timeout 600 sleep 600; true", limit: .milliseconds(300)).outcome.ending == .timedOut)
  }

  @Test func aToolLeadsASessionWithoutATerminal() throws {
    #expect(
      try run("set -- $(cat /proc/$$/stat); [ $6 = $$ ] && echo leads").text == "leads\n")
    #expect(try run("(: </dev/tty) 2>/dev/null || echo closed").text == "closed\n")
  }

  @Test func aFloodEndsWithTheTime() throws {
    let begin = ContinuousClock.now
    let (text, outcome) = try run("yes; true", limit: .milliseconds(300), longest: 4)
    #expect(text == "y\ny\n" && outcome.leftOut > 0 && outcome.ending == .timedOut)
    #expect(begin.duration(to: .now) < .seconds(20))
  }

  @Test func standardErrorTellsWhy() throws {
    let (text, outcome) = try run("echo out; echo no such city >&2; exit 2")
    #expect(text == "out\n" && outcome.complaint == "no such city")
  }

  /// A status that somebody else has taken, or that the system was told to drop, is no success.
  @Test func aStatusThatNobodyKnowsIsNone() {
    let session = ToolSession(leader: getppid())
    #expect(session.hasEnded && session.wait() == nil)
    #expect(ToolProcess.Ending(status: nil) == .unknown)
    #expect(ToolProcess.Ending(status: 3 << 8) == .exited(3))
    #expect(ToolProcess.Ending(status: 9) == .signalled(9))
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
    let process = ToolProcess(
      name: "t", program: "/nonexistent", arguments: [], limit: .seconds(1), longestOutput: 1)
    let failure = #expect(throws: Failure.self) { try process.run(input: []) }
    #expect(failure?.errorNumber == ENOENT)
  }
}
