// `lfmctl constrain`: which texts a constraint on the output accepts. Needs neither a daemon nor a model.

import ArgumentParser
import LFMGeneration
import LFMLanguage

struct ConstrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "constrain",
    abstract: "Tell which texts a constraint on the output accepts.",
    discussion: """
      FILE of --check holds one JSON string a line; each is taken as a whole output. Standard output says accepted or \
      refused, a line each, in the same order. With no --check the constraint itself is checked. A constraint that \
      cannot be honoured ends in exit code 65, and standard error says what and where.
      """)

  @OptionGroup var constraint: ConstraintOptions

  @Option(help: "The texts: a JSON string a line; - is standard input.")
  var check: String?

  @Flag(help: "Print {\"accepted\":true} or {\"accepted\":false} a line.")
  var json = false

  @Flag(help: "Print which keywords of JSON Schema are honoured, and how far.")
  var keywords = false

  @Option(
    help: ArgumentHelp(
      "Measure instead: a file of cases, see Benchmarks/constraints. Needs --model.",
      visibility: .hidden))
  var bench: String?

  @Option(help: ArgumentHelp("A GGUF with a tokenizer, for --bench.", visibility: .hidden))
  var model: String?

  @Option(
    help: ArgumentHelp("Enlarge the vocabulary to so many, for --bench.", visibility: .hidden))
  var tokens: Int?

  func validate() throws {
    guard constraint.count == (bench == nil && !keywords ? 1 : 0) else {
      throw ValidationError("give one of --schema, --regex, --grammar, --choice and --tools")
    }
  }

  func run() async throws {
    try await reportingFailures {
      if let bench {
        let measure = try ConstrainBench(model: model ?? "demo", tokenCount: tokens)
        return try measure.run(try Input.read(bench), name: bench)
      }
      if keywords { return try StandardOutput.write(SchemaKeyword.table) }
      let constraint = try CompiledConstraint(try constraint.source())
      guard let check else { return }
      try Self.forEachText(in: try Input.readText(check), of: check) { text in
        let isAccepted = try constraint.accepts(Array(text.utf8))
        try StandardOutput.write(
          json
            ? "{\"accepted\":\(isAccepted)}\n" : isAccepted ? "accepted\n" : "refused\n")
      }
    }
  }

  /// Empty lines hold no text.
  static func forEachText(
    in file: String, of name: String, _ body: (String) throws -> Void
  ) throws {
    let lines = file.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      try body(try text(Array(line), line: index + 1, of: name))
    }
  }

  private static func text(_ line: [UInt8], line number: Int, of name: String) throws -> String {
    let value: JSONValue
    do {
      value = try JSONParser.parse(bytes: line)
    } catch {
      throw Failure(.badInput, "\(name), line \(number): \(error)")
    }
    guard case .string(let text) = value else {
      throw Failure(.badInput, "\(name), line \(number): expected a JSON string, not \(value.kind)")
    }
    return text
  }
}

/// Which constraint: exactly one of the flags.
struct ConstraintOptions: ParsableArguments {
  @Option(help: "A file with a JSON Schema.", completion: .file())
  var schema: String?

  @Option(help: "A regular expression that the whole output matches.")
  var regex: String?

  @Option(help: "A file with a grammar in GBNF.", completion: .file())
  var grammar: String?

  @Option(
    help: "A file with a JSON list of strings: the output is one of them.", completion: .file())
  var choice: String?

  @Option(
    help:
      "A file with a JSON list of tools: the output is a list of calls of them, in Python's notation."
  )
  var tools: String?

  var count: Int { [schema, regex, grammar, choice, tools].count { $0 != nil } }

  func source() throws -> ConstraintSource {
    if let schema { return .jsonSchema(try document(schema)) }
    if let tools { return .toolCalls(try ToolFile(tools).declarations, .any, parallel: true) }
    if let grammar { return .grammar(try Input.readText(grammar)) }
    if let choice {
      guard case .array(let items) = try document(choice) else {
        throw Failure(.badInput, "\(choice): expected a JSON list of strings")
      }
      return .choice(
        try items.map { item in
          guard case .string(let text) = item else {
            throw Failure(.badInput, "\(choice): expected strings in the list, not \(item.kind)")
          }
          return text
        })
    }
    return .regularExpression(regex ?? "")
  }

  private func document(_ path: String) throws -> JSONValue {
    let bytes = try Input.read(path)
    do { return try JSONParser.parse(bytes: bytes) } catch { throw error.failure(in: path) }
  }
}
