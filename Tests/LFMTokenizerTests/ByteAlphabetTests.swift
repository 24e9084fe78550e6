import Testing

@testable import LFMTokenizer

struct ByteAlphabetTests {
  @Test func everyByteComesBack() {
    for byte in UInt8.min...UInt8.max {
      var bytes: [UInt8] = [7]
      #expect(ByteAlphabet.append(byteTexts[Int(byte)], to: &bytes))
      #expect(bytes == [7, byte])
    }
  }

  @Test func knownSpellings() {
    var bytes: [UInt8] = []
    #expect(ByteAlphabet.append(Array("ĠheÃ©Ċ".utf8), to: &bytes))
    #expect(bytes == Array(" heé\n".utf8))
  }

  @Test(arguments: ["a b", "水", "x\u{144}", "\n", "\u{AD}"])
  func whatIsNotOfTheAlphabetIsRefusedWhole(_ text: String) {
    var bytes: [UInt8] = [1, 2]
    #expect(!ByteAlphabet.append(Array(text.utf8), to: &bytes))
    #expect(bytes == [1, 2])
  }

  @Test func brokenUTF8IsRefused() {
    for broken: [UInt8] in [[0xC4], [0x41, 0xC4], [0xC4, 0x41], [0x80], [0xFF]] {
      var bytes: [UInt8] = []
      #expect(!ByteAlphabet.append(broken, to: &bytes))
    }
  }
}
