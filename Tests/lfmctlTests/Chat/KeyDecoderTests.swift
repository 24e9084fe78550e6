import Testing

@testable import lfmctl

@Suite struct KeyDecoderTests {
  private static let cases: [(String, [Key])] = [
    ("ab", [.text("ab")]), ("é🐈\r", [.text("é🐈"), .enter]),
    ("a\u{1b}[Db\u{7f}", [.text("a"), .left, .text("b"), .backspace]),
    (
      "\u{1b}[1;5C\u{1b}[3~\u{1b}OH\u{1b}b\u{1b}\r",
      [.wordRight, .delete, .start, .wordLeft, .newline]
    ),
    ("\u{1b}[200~a\rb\r\nc \u{1b}[x\u{1b}[201~d", [.paste("a\nb\nc \u{1b}[x"), .text("d")]),
    ("\u{1b}[99~x", [.text("x")]),
    ("\u{3}\u{4}\u{1a}\u{c}", [.interrupt, .endOfInput, .suspend, .redraw]),
    ("\u{0}\u{1d}a", [.text("a")]),
  ]

  @Test(arguments: cases.indices)
  func anySplitGivesTheSameKeys(index: Int) {
    let (input, keys) = Self.cases[index]
    let bytes = Array(input.utf8)
    var whole = KeyDecoder()
    let all = whole.take(bytes)
    #expect(all == keys)
    for size in 1...3 {
      var decoder = KeyDecoder()
      var found: [Key] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        found += decoder.take(Array(bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(!decoder.isPending)
      #expect(joined(found) == joined(keys))
    }
  }

  /// Typed text may come in pieces.
  private func joined(_ keys: [Key]) -> [Key] {
    keys.reduce(into: []) { result, key in
      if case .text(let next) = key, case .text(let last)? = result.last {
        result[result.count - 1] = .text(last + next)
      } else {
        result.append(key)
      }
    }
  }

  @Test func anEscapeAloneIsNothing() {
    var decoder = KeyDecoder()
    let none = decoder.take([0x1B])
    #expect(none.isEmpty && decoder.isPending)
    decoder.giveUp()
    let keys = decoder.take(Array("a".utf8))
    #expect(keys == [.text("a")])
  }

  @Test func noBytesTrapAndNoneAreKeptForEver() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var decoder = KeyDecoder()
      for _ in 0..<4 {
        _ = decoder.take(
          (0..<Int.random(in: 1...20, using: &random)).map { _ in
            [0x1B, 0x5B, 0x4F, 0x32, 0x7E, 0xE2, 0x82, 0xF0, 0xFF, 0x0D, 0x61].randomElement() ?? 0
          })
      }
    }
  }
}
