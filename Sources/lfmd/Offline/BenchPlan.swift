// What `lfmd bench` measures, as values: the tests, their names, and the flags that choose them.

import ArgumentParser

/// One thing to measure.
struct BenchTest: Equatable {
  enum Kind: Equatable {
    /// A prompt of this many tokens.
    case prefill(Int)
    /// This many tokens, one after the other, in each of some sequences that go along with each other.
    case decode(Int, sequences: Int)
    /// A prompt's chunk with one row of each of some sequences that decode.
    case mixed(chunk: Int, sequences: Int)
  }

  var kind: Kind
  /// Tokens that are in each sequence before.
  var depth: Int

  /// As llama-bench calls it where it has it: `pp512`, `tg128`, `pp512@d4096`.
  var name: String {
    let test =
      switch kind {
      case .prefill(let tokens): "pp\(tokens)"
      case .decode(let tokens, 1): "tg\(tokens)"
      case .decode(let tokens, let sequences): "tg\(tokens)x\(sequences)"
      case .mixed(let chunk, let sequences): "pp\(chunk)+\(sequences)"
      }
    return depth == 0 ? test : "\(test)@d\(depth)"
  }

  /// Tokens of one repetition, all sequences together.
  var tokens: Int {
    switch kind {
    case .prefill(let tokens): tokens
    case .decode(let tokens, let sequences): tokens * sequences
    case .mixed(let chunk, let sequences): chunk + sequences
    }
  }

  /// Sequences that take part.
  var sequences: Int {
    switch kind {
    case .prefill: 1
    case .decode(_, let sequences): sequences
    case .mixed(_, let sequences): sequences + 1
    }
  }

  /// The most tokens that one repetition puts behind the depth of a sequence.
  var longest: Int {
    switch kind {
    case .prefill(let tokens), .decode(let tokens, _), .mixed(let tokens, _): tokens
    }
  }

  /// Rows of its largest step, where a prompt's chunks have `chunk` at most.
  func rows(chunk: Int) -> Int {
    switch kind {
    case .prefill(let tokens): min(tokens, chunk)
    case .decode(_, let sequences): sequences
    case .mixed(let tokens, let sequences): tokens + sequences
    }
  }
}

/// The flags that choose the tests.
struct BenchTests: ParsableArguments {
  @Option(
    name: [.customShort("p"), .long],
    help: ArgumentHelp("Prompts of so many tokens; \"none\" for none.", valueName: "n,…"))
  var prefill: NumberList = [512]

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Decodes of so many tokens; \"none\" for none.", valueName: "n,…"))
  var decode: NumberList = [128]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Decodes of so many sequences at once, of --batch-tokens tokens each; \"none\" for none.",
      valueName: "n,…"))
  var batch: NumberList = [2, 4, 8]

  @Option(help: ArgumentHelp("Tokens of each sequence in a --batch.", valueName: "n"))
  var batchTokens = 32

  @Option(
    help: ArgumentHelp(
      "Steps of a whole chunk of a prompt and one token of each of so many sequences; \"none\" for none.",
      valueName: "n,…"))
  var mixed: NumberList = [4]

  @Flag(
    help:
      "Have decodes make the logits of the whole vocabulary, not only what a sampler with the usual settings looks at."
  )
  var allLogits = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("All of that with so many tokens before.", valueName: "n,…"))
  var depth: NumberList = [0]

  func validate() throws {
    for (name, list, range) in [
      ("--prefill", prefill, 1...1_048_576), ("--decode", decode, 1...1_048_576),
      ("--batch", batch, 1...1024), ("--mixed", mixed, 1...1024), ("--depth", depth, 0...1_048_576),
      ("--batch-tokens", [batchTokens], 1...1_048_576),
    ] {
      for value in list.values where !range.contains(value) {
        throw ValidationError(
          "\(name) has \(value), but must be from \(range.lowerBound) to \(range.upperBound)")
      }
    }
    if tests(chunk: 1).isEmpty { throw ValidationError("there is nothing to measure") }
  }

  /// Ordered by depth, so that each depth is filled once.
  func tests(chunk: Int) -> [BenchTest] {
    let kinds: [BenchTest.Kind] =
      prefill.values.map { .prefill($0) } + decode.values.map { .decode($0, sequences: 1) }
      + batch.values.map { .decode(batchTokens, sequences: $0) }
      + mixed.values.map { .mixed(chunk: chunk, sequences: $0) }
    return depth.values.flatMap { depth in kinds.map { BenchTest(kind: $0, depth: depth) } }
  }
}

/// Whole numbers with commas between: `0,4096`; `none` is none.
struct NumberList: ExpressibleByArgument, ExpressibleByArrayLiteral, Equatable {
  var values: [Int]

  init(arrayLiteral values: Int...) { self.values = values }

  init?(argument: String) {
    values = []
    guard argument != "none" else { return }
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Int(word), value >= 0, !values.contains(value) else { return nil }
      values.append(value)
    }
  }

  var defaultValueDescription: String { values.map(String.init).joined(separator: ",") }
}
