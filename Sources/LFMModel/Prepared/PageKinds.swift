import Glibc

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
    self.init(smaps: Self.smaps(), from: from, bytes: bytes)
  }

  /// The whole text: the kernel gives it a few kilobytes at a time, which Foundation takes for its end.
  private static func smaps() -> String {
    let file = unsafe open("/proc/self/smaps", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { _ = close(file) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe read(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer[..<count]
    }
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
