import Testing

@testable import LFMEngine

@Suite struct TokenSetTests {
  @Test func `Holds each token once, in order, and ignores strangers`() {
    var set = TokenSet(vocabularySize: 130)
    for token: Int32 in [129, 0, 129, 64, -1, 130, .max, .min, 0] { set.insert(token) }
    #expect(set.members == [129, 0, 64])
    #expect(set.contains(64) && !set.contains(63) && !set.contains(130) && !set.contains(-1))
  }

  @Test func `An empty vocabulary holds nothing`() {
    var set = TokenSet(vocabularySize: 0)
    set.insert(0)
    #expect(set.members.isEmpty)
  }
}
