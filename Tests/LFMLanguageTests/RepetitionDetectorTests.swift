import LFMLanguage
import LFMTokenizer
import Testing

struct RepetitionDetectorTests {
  /// Words and single other characters as tokens: about as many as a real vocabulary makes of such a text.
  private func tokens(_ text: String) -> [TokenID] {
    var ids: [String: TokenID] = [:]
    var words: [String] = []
    for character in text {
      if character.isLetter, let last = words.last, last.last?.isLetter == true {
        words[words.count - 1].append(character)
      } else {
        words.append(String(character))
      }
    }
    return words.map { word in
      let id = ids[word] ?? TokenID(ids.count)
      ids[word] = id
      return id
    }
  }

  private func firstLoop(
    _ tokens: [TokenID], _ limits: RepetitionDetector.Limits = .init()
  ) -> (count: Int, loop: RepetitionDetector.Loop)? {
    var detector = RepetitionDetector(limits: limits)
    for (index, token) in tokens.enumerated() {
      if let loop = detector.append(token) { return (index + 1, loop) }
    }
    return nil
  }

  @Test(arguments: [1, 2, 3, 7, 24, 127, 128])
  func loopsAreFoundAsSoonAsTheyCount(period: Int) throws {
    let piece = (0..<period).map { TokenID($0 % 50 + ($0 == period - 1 ? 100 : 0)) }
    let before: [TokenID] = [900, 901, 902, 903, 904]
    let tokens = before + (0..<40 * 8).flatMap { _ in piece }
    let found = try #require(firstLoop(tokens))
    #expect(found.loop.period == period)
    #expect(found.count == before.count + max(256, period * 6))
    #expect(found.loop.length == max(256, period * 6))
  }

  @Test func longerPeriodsAreNone() {
    let piece = (0..<129).map { TokenID($0) }
    #expect(firstLoop((0..<100).flatMap { _ in piece }) == nil)
  }

  /// One token more or less starts it anew.
  @Test func aDifferenceEndsTheRun() {
    var tokens: [TokenID] = []
    for round in 0..<100 { tokens += (0..<40).map { _ in TokenID(1) } + [TokenID(2 + round)] }
    #expect(firstLoop(tokens) == nil)
  }

  @Test func ordinaryTextsAreNoLoops() {
    let list = (1...300).map { "\($0). Item number \($0): apples, pears\n" }.joined()
    let table = (1...200).map { "| row | \($0) | yes | no |\n| --- | --- | --- | --- |\n" }.joined()
    let code = (1...200).map { "  values[\($0)] = values[\($0 - 1)] + 1;\n" }.joined()
    let ruler = String(repeating: "-", count: 80) + "\n"
    let zeros = "[" + (0..<64).map { _ in "0" }.joined(separator: ", ") + "]\n"
    let poem = String(repeating: "Row, row, row your boat, gently down the stream.\n", count: 4)
    let json = (1...100).map { "{\"id\": \($0), \"name\": \"n\", \"tags\": [\"a\", \"b\"]},\n" }
      .joined()
    for text in [list, table, code, ruler + "x" + ruler, zeros, poem, json, ruler + zeros + poem] {
      #expect(firstLoop(tokens(text)) == nil, "\(text.prefix(60))")
    }
  }

  @Test func loopsInTextAreFound() throws {
    let wait = "Let me see. " + String(repeating: "Wait, let me check that again. ", count: 60)
    #expect(firstLoop(tokens(wait)) != nil)
    #expect(firstLoop(tokens("a" + String(repeating: "!", count: 400))) != nil)
  }

  /// Against the definition, with short limits and few different tokens.
  @Test func itAgreesWithItsDefinition() {
    var random = SeededGenerator(seed: 3)
    let limits = RepetitionDetector.Limits(longestPeriod: 5, repeats: 3, minimumTokens: 7)
    for _ in 0..<300 {
      var detector = RepetitionDetector(limits: limits)
      var all: [TokenID] = []
      for _ in 0..<60 {
        let token = TokenID(Int.random(in: 0...1, using: &random))
        all.append(token)
        #expect(detector.append(token) == Self.loop(all, limits))
      }
    }
  }

  private static func loop(
    _ tokens: [TokenID], _ limits: RepetitionDetector.Limits
  ) -> RepetitionDetector.Loop? {
    for period in 1...limits.longestPeriod {
      var length = min(period, tokens.count)
      while length < tokens.count,
        tokens[tokens.count - 1 - length + period] == tokens[tokens.count - 1 - length]
      {
        length += 1
      }
      if length > period, length >= limits.minimumTokens, length >= period * limits.repeats {
        return .init(period: period, length: length)
      }
    }
    return nil
  }
}
