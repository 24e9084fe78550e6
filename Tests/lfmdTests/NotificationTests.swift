import Foundation
import Glibc
import Testing

/// What the service manager is told, and when (sd_notify(3)).
@Suite struct NotificationTests {
  @Test func readyComesOnceTheModelServes() throws {
    let manager = try TestSocket(SOCK_DGRAM)
    let daemon = try TestDaemon(
      environment: ["NOTIFY_SOCKET": manager.path], awaitsReady: false)
    let start = try manager.states(until: { $0.contains("READY=1") })
    // The first call after READY is answered, without a second attempt.
    let answer = try daemon.lfmctl(["generate", "--max-tokens", "2", "Hello"])
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(start.first == "STATUS=loading \(Built.model)")
    #expect(start.last == "STATUS=serving lfmd-demo")
    #expect(start.contains("EXTEND_TIMEOUT_USEC=60000000"), "a slow start is not killed")

    let status = try manager.states(until: { $0.hasPrefix("STATUS=") && $0.contains("1 done") })
    #expect(status.last?.contains("0 running, 0 waiting, 1 done, 2 tokens generated") == true)

    daemon.program.signal(SIGTERM)
    #expect(try daemon.program.wait().status == 0)
    let end = try manager.states(until: { $0 == "STOPPING=1" })
    #expect(!end.contains("READY=1"))
    #expect(end.contains("EXTEND_TIMEOUT_USEC=40000000"))
  }

  @Test func aFailureToLoadIsNeverReady() throws {
    let manager = try TestSocket(SOCK_DGRAM)
    let name = "no\nREADY=1\nmodel"
    let outcome = try RunningProgram(
      "lfmd", ["--config", "/dev/null", "--socket", manager.path + "2", "--model", "/tmp/" + name],
      environment: ["NOTIFY_SOCKET": manager.path]
    ).wait()
    #expect(outcome.status == 66)
    let all = try manager.states(until: { $0.hasPrefix("STATUS=failed: /tmp/no") })
    #expect(!all.contains("READY=1"), "a name in a status begins no state of its own")
    #expect(!FileManager.default.fileExists(atPath: manager.path + "2"))
    let last = outcome.errors.split(separator: "\n").last
    #expect(last?.contains("critical: /tmp/no") == true, "\(outcome.errors)")
  }

  @Test func aSignalWhileTheModelIsLoadedEndsWell() throws {
    let manager = try TestSocket(SOCK_DGRAM)
    let daemon = try TestDaemon(
      environment: ["NOTIFY_SOCKET": manager.path], awaitsReady: false)
    _ = try manager.states(until: { $0.hasPrefix("STATUS=loading") })
    daemon.program.signal(SIGTERM)
    #expect(try daemon.program.wait().status == 0)
    #expect(!FileManager.default.fileExists(atPath: daemon.socket))
  }

  @Test func aSecondSignalEndsAtOnce() throws {
    let daemon = try TestDaemon(arguments: ["--drain-timeout", "600"])
    let running = try daemon.start(
      ["generate", "--raw", "--ignore-end", "--max-tokens", "2000", "--stream-json", "Nora"])
    try eventually({ running.outputSoFar.contains("\"answer\"") })
    daemon.program.signal(SIGTERM)
    try eventually({ daemon.program.errors.contains("stopping") })
    // A successor may start.
    try eventually({ !FileManager.default.fileExists(atPath: daemon.socket) })
    daemon.program.signal(SIGTERM)
    #expect(try daemon.program.wait().status == 1)
    #expect(try running.wait().status == 69)
  }
}
