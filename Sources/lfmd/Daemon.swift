// The daemon's life: listen, load, serve, drain. Everything that happens to it is decided here, on one queue; what it
// is composed of is made in `ModelLoading`.

import Dispatch
import Glibc
import LFMEngine
import LFMGeneration
import LFMModel
import LFMServer
import LFMSocket
import Logging

/// The composition of a running daemon.
///
/// `@unchecked Sendable`: its variables are read and written on the main queue only, which every method checks.
final class Daemon: @unchecked Sendable {
  /// How long callers that connect while the model is loaded wait unanswered: longer than most loads take, so that a
  /// caller whose connection started the daemon gets an answer. After that they are told to come again.
  private static let patience = DispatchTimeInterval.seconds(10)

  private let configuration: Configuration
  private let logger: Logger
  private let server: Server
  private var signals = Signals()
  private var engine: Engine?
  private var statusTimer: (any DispatchSourceTimer)?
  private var loadWatch: (any DispatchSourceTimer)?
  private var preparation: PreparationReport?
  /// How far the preparation of the weights is, while they are prepared.
  private var preparingText: String?
  private var lastStatus = ""
  private var isStopping = false

  /// Serves until it is told to stop.
  ///
  /// - Parameter inherited: what to serve instead of the configured path.
  static func run(_ configuration: Configuration, _ inherited: InheritedSockets) -> Never {
    Signals.ignoreBrokenPipes()
    let daemon = Daemon(configuration, endsWithConnection: inherited.connection != nil)
    daemon.signals.watch([SIGTERM, SIGINT], on: .main) { _ in daemon.stopRequested() }
    daemon.signals.watch([SIGHUP], on: .main) { _ in
      daemon.logger.notice("SIGHUP: settings are read at the start only; restart to change them")
    }
    daemon.start(inherited)
    dispatchMain()
  }

  private init(_ configuration: Configuration, endsWithConnection: Bool) {
    self.configuration = configuration
    let logger = Logger(label: "lfmd")
    self.logger = logger
    var limits = ServerLimits()
    limits.connections = configuration.maxConnections
    limits.heldBytes = configuration.maxCallMemory << 20
    limits.heldBytesPerConnection = configuration.maxConnectionMemory << 20
    server = Server(limits: limits, version: Version.text) { event in
      ServerLog.write(event, to: logger)
      if endsWithConnection, case .connectionClosed = event { Exit.now(EXIT_SUCCESS) }
    }
  }

  // MARK: - Start

  private func start(_ inherited: InheritedSockets) {
    dispatchPrecondition(condition: .onQueue(.main))
    do throws(StartFailure) {
      let listeners = try inherited.listeners.get()
      if inherited.connection == nil { try listen(on: listeners) }
    } catch {
      return end(error)
    }
    load(thenServe: inherited.connection)
  }

  /// Takes the sockets; whoever connects waits until `server.open()`.
  private func listen(on inherited: [InheritedSockets.Listener]) throws(StartFailure) {
    server.hold()
    do throws(SocketError) {
      if inherited.isEmpty {
        try server.listen(
          at: try SocketAddress(path: configuration.socket), mode: configuration.socketMode)
        logger.info("listening", metadata: ["socket": "\(configuration.socket)"])
      }
      for socket in inherited {
        try server.listen(
          adopting: Descriptor(owning: socket.number),
          name: "inherited descriptor \(socket.number) (\(socket.name))")
        logger.info(
          "listening on an inherited socket",
          metadata: ["descriptor": "\(socket.number)", "name": "\(socket.name)"])
      }
    } catch {
      throw StartFailure(
        error.kind == .alreadyServing ? Exit.unavailable : Exit.cannotCreate, error.message)
    }
    DispatchQueue.main.asyncAfter(deadline: .now() + Self.patience) { self.server.open() }
  }

  private func load(thenServe connection: Int32?) {
    dispatchPrecondition(condition: .onQueue(.main))
    Systemd.notify("STATUS=loading \(configuration.model ?? "no model")")
    let begun = ContinuousClock.now
    loadWatch = connection.map(Self.endIfAbandoned)
    DispatchQueue.global().async { [self, configuration, logger] in
      let loaded = Result { () throws(StartFailure) in
        try ModelLoading.engine(configuration) { failure in
          // The engine's memory is not to be trusted any more: systemd starts a fresh process.
          logger.critical("the engine cannot go on: \(failure.message)")
          Systemd.notify("STATUS=the engine cannot go on: \(failure.message)")
          Exit.now(Exit.software)
        }
      }
      DispatchQueue.main.async {
        self.loadWatch?.cancel()
        switch loaded {
        case .success(let loaded): self.ready(loaded, connection, took: begun.duration(to: .now))
        case .failure(let failure): self.end(failure)
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
      if unsafe poll(&state, 1, 0) == 1, state.revents & Int16(POLLHUP) != 0 {
        Exit.now(EXIT_SUCCESS)
      }
    }
    timer.activate()
    return timer
  }

  private func ready(
    _ loaded: ModelLoading.Loaded, _ connection: Int32?, took: Duration
  ) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return }
    let engine = loaded.engine
    self.engine = engine
    server.install(engine)
    report(loaded.weights)
    logger.notice(
      "ready",
      metadata: [
        "model": "\(engine.model.name)", "context": "\(engine.model.contextLength)",
        "seconds": "\((took / .milliseconds(1)).rounded() / 1000)",
      ])
    if engine.model.contextLength < configuration.context {
      logger.notice("\(configuration.contextNote(ofModel: engine.model.contextLength))")
    }
    if let connection {
      do throws(SocketError) {
        try server.serve(connected: Descriptor(owning: connection))
      } catch {
        logger.info("the caller left before the model was loaded")
        Exit.now(EXIT_SUCCESS)
      }
    } else {
      server.open()
    }
    Systemd.notify("READY=1", "STATUS=serving \(engine.model.name)")
    if configuration.prepare == .auto, loaded.weights.canBePrepared { prepare(loaded) }
    reportStatus()
  }

  /// Has the weights prepared while the model serves from its file, on one thread, and adopted when they are there.
  private func prepare(_ loaded: ModelLoading.Loaded) {
    dispatchPrecondition(condition: .onQueue(.main))
    let preparation = PreparationReport { text in
      DispatchQueue.main.async { self.preparing(text) }
    }
    self.preparation = preparation
    preparing("0 %")
    var loading = configuration.weightsLoading
    loading.threads = 1
    DispatchQueue.global(qos: .utility).async { [self, loading] in
      let outcome = Result { () throws(StartFailure) in
        let weights = try loading.choose(
          for: loaded.checkpoint, progress: preparation.take,
          isCancelled: { preparation.isCancelled })
        do throws(ModelError) {
          if let prepared = weights.prepared { try loaded.model.adopt(prepared) }
        } catch {
          throw StartFailure(Exit.software, error.sentence)
        }
        return weights
      }
      DispatchQueue.main.async { self.prepared(outcome) }
    }
  }

  private func preparing(_ text: String) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return }
    logger.log(
      level: preparingText == nil ? .notice : .debug,
      "preparing weights, once for this model; it is served from its file meanwhile",
      metadata: ["progress": "\(text)"])
    preparingText = text
    server.backend.weights?.note = "being prepared, \(text)"
    if let engine {
      report("STATUS=Preparing weights \(text), serving \(engine.model.name) slowly")
    }
  }

  private func prepared(_ outcome: Result<ChosenWeights, StartFailure>) {
    dispatchPrecondition(condition: .onQueue(.main))
    preparingText = nil
    preparation = nil
    guard !isStopping else { return }
    switch outcome {
    case .success(let weights): report(weights)
    case .failure(let failure): logger.warning("weights are not prepared: \(failure.sentence)")
    }
  }

  /// Says what the weights are, and has prepared ones read into memory beside the first calls; then says what was got.
  private func report(_ weights: ChosenWeights) {
    let description = weights.description
    server.backend.weights = description
    if weights.canBePrepared, configuration.prepare == .auto {
      logger.info("weights: the model file itself, until they are prepared")
    } else if weights.isWarning {
      logger.warning("serving from the model file itself, which is slower: \(weights.reason)")
    } else {
      logger.notice(
        "weights: \(description.preparedPath ?? description.note)",
        metadata: [
          "layout": "\(description.layout)", "source": "\(configuration.model ?? "")",
        ])
    }
    guard let prepared = weights.prepared else { return }
    DispatchQueue.global(qos: .utility).async { [server, logger, preparation] in
      prepared.populate { preparation?.isCancelled ?? false }
      let description = weights.description
      server.backend.weights = description
      let pages = prepared.pages
      logger.info("weights in memory: \(byteText(pages.residentBytes)), pages: \(pages.text)")
    }
  }

  /// Tells `systemctl status` what is going on, whenever that has changed.
  private func reportStatus() {
    guard Systemd.isListening, let engine else { return }
    let timer = DispatchSource.makeTimerSource(queue: .main)
    timer.schedule(deadline: .now() + 2, repeating: 2, leeway: .seconds(1))
    let name = engine.model.name
    timer.setEventHandler {
      engine.activity { activity in
        let status =
          "STATUS=serving \(name): \(activity.running) running, \(activity.waiting) waiting, "
          + "\(activity.finished) done, \(activity.generatedTokens) tokens generated"
        DispatchQueue.main.async {
          // What is rare says more than what is usual.
          if self.preparingText == nil { self.report(status) }
        }
      }
    }
    timer.activate()
    statusTimer = timer
  }

  private func report(_ status: String) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping, status != lastStatus else { return }
    lastStatus = status
    Systemd.notify(status)
  }

  // MARK: - End

  private func stopRequested() {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else {
      logger.warning("told to stop a second time: ending at once")
      Exit.now(EXIT_FAILURE)
    }
    isStopping = true
    preparation?.cancel()
    statusTimer?.cancel()
    // The drain's own bound, and for its failures a few seconds more.
    let bound = configuration.drainTimeout + 10
    Systemd.notify(
      "STOPPING=1", "STATUS=stopping: finishing what runs, \(configuration.drainTimeout) s at most",
      "EXTEND_TIMEOUT_USEC=\(bound)000000")
    logger.notice("stopping", metadata: ["drain-timeout": "\(configuration.drainTimeout)"])
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
  private func end(_ failure: StartFailure) {
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
}
