import Foundation

/// How much of a mapping is in memory, and in which pages, as `/proc/self/smaps` tells. Decides nothing.
package struct PageKinds: Equatable, Sendable {
  /// Bytes that are mapped now, and those of them in huge pages.
  package var residentBytes = 0
  package var hugeBytes = 0

  /// `huge`, `4 KiB`, a share, or that nothing has been touched yet.
  package var text: String {
    guard residentBytes > 0 else { return "not touched yet" }
    if hugeBytes == 0 { return "4 KiB" }
    let share = min(100, hugeBytes * 100 / residentBytes)
    return share >= 99 ? "huge" : "\(share) % huge"
  }

  init() {}

  /// Of the addresses `from ..< from + bytes`; nothing where the kernel tells nothing.
  init(from: UInt, bytes: Int) {
    let smaps = try? String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)
    self.init(smaps: smaps ?? "", from: from, bytes: bytes)
  }

  /// Reads the format of proc_pid_smaps(5): a line `start-end …` for each mapping, then lines `Field: N kB`.
  init(smaps: String, from: UInt, bytes: Int) {
    var isInside = false
    for line in smaps.utf8.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard let first = words.first else { continue }
      if first.last != UInt8(ascii: ":") {
        let ends = first.split(separator: UInt8(ascii: "-")).map { UInt(Substring($0), radix: 16) }
        guard ends.count == 2, let start = ends[0], let end = ends[1] else { continue }
        isInside = start >= from && end - from <= UInt(bytes) && end >= start
      } else if isInside, words.count >= 2, let amount = Int(Substring(words[1])) {
        switch String(Substring(first)) {
        case "Rss:": residentBytes += amount << 10
        case "FilePmdMapped:", "AnonHugePages:", "ShmemPmdMapped:": hugeBytes += amount << 10
        default: break
        }
      }
    }
  }
}
