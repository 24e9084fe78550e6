import LFMLanguage
import Testing

struct GeneratedTextReaderTests {
  @Test func stopStringsCountInAllThatIsGenerated() {
    var reader = GeneratedTextReader(stops: ["</think>"])
    var deltas = reader.consume("<think>a")
    deltas += reader.consume("b</thi")
    deltas += reader.consume("nk>c")
    #expect(deltas == [.thinking("a"), .thinking("b")])
    #expect(reader.matchedStop == 0)
    #expect(reader.consume("d").isEmpty && reader.finish().isEmpty)
  }

  @Test func whatIsHeldBackComesWithTheStop() {
    var reader = GeneratedTextReader(stops: ["END"])
    #expect(reader.consume("  <thiE").isEmpty)
    #expect(reader.consume("ND") == [.answer("  <thi")])
    #expect(reader.matchedStop == 0)
  }

  @Test func whatIsHeldBackComesAtTheEnd() {
    var reader = GeneratedTextReader(stops: ["zz", "</think>!"])
    #expect(reader.consume("<think>a</think>") == [.thinking("a")])
    #expect(reader.isThinking)
    #expect(reader.consume("\nbz") == [.answer("b")])
    #expect(!reader.isThinking)
    #expect(reader.finish() == [.answer("z")])
    #expect(reader.finish().isEmpty && reader.matchedStop == nil)
  }

  @Test func itStartsWhereThePromptEnds() {
    var reader = GeneratedTextReader(start: .thinking(hasBegun: true))
    #expect(reader.isThinking)
    #expect(reader.consume("a</think>\nb") == [.thinking("a"), .answer("b")])
  }
}
