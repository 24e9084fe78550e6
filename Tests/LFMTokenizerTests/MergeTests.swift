// MergeTable, ShortMerge, LongMerge and WindowedMerge: the three that merge are twins, and all are held against the definition.
import Testing

@testable import LFMTokenizer

struct MergeTests {
  /// Byte-pair merging as it is defined: the pair of lowest rank, the leftmost of them, again and again.
  private func defined(_ bytes: [UInt8], _ tokenizer: Tokenizer) -> [TokenID] {
    var tokens = bytes.map { tokenizer.byteTokens[Int($0)] }
    while true {
      var best: (rank: UInt32, index: Int, token: TokenID)?
      for index in tokens.indices.dropLast() {
        let merge = tokenizer.merges.find(tokens[index], tokens[index + 1])
        if merge.rank < best?.rank ?? MergeTable.never { best = (merge.rank, index, merge.token) }
      }
      guard let best else { return tokens }
      tokens.replaceSubrange(best.index...best.index + 1, with: [best.token])
    }
  }

  private func long(_ bytes: [UInt8], _ tokenizer: Tokenizer, budget: Int) -> [TokenID] {
    var merge = LongMerge()
    var ids: [TokenID] = []
    let text = [0xFF] + bytes
    merge.begin(1..<text.count)
    while !merge.isIdle {
      var rest = budget
      merge.step(text.span, tokenizer: tokenizer, budget: &rest, to: &ids)
    }
    return ids
  }

  /// A tokenizer of random merges over a few letters; some name tokens that later merges make, so ranks do not grow with length.
  private func randomTokenizer(_ generator: inout SplitMix) throws -> Tokenizer {
    var texts = Set<String>()
    var pieces = ["a", "b", "c"]
    var merges: [String] = []
    for _ in 0..<Int.random(in: 1...25, using: &generator) {
      guard let left = pieces.randomElement(using: &generator),
        let right = pieces.randomElement(using: &generator), left.count + right.count < 12
      else { continue }
      merges.append("\(left) \(right)")
      if texts.insert(left + right).inserted { pieces.append(left + right) }
    }
    return try smallTokenizer(texts.sorted(), merges: merges.shuffled(using: &generator))
  }

  @Test func shortAndLongAreTheDefinition() throws {
    var generator = SplitMix(state: 11)
    for _ in 0..<300 {
      let tokenizer = try randomTokenizer(&generator)
      for _ in 0..<5 {
        let count = Int.random(in: 1...ShortMerge.longest, using: &generator)
        let bytes = (0..<count).map { _ in UInt8.random(in: 0x61...0x63, using: &generator) }
        let expected = defined(bytes, tokenizer)
        var short: [TokenID] = []
        ShortMerge.encode(bytes.span, 0..<count, tokenizer: tokenizer, to: &short)
        #expect(short == expected)
        let budget = Int.random(in: 1...200, using: &generator)
        #expect(long(bytes, tokenizer, budget: budget) == expected)
      }
    }
  }

  private func windowed(
    _ bytes: [UInt8], _ tokenizer: Tokenizer, narrowest: Int, budget: Int
  ) -> [TokenID] {
    var merge = WindowedMerge(narrowest: narrowest)
    var ids: [TokenID] = [7]
    let text = [0xFF] + bytes
    merge.begin(1..<text.count, after: ids)
    while !merge.isIdle {
      var rest = budget
      merge.step(text.span, tokenizer: tokenizer, budget: &rest, to: &ids)
    }
    return Array(ids.dropFirst())
  }

  /// Windows of a few bytes go wrong at most borders, so that all the ways back are walked.
  @Test func windowsAreTheDefinition() throws {
    var generator = SplitMix(state: 12)
    for round in 0..<400 {
      let tokenizer = try randomTokenizer(&generator)
      let letters: ClosedRange<UInt8> = 0x61...(0x61 + UInt8(round % 3))
      let count = Int.random(in: 1...300, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: letters, using: &generator) }
      let expected = defined(bytes, tokenizer)
      for narrowest in [1, 2, 5, 20, 100, 1000] {
        let budget = Int.random(in: 1...500, using: &generator)
        #expect(windowed(bytes, tokenizer, narrowest: narrowest, budget: budget) == expected)
      }
    }
  }

  /// Where a window begins, here, decides what its letters pair with: the first letter of a window is often wrong.
  @Test func windowsOverAlternatingLetters() throws {
    let tokenizer = try smallTokenizer(
      ["ab", "ba", "aba", "bab", "bc"], merges: ["b c", "b a", "a b"])
    for count in [1, 2, 50, 51] {
      for tail in ["", "b", "bc"] {
        let bytes = Array((String(repeating: "ab", count: count) + tail).utf8)
        #expect(
          windowed(bytes, tokenizer, narrowest: 4, budget: 10) == defined(bytes, tokenizer))
      }
    }
  }

  @Test func equalPairsMergeFromTheLeft() throws {
    let tokenizer = try smallTokenizer(["aa", "aaa"], merges: ["a a", "aa a"])
    #expect(defined(Array("aaaaaaa".utf8), tokenizer) == [256, 256, 257])
    #expect(tokenizer.encode("aaaaaaa", parsesSpecialTokens: false) == [256, 256, 257])
    #expect(long(Array("aaaaaaa".utf8), tokenizer, budget: 1) == [256, 256, 257])
  }

  @Test func aLongMergeServesOnePieceAfterAnother() throws {
    let tokenizer = try smallTokenizer(["ab"], merges: ["a b"])
    var merge = LongMerge()
    var ids: [TokenID] = []
    let text = Array("abaabb".utf8)
    for range in [0..<2, 2..<6, 5..<6] {
      merge.begin(range)
      var budget = 1000
      merge.step(text.span, tokenizer: tokenizer, budget: &budget, to: &ids)
      #expect(merge.isIdle)
    }
    #expect(ids == [256, 0x61, 256, 0x62, 0x62])
  }

  @Test func aRepeatedPairTakesTheLaterRank() throws {
    let tokenizer = try smallTokenizer(["ab", "bc"], merges: ["a b", "b c", "a b"])
    #expect(tokenizer.merges.count == 2)
    #expect(tokenizer.encode("abc", parsesSpecialTokens: false) == [0x61, 257])
  }

  @Test(arguments: [
    ("a", "is not two tokens"), ("a ", "is not two tokens"), (" a", "is not two tokens"),
    ("a b c", "is not two tokens"), ("a 水", "is not two tokens"), ("", "is not two tokens"),
    ("a c", "needs the token “ac”"), ("zz a", "needs the token “zz”"),
    ("a zz", "needs the token “zz”"), ("< x>", "needs the token “x>”"),
    ("<| x|>", "needs the token “<|”"), ("<x >", "needs the token “<x”"),
  ])
  func badMergesAreNamed(_ merge: String, _ expected: String) {
    do {
      _ = try smallTokenizer(
        ["ab"], control: ["<|x|>"], userDefined: ["<x>"], merges: ["a b", merge])
      Issue.record("accepted \(merge)")
    } catch let error as TokenizerError {
      #expect(error.message.contains("tokenizer.ggml.merges[1]"), "\(error)")
      #expect(error.message.contains(expected), "\(error)")
    } catch { Issue.record("\(error)") }
  }

  @Test func noMergeMakesASpecialToken() throws {
    for special in ["control", "markup"] {
      #expect(throws: TokenizerError.self) {
        try smallTokenizer(
          control: special == "control" ? ["<x>"] : [],
          userDefined: special == "markup" ? ["<x>"] : [], merges: ["x >", "< x>"])
      }
    }
  }
}
