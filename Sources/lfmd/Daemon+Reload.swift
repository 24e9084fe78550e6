// Settings read again on SIGHUP: those that a running daemon can change, without a call being dropped.

import Dispatch
import Glibc
import LFMEngine
import LFMServer
import Logging

extension Daemon {
  /// Reads all sources of settings as at the start. What is wrong with them leaves everything as it is.
  func reload() {
    dispatchPrecondition(condition: .onQueue(.main))
    guard !isStopping else { return logger.notice("SIGHUP: stopping already") }
    // Before READY=1 the service manager waits for that, and for no other state.
    if engine != nil { Systemd.notifyReloading() }
    defer { if engine != nil { Systemd.notify("READY=1") } }
    let wanted: Configuration
    do throws(ConfigurationProblem) {
      wanted = try reread()
    } catch {
      return logger.error("SIGHUP: the settings stay as they are: \(error)")
    }
    let changed = configuration.differences(from: wanted)
    let fixed = changed.filter { !$0.isReloadable }.map(\.rawValue)
    if !fixed.isEmpty {
      logger.warning(
        "SIGHUP: a restart is needed for what was changed in: \(fixed.joined(separator: ", "))")
    }
    let taken = changed.filter(\.isReloadable)
    configuration.take(taken, from: wanted)
    apply()
    let list = taken.map { "\($0.rawValue) \($0.text(in: configuration) ?? "")" }
    logger.notice(
      "SIGHUP: \(list.isEmpty ? "no setting has changed" : "now " + list.joined(separator: ", "))")
  }

  /// Puts the reloadable settings in force. `drain-timeout` and `idle-exit` are looked up when they are needed.
  private func apply() {
    LogThreshold.level = configuration.logLevel
    server.setLimits { [configuration] in configuration.set(&$0) }
    engine?.setLimits(waiting: configuration.maxWaiting, running: configuration.maxRunning)
    watchIdleness()
  }
}

extension Configuration {
  /// The settings whose values are not the same, in the order of their definition.
  func differences(from other: Configuration) -> [ConfigurationKey] {
    ConfigurationKey.allCases.filter { $0.text(in: self) != $0.text(in: other) }
  }

  /// Takes over the values of these settings, which were valid there.
  mutating func take(_ keys: [ConfigurationKey], from other: Configuration) {
    for key in keys {
      guard let text = key.text(in: other) else { continue }
      try? key.apply(text, to: &self)
    }
  }
}
