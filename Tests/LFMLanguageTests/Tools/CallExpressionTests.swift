import LFMGeneration
import LFMLanguage
import Testing

/// What would have to be computed is refused, and never taken for a text whose quotes were not escaped.
struct CallExpressionTests {
  private static func output(_ body: String) -> ModelOutput {
    ModelOutput.read("<|tool_call_start|>" + body + "<|tool_call_end|>")
  }

  @Test(arguments: [
    "[f(b='a' + 'b')]", "[f(b='a'+'b')]", "[f(b='x' == 'y')]", "[f(b='a' if y else 'b')]",
    "[f(b='Hello' + ', ' + name + '!')]", "[f(b=['x' + 'y'])]", "[f(b='%s' % 'x')]",
    "[f(b='a' or 'b')]", "[f(b='a' not in 'b')]", "[f(b='a' - 'b')]", "[f(b='a' + 'b', c='d')]",
    "[f(b='a'[0], c='b')]", "[f(a='1' , # 'one'\n b='2')]", "[f(a='1' # first\n, b='2')]",
    #"{"name": "f", "arguments": {"b": "a" + "b"}}"#,
  ])
  func expressionsAreNoTexts(body: String) {
    let output = Self.output(body)
    #expect(output.calls.isEmpty)
    #expect(output.content.contains(body))
    #expect(output.problems.count == 1)
    #expect(output.problems.allSatisfy { $0.reason.contains("expression") }, "\(output.problems)")
  }

  /// However long it is, it is read in a loop.
  @Test func longExpressionsTakeNoStack() {
    for part in ["not ", "not in 'a' + "] {
      let count = 400_000 / part.utf8.count
      let body = "[f(b='a' " + String(repeating: part, count: count) + "'b')]"
      #expect(Self.output(body).calls.isEmpty)
    }
  }

  @Test(arguments: [
    "[f(b={'k': 'x' * 3})]", "[f(b='a'.upper())]", "[f(a=1+2)]", "[f(a=2024-01-02)]",
    "[f(a=1 / 2)]", "[f(a=[1] * 3)]", "[f(a=(1) < 2)]",
  ])
  func whatIsComputedIsRefused(body: String) {
    let output = Self.output(body)
    #expect(output.calls.isEmpty)
    #expect(output.content.contains(body))
    #expect(output.problems.count == 1)
  }

  @Test(arguments: [
    ("[f(b='say 'a' and 'b'')]", #"{"b": "say 'a' and 'b'"}"#),
    ("[f(b='print('a' + 'b')')]", #"{"b": "print('a' + 'b')"}"#),
    ("[f(b='He said 'if only' twice')]", #"{"b": "He said 'if only' twice"}"#),
    ("[f(b='ls '/tmp' | wc')]", #"{"b": "ls '/tmp' | wc"}"#),
    ("[f(b='it's - well - fine')]", #"{"b": "it's - well - fine"}"#),
    ("[f(a=-1, b=+2)]", #"{"a": -1, "b": 2}"#),
    ("[f(b='find . -name '*.py'')]", #"{"b": "find . -name '*.py'"}"#),
    ("[f(b='git log --format='%h %s' -5')]", #"{"b": "git log --format='%h %s' -5"}"#),
    ("[f(b='n LIKE '%bob%'')]", #"{"b": "n LIKE '%bob%'"}"#),
    ("[f(b='the players' and coaches' meeting')]", #"{"b": "the players' and coaches' meeting"}"#),
    (
      "[f(b='Students', 3rd graders, and teachers' list')]",
      #"{"b": "Students', 3rd graders, and teachers' list"}"#
    ),
    (#"[f(b="photo 5" * 7" print")]"#, #"{"b": "photo 5\" * 7\" print"}"#),
    (#"{"name": "f", "arguments": {"b": "a[href="*.pdf"]"}}"#, #"{"b": "a[href=\"*.pdf\"]"}"#),
  ])
  func textsWithQuotesAreRead(body: String, arguments: String) {
    let output = Self.output(body)
    #expect(output.calls.map(\.argumentsText.text) == [arguments])
    #expect(output.problems.isEmpty)
  }

  @Test(arguments: [
    ("[f(a=3j)]", "a number is not written as one"),
    ("[f(a=-inf)]", "a number is not written as one"),
    ("[f(a=1, a=2)]", "argument a is given twice"),
    ("[f(a=1,,b=2)]", "a value should be here"),
    (#"{"name": "f", "arguments": ""}"#, "a text that is no object"),
    (#"{"name": "f", "arguments": "{\"a\": 1"}"#, "a text that is no object"),
    (#"{"function": {"name": "f", "arguments": " "}}"#, "a text that is no object"),
  ])
  func whatIsWrongIsSaid(body: String, reason: String) {
    let output = Self.output(body)
    #expect(output.calls.isEmpty)
    #expect(output.content.contains(body))
    #expect(
      output.problems.count == 1 && output.problems[0].reason.contains(reason), "\(output.problems)"
    )
  }

  @Test func argumentsAsATextAreRead() {
    #expect(
      Self.output(#"{"name": "f", "arguments": "{\"a\": 1}"}"#).calls.map(\.argumentsText.text)
        == [#"{"a": 1}"#])
  }

  /// What the quick check passes over is looked at where nobody waits.
  @Test(arguments: [
    (#"{"properties": {"b": {"type": "string", "pattern": "^x+$"}}}"#, "[f(b='zz')]", false),
    (#"{"properties": {"b": {"type": "string", "pattern": "^x+$"}}}"#, "[f(b='xx')]", true),
    (#"{"patternProperties": {"^a": {}}, "additionalProperties": false}"#, "[f(b=1)]", false),
    (#"{"patternProperties": {"^a": {}}, "additionalProperties": false}"#, "[f(ab=1)]", true),
    (#"{"dependentRequired": {"a": ["b"]}}"#, "[f(a=1)]", false),
    (#"{"properties": {"a": {"contains": {"const": 1}}}}"#, "[f(a=[2, 3])]", false),
    (#"{"properties": {"a": {"contains": {"const": 1}}}}"#, "[f(a=[2, 1])]", true),
    // A format need not assert anything.
    (#"{"properties": {"a": {"format": "date", "pattern": "x"}}}"#, "[f(a='x')]", true),
  ])
  func schemasAreLookedAtWhole(schema: String, body: String, isFine: Bool) throws {
    let tool = ToolDeclaration(name: "f", parameters: try JSONParser.parse(schema))
    let output = ModelOutput.read(
      "<|tool_call_start|>" + body + "<|tool_call_end|>", tools: [tool])
    #expect(output.calls.count == 1)
    #expect(output.problems.isEmpty == isFine)
  }
}
