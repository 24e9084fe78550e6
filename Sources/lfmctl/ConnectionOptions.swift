// The flags that say which daemon is asked, and for how long.

import ArgumentParser
import Foundation
import LFMClient
import LFMGeneration

struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's socket. (default: $LFMD_SOCKET, or \(LFMClient.defaultPath))",
      valueName: "path"))
  var socket: String?

  @Option(
    help: ArgumentHelp(
      "Start a private lfmd on this GGUF file for this one command; \"demo\" is the demo model.",
      valueName: "file"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Give up after this long: 30, 30s, 1.5m, 200ms. Exit code 124.", valueName: "time"))
  var timeout: TimeLimit?

  func validate() throws {
    if socket != nil, model != nil {
      throw ValidationError("--socket and --model exclude each other")
    }
  }

  var limit: Duration? { timeout?.duration }

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
  /// - Parameter arguments: more flags for a private daemon.
  func withClient<Result>(
    arguments: [String] = [], _ body: (LFMClient) async throws -> Result
  ) async throws -> Result {
    Termination.ignoreBrokenPipes()
    guard let model else {
      let client = try await LFMClient(connectingTo: socketPath)
      defer { client.close() }
      return try await body(client)
    }
    let file = try Programs.modelFile(model)
    StandardError.say("starting a private lfmd on \(file)")
    let daemon = try PrivateDaemon(model: file, arguments: arguments)
    let client = try LFMClient(descriptor: daemon.descriptor)
    defer { client.close() }
    do {
      return try await body(client)
    } catch let failure as GenerationFailure where failure.code == .unavailable {
      // The daemon ended before it answered: its own exit code says more than the lost connection.
      client.close()
      guard let code = daemon.exitCode(), code != 0, let status = ExitStatus(rawValue: code) else {
        throw failure
      }
      throw Failure(status, "the private lfmd could not serve \(file)")
    }
  }
}
