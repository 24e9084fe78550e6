// What `lfmctl inspect --context` adds: how much memory the model takes at that length, which the `lfmd` beside this
// program knows.

import Foundation
import LFMLanguage

enum InspectMemory {
  /// What `lfmd memory` prints.
  ///
  /// - Throws: `Failure`, with the exit code of `lfmd`; its sentence is already on standard error.
  static func report(file: String, context: Int, kv: String?, json: Bool) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: try Programs.lfmd())
    process.arguments =
      ["memory", "--model", file, "--context", String(context)] + (kv.map { ["--kv", $0] } ?? [])
      + (json ? ["--json"] : [])
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      throw Failure(.system, "cannot start lfmd: \(error.localizedDescription)")
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw Failure(
        process.terminationStatus == 64 ? .usage : .badInput,
        "lfmd memory could not tell the memory of \(file)")
    }
    return text
  }
}
