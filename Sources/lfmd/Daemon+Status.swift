// What the service manager hears of a daemon that serves: what it does, that it lives, and that nobody needs it.

import Dispatch
import Glibc
import LFMEngine
import LFMGeneration
import LFMServer
import Logging

extension Daemon {
  /// Tells `systemctl status` what is going on, whenever that has changed.
  func reportStatus() {
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

  func report(_ status: String) {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping, status != lastStatus else { return }
    lastStatus = status
    Systemd.notify(status)
  }

  // MARK: - The watchdog

  /// Feeds the service manager's watchdog, if there is one.
  ///
  /// A beat begins at the engine, only if a layer was finished since the last one or nothing is runnable, and goes
  /// through the server's queue and the main one: whichever of them hangs, the manager hears nothing more. Four beats in
  /// its time: one that falls into the first layer of a step may be missed, and so may another.
  func feedWatchdog() {
    dispatchPrecondition(condition: .onQueue(.main))
    guard let engine, let interval = Systemd.watchdogInterval else { return }
    logger.info(
      "feeding the service manager's watchdog", metadata: ["seconds": "\(interval / .seconds(1))"])
    engine.watch(every: interval / 4) { [server] in
      server.queue.async {
        DispatchQueue.main.async { Systemd.notify("WATCHDOG=1") }
      }
    }
  }

  // MARK: - The end for want of callers

  /// Looks, when it may be time, whether nobody has been connected for `idle-exit` seconds, and stops then. Only a daemon
  /// whose socket somebody else holds: the next caller starts another one.
  func watchIdleness() {
    dispatchPrecondition(condition: .onQueue(.main))
    guard isActivated, engine != nil, !isStopping, configuration.idleExit > 0 else { return }
    let limit = Duration.seconds(configuration.idleExit)
    // What is being prepared is finished first: it says so when it is.
    guard preparation == nil, let idle = idleness.duration() else { return }
    guard idle < limit else { return server.queue.async { self.confirmIdleness(limit) } }
    let rest = (limit - idle) / .milliseconds(1)
    DispatchQueue.main.asyncAfter(deadline: .now() + .milliseconds(Int(rest) + 1)) {
      self.watchIdleness()
    }
  }

  /// On the server's queue, behind whatever connects at this moment. Who still comes between is told to come again.
  private func confirmIdleness(_ limit: Duration) {
    dispatchPrecondition(condition: .onQueue(server.queue))
    guard let idle = idleness.duration(), idle >= limit else { return }
    DispatchQueue.main.async { self.stop(because: "nobody was connected for \(limit)") }
  }
}
