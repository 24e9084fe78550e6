import Foundation
import Glibc
import Testing

/// The end of a daemon that nobody needs.
@Suite struct IdlenessTests {
  @Test func aDaemonThatASocketStartedEndsWhenNobodyIsConnected() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let manager = try TestSocket(SOCK_DGRAM)
    for _ in 0..<2 {
      // The next caller starts the next daemon.
      let caller = try RunningProgram(
        "lfmctl", ["--socket", socket.path, "generate", "--max-tokens", "3", "Hello"])
      let daemon = try startActivated(
        ["--model", Built.model, "--idle-exit", "1"], input: socket.handle,
        environment: ["NOTIFY_SOCKET": manager.path])
      #expect(try caller.wait().status == 0)
      let outcome = try daemon.wait()
      #expect(outcome.status == 0)
      #expect(outcome.errors.contains("stopping: nobody was connected for 1.0 seconds"))
      _ = try manager.states(until: { $0 == "STOPPING=1" })
    }
  }

  @Test func whoIsConnectedKeepsItAlive() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let daemon = try startActivated(
      ["--model", Built.model, "--idle-exit", "1"], input: socket.handle)
    let caller = try RunningProgram(
      "lfmctl",
      [
        "--socket", socket.path, "generate", "--raw", "--ignore-end", "--max-tokens", "2000",
        "--stream-json", "Nora",
      ])
    #expect(try caller.wait().text.contains("\"finished\""))
    #expect(try daemon.wait().status == 0)
  }

  @Test func aDaemonWithASocketOfItsOwnStays() throws {
    let daemon = try TestDaemon(arguments: ["--idle-exit", "1"])
    usleep(1_500_000)
    #expect(daemon.program.process.isRunning)
    #expect(try daemon.lfmctl(["health"]).status == 0)
  }
}
