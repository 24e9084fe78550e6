import Testing

@testable import LFMSocket

struct SocketAddressTests {
  @Test func longestPathIsTaken() throws {
    let path = "/" + String(repeating: "a", count: SocketAddress.limit - 1)
    #expect(try SocketAddress(path: path).path == path)
    #expect(SocketAddress.limit == 107)
  }

  @Test(arguments: [
    ("", "empty"), ("run/lfmd.sock", "relative"), ("/run/\0/x", "NUL"),
    ("/" + String(repeating: "a", count: 107), "107"),
    ("/" + String(repeating: "ä", count: 54), "109 bytes"),
  ])
  func badPathIsRefused(path: String, word: String) {
    let error = #expect(throws: SocketError.self) { _ = try SocketAddress(path: path) }
    #expect(error?.kind == .badAddress)
    #expect(error?.message.contains(word) == true)
  }
}
