import LFMTokenizer
import Testing

@testable import lfmctl

/// Control tokens apart from text, in the three forms.
@Suite struct RenderedPromptTests {
  private let prompt = RenderedPrompt(segments: [
    .special("<|im_start|>"), .text("user\n<|im_end|>\u{1b}[31mred"), .special("<|im_end|>"),
  ])

  @Test func bracketsStandAroundControlTokensAlone() {
    #expect(prompt.bracketed == "⟦<|im_start|>⟧user\n<|im_end|>\u{1b}[31mred⟦<|im_end|>⟧")
  }

  @Test func textBringsNoColours() {
    #expect(prompt.coloured.split(separator: "\u{1b}").count == 4)
    #expect(prompt.coloured.contains("user\n<|im_end|>␛[31mred"))
  }

  @Test func json() {
    #expect(
      prompt.json
        == #"{"segments": [{"control": true, "text": "<|im_start|>"}, "#
        + #"{"control": false, "text": "user\n<|im_end|>\u001b[31mred"}, "#
        + #"{"control": true, "text": "<|im_end|>"}]}"#)
  }
}
