// The daemon's life: listen, load, serve, drain. Everything that happens to it is decided here, on one queue; what it
// is composed of is made in `ModelLoading`.

import Dispatch
import Foundation
import LFMEngine
import LFMGeneration
import LFMServer
import LFMSocket
import Logging

/// The composition of a running daemon.
///
/// `@unchecked Sendable`: its variables are read and written on the main queue only, which every method checks.
final class Daemon: @unchecked Sendable {
  private let configuration: Configuration
  private let logger: Logger
  private let server: Server
  private var signals = Signals()
  private var engine: Engine?
  private var statusTimer: (any DispatchSourceTimer)?
  private var loadWatch: (any DispatchSourceTimer)?
  private var isStopping = false

  /// Serves until it is told to stop. Returns only by throwing.
  ///
  /// - Parameter connection: an inherited, connected socket to serve instead of listening; the daemon ends with it.
  static func run(_ configuration: Configuration, connection: Int32?) throws -> Never {
    Signals.ignoreBrokenPipes()
    let daemon = Daemon(configuration, endsWithConnection: connection != nil)
    daemon.signals.watch([SIGTERM, SIGINT], on: .main) { _ in daemon.stopRequested() }
    daemon.signals.watch([SIGHUP], on: .main) { _ in
      daemon.logger.notice("SIGHUP: settings are read at the start only; restart to change them")
    }
    if connection == nil { daemon.listen() }
    daemon.load(thenServe: connection)
    dispatchMain()
  }

  private init(_ configuration: Configuration, endsWithConnection: Bool) {
    self.configuration = configuration
    let logger = Logger(label: "lfmd")
    self.logger = logger
    var limits = ServerLimits()
    limits.connections = configuration.maxConnections
    server = Server(limits: limits, version: Version.text) { event in
      ServerLog.write(event, to: logger)
      if endsWithConnection, case .connectionClosed = event { exit(EXIT_SUCCESS) }
    }
  }

  // MARK: - Start

  private func listen() {
    dispatchPrecondition(condition: .onQueue(.main))
    do throws(SocketError) {
      let inherited = Systemd.takeListenDescriptors()
      for number in inherited {
        try server.listen(adopting: Descriptor(owning: number), name: "inherited socket \(number)")
      }
      if inherited.isEmpty {
        try server.listen(
          at: try SocketAddress(path: configuration.socket), mode: configuration.socketMode)
        logger.info("listening", metadata: ["socket": "\(configuration.socket)"])
      } else {
        logger.info("listening on inherited sockets", metadata: ["count": "\(inherited.count)"])
      }
    } catch {
      end(error.kind == .alreadyServing ? Exit.unavailable : Exit.cannotCreate, error.message)
    }
  }

  private func load(thenServe connection: Int32?) {
    dispatchPrecondition(condition: .onQueue(.main))
    Systemd.notify("STATUS=loading \(configuration.model ?? "")")
    let begun = ContinuousClock.now
    loadWatch = connection.map(Self.endIfAbandoned)
    DispatchQueue.global(qos: .userInitiated).async { [self, configuration] in
      let loaded = Result { () throws(ModelLoading.Failure) in
        try ModelLoading.engine(configuration)
      }
      DispatchQueue.main.async {
        self.loadWatch?.cancel()
        switch loaded {
        case .success(let engine): self.ready(engine, connection, took: begun.duration(to: .now))
        case .failure(let failure): self.end(failure.exitCode, failure.sentence)
        }
      }
    }
  }

  /// Ends the process when the only caller goes away while the model is loaded: nobody reads the connection until then.
  private static func endIfAbandoned(_ connection: Int32) -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: .main)
    timer.schedule(deadline: .now(), repeating: 0.1, leeway: .milliseconds(50))
    timer.setEventHandler {
      var state = pollfd(fd: connection, events: 0, revents: 0)
      if unsafe poll(&state, 1, 0) == 1, state.revents & Int16(POLLHUP) != 0 { exit(EXIT_SUCCESS) }
    }
    timer.activate()
    return timer
  }

  private func ready(_ engine: Engine, _ connection: Int32?, took: Duration) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return }
    self.engine = engine
    server.install(engine)
    if let connection {
      do throws(SocketError) {
        try server.serve(connected: Descriptor(owning: connection))
      } catch {
        end(Exit.configurationError, "--connection-fd \(connection): \(error.message)")
      }
    }
    logger.notice(
      "ready",
      metadata: [
        "model": "\(engine.model.name)", "seconds": "\(Double(took / .milliseconds(1)) / 1000)",
      ])
    Systemd.notify("READY=1\nSTATUS=serving \(engine.model.name)")
    reportStatus()
  }

  /// Tells `systemctl status` what is going on, while anything is.
  private func reportStatus() {
    guard ProcessInfo.processInfo.environment["NOTIFY_SOCKET"] != nil, let engine else { return }
    let timer = DispatchSource.makeTimerSource(queue: .main)
    timer.schedule(deadline: .now() + 5, repeating: 5, leeway: .seconds(1))
    let name = engine.model.name
    timer.setEventHandler {
      engine.activity { activity in
        Systemd.notify(
          "STATUS=serving \(name): \(activity.running) running, \(activity.waiting) waiting, "
            + "\(activity.finished) done, \(activity.generatedTokens) tokens generated")
      }
    }
    timer.activate()
    statusTimer = timer
  }

  // MARK: - End

  private func stopRequested() {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else {
      logger.warning("told to stop a second time: ending at once")
      exit(EXIT_FAILURE)
    }
    isStopping = true
    statusTimer?.cancel()
    Systemd.notify("STOPPING=1\nSTATUS=finishing what runs")
    logger.notice("stopping", metadata: ["drain-timeout": "\(configuration.drainTimeout)"])
    server.drain(timeout: .seconds(configuration.drainTimeout)) { [logger] in
      logger.notice("stopped")
      exit(EXIT_SUCCESS)
    }
    // The drain is bounded by itself; this bounds the drain's own failures.
    DispatchQueue.main.asyncAfter(deadline: .now() + .seconds(configuration.drainTimeout + 10)) {
      exit(EXIT_FAILURE)
    }
  }

  /// Gives back the socket's path and ends with a code and a sentence.
  private func end(_ code: Int32, _ sentence: String) {
    dispatchPrecondition(condition: .onQueue(.main))
    isStopping = true
    logger.critical("\(sentence)")
    Systemd.notify("STATUS=\(sentence)")
    server.drain(timeout: .zero) { exit(code) }
    DispatchQueue.main.asyncAfter(deadline: .now() + 2) { exit(code) }
  }
}
