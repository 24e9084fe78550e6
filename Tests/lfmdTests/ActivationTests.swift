import Foundation
import Glibc
import Testing

/// Descriptors that a service manager or a parent hands over.
@Suite struct ActivationTests {
  @Test func whoConnectedBeforeTheDaemonWasStartedIsAnswered() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let caller = try RunningProgram(
      "lfmctl", ["--socket", socket.path, "generate", "--max-tokens", "3", "Hello"])
    let daemon = try startActivated(["--model", Built.model], input: socket.handle)
    let outcome = try caller.wait()
    #expect(outcome.status == 0, "\(outcome.errors) \(daemon.errors)")
    daemon.signal(SIGTERM)
    #expect(try daemon.wait().status == 0)
    #expect(FileManager.default.fileExists(atPath: socket.path), "the path is not the daemon's")
  }

  @Test func everySocketHandedOverIsServed() throws {
    let first = try TestSocket(SOCK_STREAM)
    let second = try TestSocket(SOCK_STREAM)
    let daemon = try startActivated(
      ["--model", Built.model], input: first.handle, standardError: second.handle,
      redirections: "3<&0 4>&2 </dev/null 2>/dev/null", count: 2)
    defer { daemon.signal(SIGKILL) }
    for socket in [first, second] {
      let outcome = try RunningProgram("lfmctl", ["--socket", socket.path, "health"]).wait()
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test(arguments: [
    ("3</dev/null", 1, "inherited descriptor 3 (unknown) is not a listening Unix stream socket"),
    (
      "3<&0 4</dev/null", 2,
      "inherited descriptor 4 (unknown) is not a listening Unix stream socket"
    ),
    ("3<&0 4<&-", 2, "LISTEN_FDS=2 announces descriptors from 3 on that cannot be taken"),
  ])
  func whatIsHandedOverMustBeAListeningSocket(
    redirections: String, count: Int, sentence: String
  ) throws {
    let socket = try TestSocket(SOCK_STREAM)
    let outcome = try startActivated(
      ["--model", Built.model], input: socket.handle, redirections: redirections, count: count
    ).wait()
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
  }

  @Test func descriptorsForAnotherProcessAreNotTaken() throws {
    let daemon = try TestDaemon(environment: ["LISTEN_FDS": "1", "LISTEN_PID": "1"])
    #expect(try daemon.lfmctl(["health"]).status == 0)
  }

  @Test func whoWaitsWhenTheModelCannotBeLoadedIsToldSo() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let caller = try RunningProgram("lfmctl", ["--socket", socket.path, "generate", "Hello"])
    // The caller is at the door before the daemon looks: its connection waits in the kernel.
    var wanted = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
    #expect(unsafe poll(&wanted, 1, 60_000) == 1)
    let daemon = try startActivated(["--model", "/nonexistent/m.gguf"], input: socket.handle)
    let outcome = try daemon.wait()
    #expect(outcome.status == 66)
    let last = outcome.errors.split(separator: "\n").last
    #expect(last?.contains("critical: /nonexistent/m.gguf") == true, "\(outcome.errors)")
    #expect(try caller.wait().status == 69)
  }

  @Test(arguments: [
    ("99", "--connection-fd 99: no such descriptor is open"),
    ("=-1", "--connection-fd -1: no such descriptor is open"),
    ("0", "--connection-fd 0: the descriptor is not a connected Unix stream socket"),
  ])
  func aConnectionThatIsNoneIsAConfigurationError(number: String, sentence: String) throws {
    let flag = number.hasPrefix("=") ? ["--connection-fd" + number] : ["--connection-fd", number]
    let outcome = try RunningProgram(
      "lfmd", ["--config", "/dev/null", "--model", Built.model] + flag
    ).wait()
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
  }

  @Test func aListeningSocketIsNoConnection() throws {
    let socket = try TestSocket(SOCK_STREAM)
    let outcome = try RunningProgram(
      Built.program("lfmd"),
      ["--config", "/dev/null", "--model", Built.model, "--connection-fd", "0"],
      standardInput: socket.handle
    ).wait()
    #expect(outcome.status == 78)
    #expect(outcome.errors.contains("not a connected"), "\(outcome.errors)")
  }
}
