import Dispatch
import Foundation
import LFMGeneration
import LFMLanguage
import Testing

@Suite struct JSONSchemaCompilerTests {
  private func grammar(_ schema: String, _ notation: ValueNotation = ValueNotation()) throws
    -> Grammar
  {
    try JSONSchemaCompiler(notation: notation).compile(try JSONParser.parse(schema))
  }

  private func refusal(_ schema: String) throws -> String {
    let failure = try #require(throws: GenerationFailure.self) { try grammar(schema) }
    #expect(failure.code == .invalidArgument)
    return failure.message
  }

  /// A schema, texts that it takes, texts that it does not.
  static let cases: [(String, [String], [String])] = [
    (
      #"{"type":"integer"}"#, ["1", "-0", "1.0", "1e3", "10E2", "1.5e+300"],
      ["1.5", "01", "+1", "1.5e-3", "1e999", "\"1\"", ""]
    ),
    (#"{"const":1}"#, ["1", "1.0", "1.00"], ["1.01", "true"]),
    // What a reader of floats would take for an integer is none that may stand for another number.
    (
      #"{"type":"number","not":{"type":"integer"}}"#,
      ["0.5", "-0.25", "0.001", "123456.789", "-2.50", "99999999999999.5"],
      ["1", "-1.0", "5.00000000000000000001", "-1000000000000000000000000.0000000000000001"]
    ),
    (
      #"{"type":"number","not":{"const":5}}"#, ["6", "5.5", "-5", "4.999999999999"],
      ["5", "5.0", "5.00000000000000000001", "4.99999999999999999999"]
    ),
    (#"{"enum":["é"]}"#, ["\"é\"", #""\u00e9""#], ["\"e\u{301}\""]),
    (
      #"{"enum":[{"a":[1,null]}]}"#, [#"{"a":[1,null]}"#, "{ \"a\" : [ 1.0 , null ] }"],
      [#"{"a":[1]}"#, #"{"a":[1,null],"b":1}"#, "{}"]
    ),
    (
      #"{"properties":{"a":{"type":"string"},"b":{"type":"number"}},"required":["b"]}"#,
      [#"{"b":1}"#, #"{"b":1,"a":"x"}"#, #"{"c":[],"b":1,"d":{}}"#, "3", "[]"],
      [#"{"a":"x"}"#, #"{"a":1,"b":1}"#, #"{"b":1,"b":2}"#, "{"]
    ),
    (
      #"{"type":"object","patternProperties":{"^x_":{"type":"integer"}},"additionalProperties":false}"#,
      ["{}", #"{"x_":1,"x_a":2}"#, #"{"\u0078_":1}"#], [#"{"y":1}"#, #"{"x_a":"1"}"#]
    ),
    (
      #"{"type":"array","items":{"enum":["a","b",3]},"uniqueItems":true}"#,
      ["[]", #"["b"]"#, #"[3,"a","b"]"#], [#"["a","a"]"#, "[3,3.0]", #"["c"]"#]
    ),
    (
      #"{"type":"array","contains":{"const":1},"minContains":2,"maxContains":3}"#,
      ["[1,1]", "[0,1,\"x\",1,1,2]"], ["[]", "[1,2]", "[1,1,1,1]"]
    ),
    (
      #"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, ["1", "2.5", "\"x\"", "{}"],
      ["3", "1.5"]
    ),
    (
      #"{"if":{"properties":{"k":{"const":"a"}},"required":["k"]},"then":{"required":["x"]},"else":{"required":["y"]}}"#,
      [#"{"k":"a","x":1}"#, #"{"y":1}"#, #"{"k":"b","y":1}"#], [#"{"k":"a","y":1}"#, "{}"]
    ),
    (
      ##"{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"kids":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"additionalProperties":false}}}"##,
      ["{}", #"{"kids":[{},{"kids":[{"kids":[]}]}]}"#], [#"{"kids":[1]}"#, #"{"kids":{}}"#]
    ),
    (
      #"{"type":"string","minLength":2,"maxLength":3}"#, [#""ab""#, #""\ud83d\ude00é""#],
      [#""a""#, #""abcd""#]
    ),
    (
      #"{"type":"string","pattern":"^a+$","maxLength":3}"#, [#""a""#, #""aaa""#],
      [#""aaaa""#, #""b""#]
    ),
    (#"{"type":"string","maxLength":1000000000}"#, [#""a""#], ["1"]),
    (#"{"type":"number","multipleOf":0.1,"minimum":0.3}"#, ["0.3", "1", "1.10"], ["0.2", "0.35"]),
    (
      #"{"type":"string","format":"uri","maxLength":2083}"#, [#""https://a.example/b?c=d#e""#],
      [#""a b""#]
    ),
    (
      #"{"type":"string","pattern":"a","maxLength":1000000000}"#, [#""bab""#],
      [#""b""#]
    ),
    (
      #"{"type":"string","pattern":"^a{2,5}$","minLength":2,"maxLength":100000}"#, [#""aaa""#],
      [#""a""#, #""aaaaaa""#]
    ),
    (#"{"not":{"type":"string"}}"#, ["1", "null"], ["\"a\""]),
    (#"{"type":"object","maxProperties":1}"#, ["{}", #"{"a":1}"#], [#"{"a":1,"b":2}"#]),
    (#"{"dependentRequired":{"a":["b"]}}"#, ["{}", #"{"b":1}"#, #"{"a":1,"b":1}"#], [#"{"a":1}"#]),
    ("true", ["{}", "[1,[2,{\"a\":null}]]", "\"\""], ["", "[1,]", "{a:1}", "nul"]),
  ]

  @Test(arguments: cases)
  func accepts(schema: String, taken: [String], left: [String]) throws {
    let grammar = try grammar(schema)
    for text in taken { #expect(BothAcceptors.accepts(grammar, text), "\(schema) takes \(text)") }
    for text in left { #expect(!BothAcceptors.accepts(grammar, text), "\(schema) leaves \(text)") }
  }

  /// A schema and the pointer that its refusal names.
  static let refusals: [(String, String)] = [
    (#"{"properties":{"a":{"format":"odd"}}}"#, "/properties/a/format"),
    (#"{"$ref":"http://example.com/other.json"}"#, "/$ref"),
    (##"{"$ref":"#/$defs/none"}"##, "/$ref"),
    (##"{"$ref":"#"}"##, "its root"),
    (
      ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##,
      "/$defs/"
    ),
    (#"{"type":"array","uniqueItems":true}"#, "/uniqueItems"),
    (#"{"type":"text"}"#, "/type"),
    (#"{"items":{"minLength":-1}}"#, "/items/minLength"),
    (#"{"allOf":[{"pattern":"(a"}]}"#, "/allOf/0/pattern"),
    (#"{"pattern":"(a)\\1"}"#, "/pattern"),
    ("false", "its root"),
    (#"{"type":"integer","minimum":5,"maximum":4}"#, "its root"),
    (#"{"type":"string","const":1}"#, "its root"),
    (##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##, "its root"),
    (#"{"type":"object","required":["a"],"properties":{"a":false}}"#, "its root"),
    (#"{"$schema":"http://example.com/dialect"}"#, "/$schema"),
    (#"{"properties":{"a":3}}"#, "/properties/a"),
    (#"{"properties":[]}"#, "/properties"),
    (#"{"required":"a"}"#, "/required"),
    (#"{"enum":1}"#, "/enum"),
    (#"{"multipleOf":0}"#, "/multipleOf"),
    (#"[]"#, "its root"),
  ]

  @Test(arguments: refusals)
  func refuses(schema: String, pointer: String) throws {
    let message = try refusal(schema)
    #expect(message.contains(pointer + ":") || message.contains(pointer), "\(message)")
  }

  @Test func unknownKeywordsSayNothing() throws {
    let grammar = try grammar(#"{"x-order":1,"title":"t","default":3,"type":"null"}"#)
    #expect(BothAcceptors.accepts(grammar, "null"))
    #expect(!BothAcceptors.accepts(grammar, "3"))
  }

  @Test func whiteSpaceIsBounded() throws {
    let flexible = try grammar(#"{"type":"array"}"#)
    #expect(BothAcceptors.accepts(flexible, "[\n    1,\n    2\n]"))
    #expect(BothAcceptors.accepts(flexible, "[1 , 2]"))
    #expect(!BothAcceptors.accepts(flexible, "[1,\n\n\n2]"))
    #expect(!BothAcceptors.accepts(flexible, "[" + String(repeating: " ", count: 200) + "]"))
    let dense = try grammar(#"{"type":"array"}"#, ValueNotation(.json, spacing: .none))
    #expect(BothAcceptors.accepts(dense, "[1,{\"a\":2}]"))
    #expect(!BothAcceptors.accepts(dense, "[1, 2]"))
  }

  @Test func pythonNotation() throws {
    let grammar = try grammar("true", ValueNotation(.python))
    for text in ["None", "null", "[True, {'a': \"b\"}]", "-1.5"] {
      #expect(BothAcceptors.accepts(grammar, text))
    }
    for text in ["none", "{a: 1}", "(1, 2)"] { #expect(!BothAcceptors.accepts(grammar, text)) }
  }

  /// Schemas that could cost without end: they compile or are refused, and the test ends.
  @Test func adversarialSchemas() throws {
    let refs = (0..<5_000).map { "\"d\($0)\":{\"$ref\":\"#/$defs/d\($0 + 1)\"}" }
    let properties = (0..<10_000).map { "\"p\($0)\":{\"type\":\"integer\"}" }
    let names = (0..<10_000).map { "\"value \($0)\"" }.joined(separator: ",")
    let either = (0..<20).map {
      "{\"anyOf\":[{\"required\":[\"a\($0)\"]},{\"required\":[\"b\($0)\"]}]}"
    }
    let nested =
      String(repeating: "{\"items\":", count: 200) + "true" + String(repeating: "}", count: 200)
    let schemas = [
      "{\"$ref\":\"#/$defs/d0\",\"$defs\":{\(refs.joined(separator: ",")),\"d5000\":true}}",
      "{\"properties\":{\(properties.joined(separator: ","))}}",
      "{\"properties\":{\(properties.joined(separator: ","))},\"additionalProperties\":false}",
      "{\"enum\":[\(names)]}",
      "{\"not\":{\"enum\":[\(names)]}}",
      "{\"allOf\":[\(either.joined(separator: ","))]}",
      "{\"oneOf\":[\(either.joined(separator: ","))]}",
      nested,
      #"{"type":"string","pattern":"^(a{1,1000}){1,1000}$"}"#,
      #"{"type":"string","pattern":"a","maxLength":1000000000}"#,
      #"{"minItems":100000,"maxItems":1000000000}"#,
      #"{"type":"array","contains":{"const":1},"minContains":100000}"#,
      #"{"type":"integer","minimum":-1e300,"maximum":1e300,"multipleOf":7}"#,
      #"{"type":"number","multipleOf":0.000000000000001234567}"#,
      "{\"dependentSchemas\":{\((0..<30).map { "\"k\($0)\":{\"minProperties\":\($0)}" }.joined(separator: ","))}}",
      "{\"patternProperties\":{\((0..<20).map { "\"[a-z]{\($0 + 1)}\":{\"minimum\":\($0)}" }.joined(separator: ","))}}",
    ]
    for schema in schemas {
      let clock = ContinuousClock()
      let start = clock.now
      let outcome: String
      do {
        let rules = try grammar(schema).rules.count
        outcome = "\(rules) rules"
      } catch let failure as GenerationFailure {
        outcome = failure.message
      }
      print("  \(schema.prefix(60)): \(outcome), \(clock.now - start)")
    }
  }

  /// The deepest that is taken apart fits the stack of a small thread.
  @Test func deepSchemasFitASmallStack() throws {
    let kinds = ["{\"allOf\":[", "{\"anyOf\":[{\"type\":\"null\"},", "{\"oneOf\":[{\"const\":1},"]
    for (index, kind) in kinds.enumerated() {
      let schema =
        String(repeating: kind, count: 60) + "{\"type\":\"string\"}"
        + String(repeating: "]}", count: 60)
      let value = try JSONParser.parse(schema)
      let outcome = Outcome()
      let thread = Thread {
        outcome.isDone = (try? JSONSchemaCompiler().compile(value)) != nil
        outcome.done.signal()
      }
      thread.stackSize = 1 << 20
      thread.start()
      outcome.done.wait()
      #expect(outcome.isDone || index == 2)
    }
  }

  /// Handed from the thread to the test by the semaphore.
  private final class Outcome: @unchecked Sendable {
    var isDone = false
    let done = DispatchSemaphore(value: 0)
  }

  @Test func everyKeywordIsListedOnce() {
    #expect(Set(SchemaKeyword.all.map(\.name)).count == SchemaKeyword.all.count)
  }
}
