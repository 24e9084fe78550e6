import ArgumentParser
import LFMLanguage
import Testing

@testable import lfmctl

@Suite struct ParseCommandTests {
  @Test func blankLinesOfTheThinkingStay() {
    let output = ModelOutput.read("<think>a\n\nb</think>c")
    #expect(output.textForPeople == "| a\n|\n| b\nc\n")
  }

  @Test func standardInputHoldsTheText() throws {
    #expect(throws: (any Error).self) { try ParseCommand.parse(["--tools", "-"]) }
    #expect(try ParseCommand.parse(["--tools", "t.json"]).tools == "t.json")
  }
}
