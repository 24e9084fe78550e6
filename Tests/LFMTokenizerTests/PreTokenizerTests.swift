import Testing

@testable import LFMTokenizer

struct PreTokenizerTests {
  private func pieces(_ text: String, limit: Int? = nil) -> [String] {
    let bytes = Array(text.utf8)
    var pieces: [String] = []
    var position = 0
    let limit = limit ?? bytes.count
    while position < limit {
      let end = PreTokenizer().end(of: bytes.span, from: position, limit: limit)
      guard end > position else { return pieces + ["no progress"] }
      pieces.append(String(decoding: bytes[position..<end], as: UTF8.self))
      position = end
    }
    return pieces
  }

  @Test func cutsAsTheReference() throws {
    for line in try Fixture.golden() {
      #expect(pieces(line.text) == line.pieces)
    }
  }

  @Test(arguments: [
    ("Hello, world", ["Hello", ",", " world"]),
    ("it's HE'LL 'Re'x", ["it", "'s", " HE", "'LL", " '", "Re", "'x"]),
    ("'ſo'S", ["'ſ", "o", "'S"]),
    ("12345678", ["123", "456", "78"]),
    (" 1", [" ", "1"]),
    ("a   b", ["a", "  ", " b"]),
    ("a \n \n  b", ["a", " \n \n", " ", " b"]),
    ("a  ", ["a", "  "]),
    (" !?\r\n\nx", [" !?\r\n\n", "x"]),
    ("\tx\u{3000}y", ["\tx", "\u{3000}y"]),
    ("e\u{301}e", ["e", "\u{301}e"]),
    ("\u{1C}a", ["\u{1C}a"]),
    ("\r\n", ["\r\n"]),
  ])
  func handMade(_ text: String, _ expected: [String]) {
    #expect(pieces(text) == expected)
  }

  /// A special token ends the text for the rules before it: whitespace keeps its last scalar only before text.
  @Test func theLimitIsTheEndOfTheText() {
    #expect(pieces("a  b", limit: 3) == ["a", "  "])
    #expect(pieces("'s", limit: 1) == ["'"])
    #expect(pieces("'re", limit: 2) == ["'r"])
    #expect(pieces("'ſ", limit: 1) == ["'"])
    #expect(pieces(" ab", limit: 1) == [" "])
  }
}

struct UnicodeClassesTests {
  /// Numbers of scalars that Hugging Face's `\p{L}`, `\p{N}` and `\s` match (Unicode 16.0).
  @Test func classesHaveTheirSizes() {
    var counts: [ScalarClass: Int] = [:]
    for value in UInt32(0)..<0x11_0000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = Array(String(Character(scalar)).utf8)
      let (kind, end) = UnicodeClasses.shared.scalar(bytes.span, 0)
      if end != bytes.count { Issue.record("U+\(String(value, radix: 16)) has length \(end)") }
      counts[kind, default: 0] += 1
    }
    #expect(counts[.letter] == 141_028)
    #expect(counts[.number] == 1_911)
    #expect(counts[.whitespace] == 23)
    #expect(counts[.newline] == 2)
  }
}
