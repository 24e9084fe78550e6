import LFMGeneration
import Testing

@testable import LFMLanguage

@Suite struct ToolCallGrammarTests {
  private let tools = """
    [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object",
      "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}, "days": {"type": "integer", "minimum": 1}},
      "required": ["city"]}}},
     {"name": "calendar.add", "parameters": {"type": "object", "properties": {
      "tags": {"type": "array", "items": {"type": "string"}}, "all day": {"type": "boolean"},
      "extra": {"type": "object", "additionalProperties": {"type": ["null", "number"]}}}}},
     {"name": "stop"}]
    """

  private func declarations() throws -> [ToolDeclaration] {
    try ToolDeclaration.read(try JSONParser.parse(tools))
  }

  @Test(arguments: [
    ("[stop()]", true), ("[stop(x=1)]", false), ("stop()", false), ("[]", false),
    (#"[get_weather(city="Oslo")]"#, true), ("[get_weather(city='Oslo', unit='c', days=3)]", true),
    ("[get_weather(unit='c',days=3,city='Oslo')]", true), ("[get_weather()]", false),
    ("[get_weather(unit='c')]", false), ("[get_weather('Oslo')]", false),
    ("[get_weather(city='Oslo', days=0)]", false), ("[get_weather(city='Oslo', days='3')]", false),
    ("[get_weather(city='Oslo', city='Bergen')]", false),
    ("[get_weather(city='Oslo', other=1)]", false), ("[get_weather(city=Oslo)]", false),
    (#"[get_weather(city='it\'s')]"#, true), ("[get_weather(city='it's')]", false),
    ("[calendar.add()]", true), ("[calendar.add(tags=['a', \"b\"])]", true),
    ("[calendar.add(extra={'a': None, \"b\": 1.5})]", true),
    ("[calendar.add(extra={'a': null})]", true), ("[calendar.add(extra={'a': 'x'})]", false),
    (#"[calendar.add(**{"all day": True})]"#, true), ("[calendar.add(all day=True)]", false),
    ("[stop(), get_weather(city='Oslo')]", true), ("[stop(),stop()]", true), ("[stop(),]", false),
    ("[get_weather(city='Oslo')", false), ("[other()]", false),
  ])
  func accepts(text: String, isAccepted: Bool) throws {
    let grammar = try ToolCallGrammar.compile(tools: declarations())
    #expect(BothAcceptors.accepts(grammar, text) == isAccepted)
  }

  /// A declared argument may be written whatever is said of it, also nothing.
  @Test(arguments: [
    (#"{"properties":{"a":{"description":"anything"},"b":{"type":"integer"}}}"#, true),
    (#"{"properties":{"a":true}}"#, true), (#"{"properties":{"a":{}},"required":["b"]}"#, false),
    (#"{"properties":{"a":{}},"additionalProperties":false}"#, true),
    (#"{"properties":{"a":{}},"patternProperties":{"a":{"type":"integer"}}}"#, false),
    (#"{"properties":{"b":{}}}"#, false), (#"{"properties":{"a":false}}"#, false),
  ])
  func declaredArguments(schema: String, isAccepted: Bool) throws {
    let tool = ToolDeclaration(name: "f", parameters: try JSONParser.parse(schema))
    let grammar = try ToolCallGrammar.compile(tools: [tool])
    #expect(BothAcceptors.accepts(grammar, "[f(a='x')]") == isAccepted)
  }

  @Test func choiceAndParallel() throws {
    let one = try ToolCallGrammar.compile(
      tools: declarations(), choice: .only(["stop"]), parallel: false)
    #expect(BothAcceptors.accepts(one, "[stop()]"))
    #expect(!BothAcceptors.accepts(one, "[stop(), stop()]"))
    #expect(!BothAcceptors.accepts(one, "[get_weather(city='Oslo')]"))
    #expect(throws: GenerationFailure.self) {
      try ToolCallGrammar.compile(tools: declarations(), choice: .only(["other"]))
    }
    #expect(throws: GenerationFailure.self) { try ToolCallGrammar.compile(tools: []) }
  }

  @Test func refusalsNameTheTool() throws {
    let schema = try JSONParser.parse(#"{"type":"object","properties":{"a":{"format":"odd"}}}"#)
    let tool = ToolDeclaration(name: "f", parameters: schema)
    let failure = try #require(throws: GenerationFailure.self) {
      try ToolCallGrammar.compile(tools: [tool])
    }
    #expect(failure.code == .invalidArgument)
    #expect(failure.message.contains("tool f") && failure.message.contains("/properties/a/format"))
  }
}
