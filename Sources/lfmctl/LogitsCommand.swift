// `lfmctl logits`: the raw logits of every position, for comparisons with other implementations.

import ArgumentParser
import LFMClient
import LFMGeneration

struct LogitsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Write the logits of every position of a token sequence.",
    discussion: """
      The output is float32 little-endian: one row of the vocabulary's length for each position, first to last. At \
      most 512 positions. A running daemon answers only if it is configured to (allow-logits); with --model a \
      private one does.
      """)

  @OptionGroup var connection: ConnectionOptions

  @Option(help: ArgumentHelp("Token ids, separated by commas.", valueName: "ids"))
  var tokens: String

  @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String?

  func run() async throws {
    try await reportingFailures(within: connection.timeout) {
      let ids = try TokenList.parse(tokens)
      guard (output ?? "-") != "-" || !StandardOutput.isTerminal else {
        throw Failure(.usage, "logits are binary: name a file with -o, or redirect standard output")
      }
      let sink = try ResultSink(path: output)
      try await connection.withClient(arguments: ["--allow-logits", "true"]) { client in
        let rows = client.logits(ids, timeout: connection.limit)
        for try await row in rows {
          try sink.write(Self.bytes(of: row))
        }
      }
      try sink.commit()
    }
  }

  /// Float32 little-endian, on every machine.
  static func bytes(of row: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(row.count * 4)
    for value in row {
      let bits = value.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
    return bytes
  }
}
