// The processes of one run of a tool: the program, and what it started. Its pipes are ToolTalk's.

import Foundation
import Glibc

/// A session of processes (setsid(2)), named after the process that leads it, our child. That one can leave neither the session nor its
/// group. What it starts may leave the group, as timeout(1) does, and outlive its parents; the session it leaves only by beginning one of
/// its own.
struct ToolSession: Sendable {
  let leader: pid_t

  /// Whether the leader has ended. It keeps its number until `wait`, so that nobody else is killed in its place.
  var hasEnded: Bool {
    var news = unsafe siginfo_t()
    let failure = unsafe waitid(P_PID, id_t(leader), &news, WEXITED | WNOHANG | WNOWAIT)
    if failure != 0 { return errno != EINTR }
    return unsafe news.si_signo != 0
  }

  /// Kills what is in the session now.
  ///
  /// - Returns: whether anything was.
  private func strike() -> Bool {
    kill(-leader, SIGKILL)
    let members = self.members
    for process in members { kill(process, SIGKILL) }
    return !members.isEmpty
  }

  /// Kills what is in the session, and what that may start meanwhile, until nothing is left or nothing helps: another user's process
  /// cannot be killed, nor one that the kernel holds on to.
  func end(within time: Duration = .seconds(1)) {
    let patience = ContinuousClock.now.advanced(by: time)
    while strike(), ContinuousClock.now < patience { usleep(1000) }
  }

  /// Waits for the leader, which has ended or was killed, but not for ever.
  ///
  /// - Returns: its status as waitpid(2) gives it; `nil` if the system does not tell it.
  func wait() -> Int32? {
    ChildProcess.wait(for: leader, patience: .seconds(1)) { false }
  }

  private var members: [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter(isMember)
  }

  private func isMember(_ process: pid_t) -> Bool {
    // proc(5): "NUMBER (NAME) STATE PARENT GROUP SESSION …"; the name may have brackets and spaces in it.
    guard let line = try? Input.read("/proc/\(process)/stat"),
      let bracket = line.lastIndex(of: UInt8(ascii: ")"))
    else { return false }
    let fields = line[(bracket + 1)...].split(separator: UInt8(ascii: " ")).prefix(4).map {
      String(decoding: $0, as: UTF8.self)
    }
    return fields.count == 4 && fields[0] != "Z" && pid_t(fields[3]) == leader
  }
}
