// The flags that say which daemon is asked, and for how long.

import ArgumentParser
import Foundation
import LFMClient
import LFMGeneration

struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's socket. (default: $LFMD_SOCKET, or \(LFMClient.defaultPath))",
      valueName: "path"), completion: .file())
  var socket: String?

  @Option(
    help: ArgumentHelp(
      "Use this GGUF file instead of the running daemon's model; \"demo\" is the demo model.",
      valueName: "file"), completion: .file())
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Give up after this long, everything counted: 30, 30s, 1.5m, 200ms. Exit code 124.",
      valueName: "time"))
  var timeout: TimeLimit?

  @Flag(
    help: ArgumentHelp(
      "Where no daemon answers, or it is loading, stopping or busy, try again until it serves or the time is up."
    ))
  var wait = false

  func validate() throws {
    if socket != nil, model != nil {
      throw ValidationError("--socket and --model exclude each other")
    }
  }

  /// What is left of the time-out now.
  var limit: Duration? { timeout?.remaining }

  /// The flag, the environment, the user's own daemon if there is one, the machine's.
  private var socketPath: String {
    let environment = ProcessInfo.processInfo.environment
    if let path = socket ?? environment["LFMD_SOCKET"], !path.isEmpty { return path }
    if let directory = environment["XDG_RUNTIME_DIR"], !directory.isEmpty {
      let own = directory + "/lfmd.sock"
      if FileManager.default.fileExists(atPath: own) { return own }
    }
    return LFMClient.defaultPath
  }

  /// Connects, runs the body, and closes; a private daemon ends with it.
  ///
  /// With `--wait` the body may run again: only after failures that promise that nothing was begun.
  /// - Parameter arguments: more flags for a private daemon.
  func withClient<Result>(
    arguments: [String] = [], _ body: (LFMClient) async throws -> Result
  ) async throws -> Result {
    if let model { return try await withPrivateDaemon(model, arguments, body) }
    let path = socketPath
    var attempts = Attempts(isPatient: wait)
    while true {
      do {
        let client = try await attempts.connecting { try await LFMClient(connectingTo: path) }
        defer { client.close() }
        return try await body(client)
      } catch let failure as GenerationFailure {
        guard let pause = attempts.pause(after: failure) else { throw failure }
        try await Task.sleep(for: pause)
      }
    }
  }

  private func withPrivateDaemon<Result>(
    _ model: String, _ arguments: [String], _ body: (LFMClient) async throws -> Result
  ) async throws -> Result {
    let file = try Programs.modelFile(model)
    StandardError.say("starting a private lfmd on \(file)")
    let daemon = try PrivateDaemon(model: file, arguments: arguments)
    let client = try LFMClient(descriptor: daemon.descriptor)
    do {
      let result = try await body(client)
      client.close()
      daemon.end()
      return result
    } catch let failure as GenerationFailure where failure.code == .unavailable {
      // The daemon ended before it answered: its own exit code says more than the lost connection.
      client.close()
      throw daemon.failure(serving: file) ?? failure
    } catch {
      client.close()
      daemon.end()
      throw error
    }
  }
}

/// How often and how long to try again, for `--wait`.
struct Attempts {
  let isPatient: Bool
  private var nextPause = Duration.milliseconds(50)
  private var hasSaidSo = false
  private var isConnected = false

  init(isPatient: Bool) { self.isPatient = isPatient }

  /// Takes note of how far the attempt came.
  mutating func connecting(
    _ connect: () async throws -> LFMClient
  ) async throws -> LFMClient {
    isConnected = false
    let client = try await connect()
    isConnected = true
    return client
  }

  /// How long to wait before the next attempt, or `nil` if there is to be none.
  mutating func pause(after failure: GenerationFailure) -> Duration? {
    let mayHeal = failure.isRetryable || !isConnected && failure.code == .unavailable
    guard isPatient, mayHeal else { return nil }
    if !hasSaidSo { StandardError.say("waiting: \(failure.message)") }
    hasSaidSo = true
    defer { nextPause = min(nextPause * 2, .seconds(2)) }
    return min(failure.retryAfter ?? nextPause, .seconds(5))
  }
}
