import LFMLanguage
import Testing

struct ThinkingSplitterTests {
  struct Split: Equatable, CustomStringConvertible {
    var thinking = ""
    var answer = ""
    /// The channels in the order in which they came, such as "ta".
    var order = ""

    mutating func add(_ deltas: [GeneratedDelta]) {
      for delta in deltas {
        switch delta {
        case .thinking(let text):
          #expect(!text.isEmpty)
          thinking += text
          if order.last != "t" { order += "t" }
        case .answer(let text):
          #expect(!text.isEmpty)
          answer += text
          if order.last != "a" { order += "a" }
        }
      }
    }

    var description: String { "[\(thinking)|\(answer)|\(order)]" }
  }

  static func split(_ pieces: [String], start: ThinkingSplitter.Start = .turn) -> Split {
    var splitter = ThinkingSplitter(start: start)
    var split = Split()
    for piece in pieces { split.add(splitter.consume(piece)) }
    split.add(splitter.finish())
    #expect(splitter.finish().isEmpty)
    return split
  }

  @Test(arguments: [
    ("<think>a</think>b", "a", "b"), ("b", "", "b"), ("", "", ""), ("<think>a", "a", ""),
    ("<think>a</think>", "a", ""), ("<think></think>b", "", "b"),
    ("<think>\n\n</think>\n\nb", "\n\n", "b"),
    ("\n <think>\na\n</think>\n\n b \n", "\na\n", "b \n"), ("  b", "", "  b"), ("\n", "", "\n"),
    // Cut short.
    ("<thi", "", "<thi"), ("<think>a</thi", "a</thi", ""), ("<think", "", "<think"),
    ("  <", "", "  <"),
    // Mentioned.
    ("b `<think>x</think>` c", "", "b `<think>x</think>` c"),
    ("<think>a</think>b <think>c</think> d", "a", "b <think>c</think> d"),
    ("<think>a < b </thinking> <think> c</think>d", "a < b </thinking> <think> c", "d"),
    ("<thinking>a</thinking>", "", "<thinking>a</thinking>"),
    // Repeated.
    ("<think><think>a</think>b", "a", "b"), ("<think>\n<think>\na</think>b", "\na", "b"),
    ("<think>a</think>\n<think>c</think>b", "ac", "b"),
    ("<think>a</think></think>b", "a", "</think>b"),
    // The opening is missing.
    ("</think>b", "", "b"), ("\n</think>\n\nb", "", "b"), ("a</think>b", "", "a</think>b"),
    // Other special tokens are text.
    (
      "<think>a</think><|tool_call_start|>[f()]<|tool_call_end|>", "a",
      "<|tool_call_start|>[f()]<|tool_call_end|>"
    ),
    ("<<think>a", "", "<<think>a"), ("<think>a<</think>b", "a<", "b"),
    ("<think>é猫</think>🐈", "é猫", "🐈"),
    ("<think>a</think> \t\r\n", "a", ""), ("<think>a</think>\n<thi", "a", "<thi"),
  ])
  func whole(text: String, thinking: String, answer: String) {
    let split = Self.split([text])
    #expect(split.thinking == thinking && split.answer == answer, "\(text): \(split)")
  }

  @Test func promptsThatBeganATurn() {
    #expect(
      Self.split(["a</think>\nb"], start: .thinking(hasBegun: false))
        == Split(thinking: "a", answer: "b", order: "ta"))
    #expect(Self.split(["<think>a</think>b"], start: .thinking(hasBegun: false)).thinking == "a")
    #expect(
      Self.split(["<think>a</think>b"], start: .thinking(hasBegun: true)).thinking == "<think>a")
    #expect(Self.split(["\n\nb"], start: .behindThinking) == Split(answer: "b", order: "a"))
    #expect(Self.split([" <think>b</think>"], start: .answer).answer == " <think>b</think>")
  }

  /// Any cut into pieces gives the result of the whole.
  @Test func anyChunkingIsTheWhole() {
    let words = [
      "<think>", "</think>", "<", "</", "think>", "<thi", "nk>", "</th", "ink>", " ", "\n", "a",
      "é", "🐈", "x y", "<|im_end|>",
      String(repeating: " ", count: 40),
    ]
    let starts: [ThinkingSplitter.Start] = [
      .turn, .turn, .thinking(hasBegun: false), .thinking(hasBegun: true), .behindThinking, .answer,
    ]
    var random = SeededGenerator(seed: 11)
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...9, using: &random)
      let text = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined()
      let start = starts.randomElement(using: &random) ?? .turn
      let whole = Self.split([text], start: start)
      #expect(Self.split(chunks(text, &random), start: start) == whole, "\(text)")
      #expect(Self.split(text.unicodeScalars.map { String($0) }, start: start) == whole, "\(text)")
    }
  }

  private func chunks(_ text: String, _ random: inout SeededGenerator) -> [String] {
    var chunks = [""]
    for scalar in text.unicodeScalars {
      if Int.random(in: 0..<3, using: &random) == 0 { chunks.append("") }
      chunks[chunks.count - 1].unicodeScalars.append(scalar)
    }
    return chunks
  }

  /// What has come and not been given out could still become a tag, with the white space before it.
  @Test func onlyAPossibleTagIsHeldBack() {
    let text =
      "<think>a < b\n\n</thin c </think>\n\nd <b> <think>" + String(repeating: "\n", count: 200)
    var splitter = ThinkingSplitter()
    var seen = 0
    var given = 0
    for scalar in text.unicodeScalars {
      seen += 1
      for delta in splitter.consume(String(scalar)) {
        switch delta {
        case .thinking(let text), .answer(let text): given += text.unicodeScalars.count
        }
      }
      // 15 for the two tags, 2 for the newlines behind them, 7 for a tag that may come.
      #expect(seen - given <= 15 + 2 + 7)
    }
    var blank = ThinkingSplitter()
    #expect(
      blank.consume(String(repeating: " ", count: 65)) == [
        .answer(String(repeating: " ", count: 65))
      ])
    #expect(blank.consume("<think>") == [.answer("<think>")])
  }

  @Test func itKnowsWhereItIs() {
    var splitter = ThinkingSplitter()
    #expect(!splitter.isThinking)
    _ = splitter.consume("<think>")
    #expect(splitter.isThinking)
    _ = splitter.consume("a")
    #expect(splitter.isThinking)
    _ = splitter.consume("</think>")
    #expect(!splitter.isThinking)
  }
}
