import Testing

@testable import lfmctl

@Suite struct ArgumentOrderTests {
  @Test(arguments: [
    (["--model", "F", "tokenize", "--json"], ["tokenize", "--model", "F", "--json"]),
    (["--model=F", "--timeout", "5", "render"], ["render", "--model=F", "--timeout", "5"]),
    (["--wait", "--socket", "s", "health"], ["health", "--wait", "--socket", "s"]),
    (["generate", "--model", "F", "x"], ["generate", "--model", "F", "x"]),
    (["--model", "F"], ["--model", "F"]),
    (["--model"], ["--model"]),
    (["--model", "F", "--help"], ["--model", "F", "--help"]),
    (["--help"], ["--help"]),
    ([], []),
  ])
  func leadingFlagsGoBehindTheCommand(given: [String], expected: [String]) {
    #expect(ArgumentOrder.commandFirst(given) == expected)
  }

  private let commands = ["generate", "tokenize", "status", "help"]

  @Test func aCommandIsNoReasonToComplain() {
    #expect(ArgumentOrder.complaint(["status"], commands: commands) == nil)
    #expect(ArgumentOrder.complaint(["--help"], commands: commands) == nil)
    #expect(ArgumentOrder.complaint([], commands: commands) == nil)
  }

  @Test(arguments: [
    ("generat", "generate"), ("gen", "generate"), ("toeknize", "tokenize"), ("statsu", "status"),
  ])
  func aTypoIsAnsweredWithWhatWasMeant(word: String, meant: String) {
    let complaint = ArgumentOrder.complaint([word], commands: commands)
    #expect(complaint == "\"\(word)\" is no command; did you mean \(meant)?")
  }

  @Test func anotherWordIsAnsweredWithTheCommands() {
    let complaint = ArgumentOrder.complaint(["summarise"], commands: commands)
    #expect(complaint?.hasSuffix("commands are generate, tokenize, status, help") == true)
  }

  @Test func distancesCountLetters() {
    #expect(ArgumentOrder.distance("", "abc") == 3)
    #expect(ArgumentOrder.distance("abc", "abc") == 0)
    #expect(ArgumentOrder.distance("ab", "ba") == 1)
    #expect(ArgumentOrder.distance("kitten", "sitting") == 3)
    #expect(ArgumentOrder.distance(String(repeating: "x", count: 100_000), "x") == 31)
  }
}
