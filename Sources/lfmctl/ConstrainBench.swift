// `lfmctl constrain --bench`: how long a constraint takes to compile, and the masks of an output's tokens to find.

import Glibc
import LFMGeneration
import LFMLanguage
import LFMTokenizer

/// Cases of constraints with texts that satisfy them, measured one after the other with one vocabulary.
struct ConstrainBench {
  let tokenizer: Tokenizer
  let vocabulary: ConstraintVocabulary
  /// Milliseconds that the vocabulary took.
  let vocabularyTime: Double

  init(model: String, tokenCount: Int?) throws {
    tokenizer = try OfflineModel(model).tokenizer()
    let words = tokenizer.vocabulary
    let extended = try tokenCount.map { try Self.extended(words, to: $0) } ?? words
    let start = Self.now()
    vocabulary = ConstraintVocabulary(extended)
    vocabularyTime = Double(Self.now() - start) / 1e6
  }

  /// A larger vocabulary, of which as many tokens more are two of its tokens put together.
  private static func extended(_ words: Vocabulary, to count: Int) throws -> Vocabulary {
    var texts = ByteStrings()
    var kinds: [Int32] = []
    var seen: Set<[UInt8]> = []
    for token in 0..<TokenID(words.count) {
      texts.append(Alphabet.text(words.bytes(of: token)).span)
      kinds.append(words.bytes(of: token).isEmpty ? 5 : words.isSpecial(token) ? 3 : 1)
      seen.insert(Array(words.bytes(of: token)))
    }
    var state: UInt64 = 1
    while texts.count < count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let (left, right) = (TokenID(state >> 33) % 60_000, TokenID(state >> 48) % 60_000)
      let bytes = Array(words.bytes(of: left)) + Array(words.bytes(of: right))
      guard !bytes.isEmpty, bytes.count < 24, seen.insert(bytes).inserted else { continue }
      texts.append(Alphabet.text(bytes[...]).span)
      kinds.append(1)
    }
    return try Vocabulary(texts: texts, kinds: kinds)
  }

  /// One line of JSON for each line of `cases`: `{"name":…,"schema"|"regex"|"grammar":…,"texts":[…]}`.
  func run(_ cases: [UInt8], name: String) throws {
    for line in cases.split(separator: UInt8(ascii: "\n")) {
      let value: JSONValue
      do { value = try JSONParser.parse(bytes: Array(line)) } catch {
        throw error.failure(in: name)
      }
      guard case .object(let object) = value else {
        throw Failure(.badInput, "\(name): expected a JSON object a line")
      }
      try StandardOutput.write(try measure(object) + "\n")
    }
  }

  private func measure(_ object: JSONObject) throws -> String {
    let source = try Self.source(object)
    var reading: [Int] = []
    var compiling: [Int] = []
    var compiled: CompiledConstraint?
    for _ in 0..<3 {
      let start = Self.now()
      let grammar = try source.grammar()
      reading.append(Self.now() - start)
      compiled = try CompiledConstraint(grammar)
      compiling.append(Self.now() - start)
    }
    guard let compiled, case .array(let texts) = object["texts"] else {
      throw Failure(.badInput, "a case has no list of texts")
    }
    let constraint = TokenConstraint(compiled, vocabulary)
    var passes: [[Int]] = []
    for _ in 0..<2 {
      var times: [Int] = []
      for case .string(let text) in texts { times += try measure(text, constraint) }
      passes.append(times)
    }
    let name = object["name"].map { $0.serialized } ?? "null"
    return
      "{\"name\":\(name),\"grammar_ns\":\(reading),\"compile_ns\":\(compiling),\"vocabulary_ms\":\(vocabularyTime),"
      + "\"first_ns\":\(passes[0]),\"again_ns\":\(passes[1])}"
  }

  /// The nanoseconds of each mask of a text, which must satisfy the constraint.
  private func measure(_ text: String, _ constraint: TokenConstraint) throws -> [Int] {
    var matcher = try constraint.matcher()
    var mask = TokenMask(tokenCount: vocabulary.vocabulary.count)
    var times: [Int] = []
    for token in tokenizer.encode(text, parsesSpecialTokens: false) + [-1] {
      let start = Self.now()
      try matcher.mask(into: &mask)
      times.append(Self.now() - start)
      if token < 0 { break }
      guard mask.contains(token), try matcher.advance(token) else {
        throw Failure(.badInput, "the constraint does not accept \(text.debugDescription)")
      }
    }
    guard matcher.isComplete else {
      throw Failure(.badInput, "the constraint takes \(text.debugDescription) for unfinished")
    }
    return times
  }

  private static func source(_ object: JSONObject) throws -> ConstraintSource {
    if let schema = object["schema"] { return .jsonSchema(schema) }
    if case .string(let pattern) = object["regex"] { return .regularExpression(pattern) }
    if case .string(let grammar) = object["grammar"] { return .grammar(grammar) }
    throw Failure(.badInput, "a case has neither schema nor regex nor grammar")
  }

  /// This thread's processor time, which other programs do not lengthen.
  private static func now() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Bytes in the letters in which a vocabulary is written (GPT-2's).
  private enum Alphabet {
    private static let letters: [[UInt8]] = {
      var next: UInt32 = 0x100
      return (0..<256).map { (byte: UInt32) in
        let isVisible =
          (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
        if !isVisible { next += 1 }
        let scalar = Unicode.Scalar(isVisible ? byte : next - 1) ?? " "
        return Array(String(Character(scalar)).utf8)
      }
    }()

    static func text(_ bytes: ArraySlice<UInt8>) -> [UInt8] { bytes.flatMap { letters[Int($0)] } }
  }
}
