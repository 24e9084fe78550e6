// Where the result of a command goes: standard output, or the file of `-o`.

/// Where result bytes go.
struct ResultSink {
  private let file: OutputFile?

  /// - Parameter path: `nil` and `-` are standard output.
  /// - Throws: `Failure` if the file cannot be made, or standard output is closed.
  init(path: String?) throws {
    if let path, path != "-" {
      file = try OutputFile(path)
    } else {
      file = nil
      try StandardOutput.check()
    }
  }

  /// Whether a person reads along.
  var isTerminal: Bool { isStandardOutput && StandardOutput.isTerminal }

  var isStandardOutput: Bool { file == nil }

  func write(_ text: String) throws {
    try write(Array(TerminalText.fit(text, isTerminal: isTerminal).utf8))
  }

  func write(_ bytes: [UInt8]) throws {
    if let file { try file.write(bytes) } else { try StandardOutput.write(bytes) }
  }

  /// - Throws: `BrokenPipe` if the reader of standard output went away, also while there is nothing to write.
  func checkReader() throws {
    if isStandardOutput { try StandardOutput.checkReader() }
  }

  /// Gives a file its name. Not called when the generation failed: half an answer never looks like a whole one.
  func commit() throws {
    try file?.commit()
  }
}
