// How many processors this process may use: what its affinity and the quotas of its control groups leave it.

import CLFMLinux
import Foundation

/// The processors of this process.
enum Processors {
  /// In the process's affinity mask, at least 1.
  static var inAffinity: Int { Int(lfm_available_processors()) }

  /// What may be kept busy: the affinity mask, but no more than a quota (`CPUQuota=`, `docker --cpus`) pays for.
  /// More threads than that would be stopped in the middle of a step, and the others would wait for them.
  static var usable: Int {
    min(inAffinity, quota(root: "/sys/fs/cgroup", membership: text("/proc/self/cgroup")) ?? .max)
  }

  /// The tightest quota of a control group and of those above it, in whole processors, at least 1.
  ///
  /// - Parameters:
  ///   - root: where the version 2 hierarchy is mounted.
  ///   - membership: what `/proc/self/cgroup` says; the line `0::/path` is version 2's.
  /// - Returns: `nil` without a quota.
  static func quota(root: String, membership: String) -> Int? {
    guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
    else { return nil }
    var groups = line.dropFirst(4).split(separator: "/").map(String.init)
    guard !groups.contains("..") else { return nil }
    var tightest: Int?
    while true {
      let path = ([root] + groups + ["cpu.max"]).joined(separator: "/")
      if let count = processors(ofQuota: text(path)) { tightest = min(tightest ?? count, count) }
      guard groups.popLast() != nil else { return tightest }
    }
  }

  /// `150000 100000`, microseconds of processor time a period, is 2; `max 100000` is none.
  private static func processors(ofQuota text: String) -> Int? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]),
      quota > 0, period > 0
    else { return nil }
    return max(1, quota / period + (quota % period > 0 ? 1 : 0))
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
