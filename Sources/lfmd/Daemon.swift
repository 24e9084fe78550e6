// The daemon's life: start, serve, stop. Everything that happens to it is decided here, on one queue; what it is composed
// of is made in `ModelLoading`. `+Start` loads, `+Weights` prepares, `+Status` keeps the service manager informed,
// `+Reload` reads settings again.

import Dispatch
import Glibc
import LFMEngine
import LFMGeneration
import LFMServer
import Logging

/// The composition of a running daemon.
///
/// `@unchecked Sendable`: its variables are read and written on the main queue only, which every method checks.
final class Daemon: @unchecked Sendable {
  /// How long callers that connect while the model is loaded wait unanswered: longer than most loads take, so that a
  /// caller whose connection started the daemon gets an answer. After that they are told to come again.
  static let patience = DispatchTimeInterval.seconds(10)

  /// In force now; `reload` changes it.
  var configuration: Configuration
  /// Reads the sources of settings again.
  let reread: () throws(ConfigurationProblem) -> Configuration
  let logger: Logger
  let server: Server
  let idleness: Idleness
  var engine: Engine?
  var statusTimer: (any DispatchSourceTimer)?
  var loadWatch: (any DispatchSourceTimer)?
  var preparation: PreparationReport?
  /// How far the preparation of the weights is, while they are prepared.
  var preparingText: String?
  var lastStatus = ""
  /// Whether somebody else holds the socket, and starts us when it is called.
  var isActivated = false
  private(set) var isStopping = false
  private var signals = Signals()

  /// Serves until it is told to stop.
  ///
  /// - Parameters:
  ///   - inherited: what to serve instead of the configured path.
  ///   - reread: reads the settings again, for SIGHUP.
  static func run(
    _ configuration: Configuration, _ inherited: InheritedSockets,
    reread: @escaping @Sendable () throws(ConfigurationProblem) -> Configuration
  ) -> Never {
    Signals.ignoreBrokenPipes()
    let daemon = Daemon(
      configuration, endsWithConnection: inherited.connection != nil, reread: reread)
    daemon.signals.watch([SIGTERM, SIGINT], on: .main) { _ in daemon.stopRequested() }
    daemon.signals.watch([SIGHUP], on: .main) { _ in daemon.reload() }
    MappingFaults.watch { path in daemon.weightsLost(path) }
    daemon.start(inherited)
    dispatchMain()
  }

  private init(
    _ configuration: Configuration, endsWithConnection: Bool,
    reread: @escaping @Sendable () throws(ConfigurationProblem) -> Configuration
  ) {
    self.configuration = configuration
    self.reread = reread
    let logger = Logger(label: "lfmd")
    self.logger = logger
    let idleness = Idleness()
    self.idleness = idleness
    var limits = ServerLimits()
    configuration.set(&limits)
    server = Server(limits: limits, version: Version.text) { event in
      ServerLog.write(event, to: logger)
      if endsWithConnection, case .connectionClosed = event { Exit.now(EXIT_SUCCESS) }
      idleness.take(event)
    }
    idleness.whenIdle { [weak self] in DispatchQueue.main.async { self?.watchIdleness() } }
  }

  // MARK: - End

  private func stopRequested() {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else {
      logger.warning("told to stop a second time: ending at once")
      Exit.now(EXIT_FAILURE)
    }
    stop(because: "told to")
  }

  /// Lets what runs finish, for `drain-timeout` seconds at most, and ends.
  func stop(because reason: String) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return }
    isStopping = true
    preparation?.cancel()
    statusTimer?.cancel()
    // The drain's own bound, and for its failures a few seconds more.
    let bound = configuration.drainTimeout + 10
    Systemd.notify(
      "STOPPING=1", "STATUS=stopping: finishing what runs, \(configuration.drainTimeout) s at most",
      "EXTEND_TIMEOUT_USEC=\(bound)000000")
    logger.notice(
      "stopping: \(reason)", metadata: ["drain-timeout": "\(configuration.drainTimeout)"])
    server.drain(timeout: .seconds(configuration.drainTimeout)) { [logger] in
      logger.notice("stopped")
      Exit.now(EXIT_SUCCESS)
    }
    DispatchQueue.main.asyncAfter(deadline: .now() + .seconds(bound)) { [logger] in
      logger.error("the drain did not end: giving up")
      Exit.now(EXIT_FAILURE)
    }
  }

  /// Sends callers away, gives back the socket's path, and ends. The last line of the log says why.
  func end(_ failure: StartFailure) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return }
    isStopping = true
    Systemd.notify("STATUS=failed: \(failure.sentence)")
    let finish: @Sendable () -> Void = { [logger] in
      logger.critical("\(failure.sentence)")
      Exit.now(failure.exitCode)
    }
    server.backend.reportLoading(
      "the model could not be loaded; the daemon's log says why", retryAfter: .seconds(1))
    // Those that wait are let in, to be told; left at the door of an inherited socket they would start us again.
    server.open()
    server.drain(timeout: .zero, completion: finish)
    DispatchQueue.main.asyncAfter(deadline: .now() + 2, execute: finish)
  }

  /// Weights are gone from under the model. Whatever is computed from now on is worthless, and nothing of it is sent:
  /// every call ends with DATA_LOSS, and then the process. On the fault watch's own thread, which ends the process by
  /// itself where this does not.
  private func weightsLost(_ path: String) {
    let sentence = MappingFaults.sentence(path)
    logger.critical("\(sentence): ending")
    Systemd.notify("STATUS=failed: \(sentence)")
    DispatchQueue.main.async { [self] in
      guard let engine else { return end(StartFailure(Exit.inputOutput, sentence)) }
      isStopping = true
      engine.abandon(
        GenerationFailure(
          .dataLoss, "the daemon has lost the model's weights, and ends; its log says why")
      ) { [server] in
        server.drain(timeout: .seconds(1)) { Exit.now(Exit.inputOutput) }
      }
    }
  }
}

extension Configuration {
  /// What these settings mean for a server.
  func set(_ limits: inout ServerLimits) {
    limits.connections = maxConnections
    limits.heldBytes = maxCallMemory << 20
    limits.heldBytesPerConnection = maxConnectionMemory << 20
  }
}
