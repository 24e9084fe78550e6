// What `lfmctl inspect` asks of the `lfmd` beside this program, which alone knows models: sizes, memory, and what stands in
// a file's way.

import Foundation
import LFMLanguage

enum InspectModel {
  /// What `lfmd memory` prints: the memory with one sequence of a length.
  ///
  /// - Throws: `Failure`, with the exit code of `lfmd`; its sentence is already on standard error.
  static func memory(file: String, context: Int, kv: String?, json: Bool) throws -> String {
    try run(
      ["memory", "--model", file, "--context", String(context)] + (kv.map { ["--kv", $0] } ?? [])
        + (json ? ["--json"] : []), about: file)
  }

  /// What `lfmd survey` prints.
  static func survey(file: String) throws -> JSONValue {
    try JSONParser.parse(try run(["survey", "--model", file], about: file))
  }

  private static func run(_ arguments: [String], about file: String) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: try Programs.lfmd())
    process.arguments = arguments
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
        "lfmd \(arguments[0]) could not tell the memory of \(file)")
    }
    return text
  }
}
