import Testing

@testable import LFMTokenizer

struct UTF8AssemblerTests {
  private func assemble(_ pieces: [[UInt8]]) -> [String] {
    var assembler = UTF8Assembler()
    return pieces.map { assembler.append($0) } + [assembler.finish()]
  }

  @Test func aCharacterComesWithItsLastByte() {
    #expect(assemble([[0xF0], [0x9F, 0x9A], [0x80]]) == ["", "", "🚀", ""])
    #expect(assemble([[0x61, 0xC3], [0xA9, 0x62]]) == ["a", "éb", ""])
  }

  @Test func whatCanNeverBecomeACharacterIsReplacedAtOnce() {
    let lost = "\u{FFFD}"
    #expect(assemble([[0xFF]]) == [lost, ""])
    #expect(assemble([[0x80]]) == [lost, ""])
    #expect(assemble([[0xC0], [0x80]]) == [lost, lost, ""])
    #expect(assemble([[0xE2, 0x82], [0x41]]) == ["", lost + "A", ""])
    #expect(assemble([[0xE0], [0x80]]) == ["", lost + lost, ""])
    #expect(assemble([[0xED], [0xA0], [0x80]]) == ["", lost + lost, lost, ""])
    #expect(assemble([[0xF0], [0x8F]]) == ["", lost + lost, ""])
    #expect(assemble([[0xF4], [0x90]]) == ["", lost + lost, ""])
    #expect(assemble([[0xF5]]) == [lost, ""])
    #expect(assemble([[0xF0, 0x9F], [0xF0, 0x9F, 0x9A], [0x80]]) == ["", lost, "🚀", ""])
    #expect(assemble([[0xF0, 0x9F, 0x9A]]) == ["", lost])
  }

  /// However the bytes are cut, the whole is the standard library's lossy decoding.
  @Test func equalsTheLossyDecodingOfTheWhole() {
    var generator = SplitMix(state: 3)
    let likely: [UInt8] = [
      0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE2, 0xED, 0xEF, 0xF0,
      0xF1, 0xF4, 0xF5, 0xFF,
    ]
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
        likely.randomElement(using: &generator) ?? 0
      }
      var pieces: [[UInt8]] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...5, using: &generator)
        pieces.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      let joined = Array(assemble(pieces).joined().unicodeScalars)
      #expect(joined == Array(String(decoding: bytes, as: UTF8.self).unicodeScalars))
    }
  }

  /// Nothing is held back: after every byte, what was given is all that a decoder of the bytes so far is sure of.
  @Test func neverHoldsACharacterBack() {
    var assembler = UTF8Assembler()
    var output = ""
    let text = "aé水🚀\u{10FFFF}e\u{301}👩\u{200D}👧"
    var scalars = 0
    for scalar in text.unicodeScalars {
      for byte in UTF8.encode(scalar).map(Array.init) ?? [] { output += assembler.append([byte]) }
      scalars += 1
      #expect(output.unicodeScalars.count == scalars)
    }
    #expect(output == text)
    #expect(assembler.finish() == "")
  }
}
