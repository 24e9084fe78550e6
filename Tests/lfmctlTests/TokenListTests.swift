import Testing

@testable import lfmctl

@Suite struct TokenListTests {
  @Test func idsAreReadWithOrWithoutSpaces() throws {
    #expect(try TokenList.parse("1,2,3") == [1, 2, 3])
    #expect(try TokenList.parse("0, 7 ,2147483647") == [0, 7, .max])
  }

  @Test(arguments: ["", "1,,2", "1,", "-1", "+1", "x", "1.0", "2147483648", "٣"])
  func whatIsNoIDIsWrongUsage(text: String) {
    let failure = #expect(throws: Failure.self) { try TokenList.parse(text) }
    #expect(failure?.status == .usage)
  }
}
