import Foundation
import Glibc
import Testing

@testable import lfmd

/// SIGHUP: settings are read again, and calls go on.
@Suite struct ReloadTests {
  @Test func limitsAndTheLogLevelChangeAndACallGoesOn() throws {
    let manager = try TestSocket(SOCK_DGRAM)
    let daemon = try ReloadingDaemon("max-connections: 9\n", notify: manager.path)
    _ = try manager.states(until: { $0 == "READY=1" })
    let caller = try daemon.start(
      ["generate", "--raw", "--ignore-end", "--max-tokens", "300", "--stream-json", "Nora"])
    try eventually({ caller.outputSoFar.contains("\"answer\"") })

    try daemon.write("max-connections: 1\nlog-level: debug\ndrain-timeout: 7\n")
    daemon.program.signal(SIGHUP)
    let states = try manager.states(until: { $0 == "READY=1" })
    #expect(states.contains("RELOADING=1"))
    let time = try #require(states.first { $0.hasPrefix("MONOTONIC_USEC=") }?.dropFirst(15))
    #expect(Int(time) ?? 0 > 0)
    try eventually({
      daemon.program.errors.contains(
        "SIGHUP: now max-connections 1, drain-timeout 7, log-level debug")
    })
    #expect(try daemon.lfmctl(["health"]).status != 0, "one is connected already")
    let outcome = try caller.wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains("\"finished\""))
    try eventually({ daemon.program.errors.contains("debug: connection closed") })
  }

  @Test func whatIsWrongLeavesEverythingAsItIs() throws {
    let daemon = try ReloadingDaemon("max-connections: 9\n")
    for (text, sentence) in [
      ("max-connections: none\n", ":1: max-connections is \"none\""),
      ("max-connections: 1\nlog-levl: debug\n", ":2: unknown setting \"log-levl\""),
    ] {
      try daemon.write(text)
      daemon.program.signal(SIGHUP)
      try eventually({ daemon.program.errors.contains(sentence) })
    }
    #expect(
      daemon.program.errors.contains("error: SIGHUP: the settings stay as they are: \(daemon.file)")
    )
    #expect(try daemon.lfmctl(["health"]).status == 0)
  }

  @Test func whatNeedsARestartIsNamed() throws {
    let daemon = try ReloadingDaemon("")
    try daemon.write("threads: 1\ncontext: 77\nmax-running: 3\n")
    daemon.program.signal(SIGHUP)
    try eventually({ daemon.program.errors.contains("SIGHUP: now max-running 3") })
    #expect(
      daemon.program.errors.contains(
        "warning: SIGHUP: a restart is needed for what was changed in: context, threads"),
      "\(daemon.program.errors)")
    daemon.program.signal(SIGHUP)
    try eventually({ daemon.program.errors.contains("SIGHUP: no setting has changed") })
  }

  @Test func flagsStillGoOverTheFile() throws {
    let daemon = try ReloadingDaemon("", arguments: ["--max-waiting", "5"])
    try daemon.write("max-waiting: 6\nmax-running: 2\n")
    daemon.program.signal(SIGHUP)
    try eventually({ daemon.program.errors.contains("SIGHUP: now max-running 2\n") })
  }

  @Test func everyReloadableSettingIsTaken() throws {
    var configuration = Configuration()
    var other = Configuration()
    other.maxRunning = 3
    other.maxWaiting = 4
    other.maxConnections = 5
    other.maxCallMemory = 99
    other.maxConnectionMemory = 98
    other.drainTimeout = 6
    other.idleExit = 7
    try ConfigurationKey.logLevel.apply("error", to: &other)
    let changed = configuration.differences(from: other)
    #expect(changed == ConfigurationKey.allCases.filter(\.isReloadable))
    configuration.take(changed, from: other)
    #expect(configuration == other)
  }
}

/// A daemon with a configuration file that can be changed.
private final class ReloadingDaemon {
  let file: String
  private let daemon: TestDaemon

  var program: RunningProgram { daemon.program }

  init(_ text: String, arguments: [String] = [], notify: String? = nil) throws {
    file = "/tmp/lfm-reload-\(UUID().uuidString.prefix(8)).conf"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    daemon = try TestDaemon(
      arguments: ["--config", file] + arguments,
      environment: notify.map { ["NOTIFY_SOCKET": $0] } ?? [:])
  }

  deinit { try? FileManager.default.removeItem(atPath: file) }

  func write(_ text: String) throws {
    try text.write(toFile: file, atomically: true, encoding: .utf8)
  }

  func start(_ arguments: [String]) throws -> RunningProgram { try daemon.start(arguments) }
  func lfmctl(_ arguments: [String]) throws -> Outcome { try daemon.lfmctl(arguments) }
}
