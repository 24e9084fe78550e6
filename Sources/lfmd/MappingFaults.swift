// What happens when a mapped file loses pages while it is used: cut short, or no longer readable. The threads that
// touched them stand still (`fault.c`); whose file it is, and what becomes of the process, is decided here.

import CLFMLinux
import Foundation
import Glibc

/// Watches for faults in mapped files, from a thread of its own: any other one may be standing still.
enum MappingFaults {
  /// From now on a fault in a file that is mapped to be read and shared, as weights are, calls `handler`; it must end the
  /// process, and has `patience` seconds for that. Any other fault ends the process as the system would, with a core.
  ///
  /// - Parameter handler: gets the file's path; called once, on a thread of its own.
  static func watch(patience: UInt32 = 5, _ handler: @escaping @Sendable (String) -> Void) {
    let event = lfm_fault_watch()
    guard event >= 0 else { return }
    let thread = Thread {
      var count: UInt64 = 0
      while unsafe read(event, &count, MemoryLayout<UInt64>.size) < 0, errno == EINTR {}
      guard let path = lostFile(at: lfm_fault_address()) else { return lfm_fault_release() }
      handler(path)
      sleep(patience)
      Exit.now(Exit.inputOutput)
    }
    thread.start()
  }

  /// The kernel gives the list of mappings in pieces: one that changes meanwhile, as during a start, may lack a line. Asked again,
  /// it has it.
  private static func lostFile(at address: UInt) -> String? {
    for _ in 0..<5 {
      if let path = weightsFile(at: address) { return path }
      usleep(2000)
    }
    Exit.say(
      "a fault at address \(String(address, radix: 16)), in nothing that is mapped as weights are")
    return nil
  }

  /// For people: what has happened to the file.
  static func sentence(_ path: String) -> String {
    "\(path) was cut short, or can no longer be read, while its weights were in use"
  }

  /// The file that is mapped at an address, if it is mapped as weights are: read-only and shared. Programs and their
  /// libraries are mapped private.
  static func weightsFile(at address: UInt, maps: String? = nil) -> String? {
    let maps = maps ?? (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
    for line in maps.split(separator: "\n") {
      // start-end perms offset device inode path
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      let ends = fields.first?.split(separator: "-") ?? []
      guard ends.count == 2, let start = UInt(ends[0], radix: 16),
        let end = UInt(ends[1], radix: 16), (start..<max(start, end)).contains(address)
      else { continue }
      guard fields.count == 6, fields[1] == "r--s" else { return nil }
      return fields[5].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
