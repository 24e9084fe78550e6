import Foundation
import Glibc
import Testing

/// The service manager's watchdog: fed while the daemon lives, and not when a step hangs.
@Suite struct WatchdogTests {
  /// Microseconds. A beat comes every quarter of it.
  private static let interval = "200000"

  @Test func anIdleDaemonAndAWorkingOneAreAlive() throws {
    let manager = try TestSocket(SOCK_DGRAM)
    let daemon = try TestDaemon(
      environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": Self.interval],
      awaitsReady: false)
    let start = try manager.states(until: { $0 == "WATCHDOG=1" })
    #expect(start.contains("READY=1"), "nothing is fed before")
    for _ in 0..<3 { _ = try manager.states(until: { $0 == "WATCHDOG=1" }) }
    let caller = try daemon.start(
      ["generate", "--raw", "--ignore-end", "--max-tokens", "2000", "Nora"])
    try eventually({ !caller.outputSoFar.isEmpty })
    _ = try manager.states(until: { $0 == "WATCHDOG=1" })
    caller.signal(SIGKILL)
  }

  @Test func aStepThatHangsIsNoticed() throws {
    let manager = try TestSocket(SOCK_DGRAM)
    let daemon = try TestDaemon(
      environment: [
        "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": Self.interval, "LFMD_FAULT": "hang-step",
      ])
    _ = try manager.states(until: { $0 == "WATCHDOG=1" })
    let caller = try daemon.start(["generate", "Hello"])
    try eventually({ try daemon.lfmctl(["status"]).text.contains("1 running") })
    // A beat may have been on its way.
    usleep(200_000)
    while manager.datagram() != nil {}
    usleep(800_000)
    var since: [String] = []
    while let datagram = manager.datagram() { since.append(datagram) }
    #expect(!since.contains { $0.contains("WATCHDOG=1") }, "\(since)")
    // The daemon still talks: it is the watchdog alone that finds out.
    #expect(try daemon.lfmctl(["health"]).status == 0)
    caller.signal(SIGKILL)
  }
}
