// The daemon's start: takes its sockets, loads and tests the model, and says that it is ready.

import Dispatch
import Glibc
import LFMEngine
import LFMGeneration
import LFMModel
import LFMServer
import LFMSocket
import Logging

extension Daemon {
  func start(_ inherited: InheritedSockets) {
    dispatchPrecondition(condition: .onQueue(.main))
    do throws(StartFailure) {
      let listeners = try inherited.listeners.get()
      isActivated = !listeners.isEmpty
      if inherited.connection == nil { try listen(on: listeners) }
    } catch {
      return end(error)
    }
    load(thenServe: inherited.connection)
  }

  /// Takes the sockets; whoever connects waits until `server.open()`.
  func listen(on inherited: [InheritedSockets.Listener]) throws(StartFailure) {
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

  func load(thenServe connection: Int32?) {
    dispatchPrecondition(condition: .onQueue(.main))
    Systemd.notify("STATUS=loading \(configuration.model ?? "no model")")
    let begun = ContinuousClock.now
    let watch = LoadingWatch()
    watch.start()
    loadWatch = connection.map(Self.endIfAbandoned)
    DispatchQueue.global().async { [self, configuration] in
      let loaded = Result { () throws(StartFailure) in
        let loaded = try ModelLoading.engine(configuration) { self.engineFailed($0) }
        watch.begin(testing: loaded.model)
        // A private daemon's one caller waits: its own generation is the test.
        let test = connection == nil ? try SelfTest.run(loaded.engine, loaded.checkpoint) : nil
        return (loaded, test)
      }
      DispatchQueue.main.async {
        watch.stop()
        self.loadWatch?.cancel()
        switch loaded {
        case .success(let (loaded, test)):
          if let test { self.report(test) }
          self.ready(loaded, connection, took: begun.duration(to: .now))
        case .failure(let failure): self.end(failure)
        }
      }
    }
  }

  private func engineFailed(_ failure: GenerationFailure) {
    // The engine's memory is not to be trusted any more: systemd starts a fresh process.
    logger.critical("the engine cannot go on: \(failure.message)")
    Systemd.notify("STATUS=the engine cannot go on: \(failure.message)")
    Exit.now(Exit.software)
  }

  private func report(_ test: SelfTest.Report) {
    logger.info(
      "self-test passed",
      metadata: [
        "tokens": "\(test.tokens)", "known": "\(test.isKnown)",
        "seconds": "\((test.duration / .milliseconds(1)).rounded() / 1000)",
      ])
  }

  /// Ends the process when the only caller goes away while the model is loaded: nobody reads the connection until then.
  static func endIfAbandoned(_ connection: Int32) -> any DispatchSourceTimer {
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

  func ready(
    _ loaded: ModelLoading.Loaded, _ connection: Int32?, took: Duration
  ) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return }
    let engine = loaded.engine
    self.engine = engine
    // Settings may have been read again meanwhile.
    engine.setLimits(waiting: configuration.maxWaiting, running: configuration.maxRunning)
    Faults.arm()
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
    feedWatchdog()
    watchIdleness()
  }
}
