// `lfmctl bench` and its like: work on the model without a daemon. This program becomes the `lfmd` beside it, which
// computes; flags, output and exit code are that one's.

import ArgumentParser
import Foundation
import Glibc

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast this machine computes a model file.",
    discussion: "lfmctl bench --help tells the flags.")

  @Argument(parsing: .captureForPassthrough, help: "What lfmd bench takes.")
  var arguments: [String] = []

  func run() async throws {
    try await reportingFailures { try Offline.become("bench", arguments) }
  }
}

struct PerplexityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "Judge a model file by a text: perplexity, and divergence from a base.",
    discussion: "lfmctl perplexity --help tells the flags.")

  @Argument(parsing: .captureForPassthrough, help: "What lfmd perplexity takes.")
  var arguments: [String] = []

  func run() async throws {
    try await reportingFailures { try Offline.become("perplexity", arguments) }
  }
}

struct PrepareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Lay a model's weights out for this machine, so that serving it is fast at once.",
    discussion: "lfmctl prepare --help tells the flags.")

  @Argument(parsing: .captureForPassthrough, help: "What lfmd prepare takes.")
  var arguments: [String] = []

  func run() async throws {
    try await reportingFailures {
      // The file is the first word that belongs to no flag before it.
      var words = arguments
      for index in words.indices where words[index] == "demo" {
        let before = index > 0 ? words[index - 1] : ""
        if !before.hasPrefix("-") || ["--force", "--json", "--prune", "--"].contains(before) {
          words[index] = try Programs.modelFile("demo")
        }
      }
      try Offline.become("prepare", words)
    }
  }
}

/// The way to lfmd's own commands.
enum Offline {
  /// Those whose flags are lfmd's.
  static let commands = ["bench", "prepare", "perplexity"]

  /// Goes on as `lfmd COMMAND ARGUMENTS`.
  static func become(_ command: String, _ arguments: [String]) throws {
    let program = try Programs.lfmd()
    let words = [program, command] + (try withModelFile(arguments))
    var pointers = unsafe words.map { unsafe strdup($0) } + [nil]
    Termination.restoreSignals()
    unsafe _ = execv(program, &pointers)
    // What was copied for it goes with the process, which ends here.
    throw Failure(.system, "cannot start \(program): \(systemError())")
  }

  /// The arguments with the demo model's name replaced by its path.
  static func withModelFile(_ arguments: [String]) throws -> [String] {
    var result: [String] = []
    for word in arguments {
      if result.last == "--model" || result.last == "-m" {
        result.append(try Programs.modelFile(word))
      } else if word.hasPrefix("--model=") {
        result.append("--model=" + (try Programs.modelFile(String(word.dropFirst(8)))))
      } else {
        result.append(word)
      }
    }
    return result
  }
}
