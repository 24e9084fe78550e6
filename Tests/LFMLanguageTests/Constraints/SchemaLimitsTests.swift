import LFMGeneration
import Testing

@testable import LFMLanguage

/// What a schema may cost, and that a refusal says where.
@Suite struct SchemaLimitsTests {
  /// Far from what it should take, and far from what it took without the limit.
  private static let patience = Duration.seconds(30)

  private func grammar(_ schema: String) throws -> Grammar {
    let start = ContinuousClock.now
    defer { #expect(ContinuousClock.now - start < Self.patience) }
    return try JSONSchemaCompiler().compile(try JSONParser.parse(schema))
  }

  private func refusal(_ schema: String) throws -> String {
    let failure = try #require(throws: GenerationFailure.self) { try grammar(schema) }
    #expect(failure.code == .invalidArgument)
    return failure.message
  }

  private func list(_ count: Int, _ item: (Int) -> String) -> String {
    (0..<count).map(item).joined(separator: ",")
  }

  // MARK: - Work

  /// The complement of n items has n alternatives of up to n items.
  @Test func complementsOfLongLists() throws {
    let zeros = list(50_000) { _ in "0" }
    let anything = list(20_000) { _ in "true" }
    let nulls = list(300) { _ in #"{"type":"null"}"# }
    for items in [#"{"const":[\#(zeros)]}"#, #"{"prefixItems":[\#(anything),\#(nulls)]}"#] {
      let message = try refusal(#"{"properties":{"a":{"not":\#(items)}}}"#)
      #expect(message.contains("/properties/a/not:"), "\(message)")
    }
    let grammar = try grammar(#"{"type":"array","not":{"const":[0,1]}}"#)
    for text in ["[]", "[0]", "[1,1]", "[0,2]", "[0,1,0]"] {
      #expect(BothAcceptors.accepts(grammar, text), "\(text)")
    }
    #expect(!BothAcceptors.accepts(grammar, "[0,1.0]"))
  }

  @Test func patternsShareTheirWork() throws {
    let patterns = list(3_900) { #""(a|b)*a(a|b){14}\#($0)":{"type":"integer"}"# }
    let message = try refusal(#"{"patternProperties":{\#(patterns)}}"#)
    #expect(message.contains("/patternProperties/(a|b)*a(a|b){14}"), "\(message)")
    _ = try grammar(
      #"{"properties":{\#(list(300) { #""p\#($0)":{"pattern":"^[a-z]+-\#($0)$"}"# })}}"#)
  }

  @Test func unionsOfManyValues() throws {
    for keyword in ["anyOf", "oneOf"] {
      let numbers = try grammar(
        #"{"\#(keyword)":[\#(list(20_000) { #"{"const":\#($0),"title":"t"}"# })]}"#)
      let texts = try grammar(
        #"{"\#(keyword)":[\#(list(20_000) { #"{"const":"text \#($0)"}"# })]}"#)
      #expect(BothAcceptors.accepts(numbers, "19999"))
      #expect(BothAcceptors.accepts(numbers, "7.0"))
      #expect(!BothAcceptors.accepts(numbers, "20000"))
      #expect(BothAcceptors.accepts(texts, "\"text 7\""))
      #expect(!BothAcceptors.accepts(texts, "\"text 20000\""))
    }
    let objects = list(20_000) { #"{"required":["k\#($0)"]}"# }
    for keyword in ["anyOf", "oneOf"] {
      _ = try refusal(#"{"\#(keyword)":[\#(objects)],"unevaluatedProperties":false}"#)
      _ = try refusal(#"{"not":{"\#(keyword)":[\#(objects)]}}"#)
    }
  }

  @Test func oneOfListedValues() throws {
    let grammar = try grammar(
      #"{"oneOf":[{"const":1},{"const":2},{"enum":[1.0,3,"a"]},{"const":"a"},{"const":null},{"type":"boolean"},{"const":true}]}"#
    )
    for text in ["2", "2.0", "3", "null", "false"] {
      #expect(BothAcceptors.accepts(grammar, text), "\(text)")
    }
    for text in ["1", "1.0", "\"a\"", "true", "4", "{}"] {
      #expect(!BothAcceptors.accepts(grammar, text), "\(text)")
    }
    let others = try self.grammar(#"{"not":{"oneOf":[{"const":1},{"const":2},{"enum":[1,3]}]}}"#)
    for text in ["1", "1.0", "4", "[]", "\"a\""] {
      #expect(BothAcceptors.accepts(others, text), "\(text)")
    }
    for text in ["2", "3", "3.0"] { #expect(!BothAcceptors.accepts(others, text), "\(text)") }
  }

  @Test func differentItemsOfManyValues() throws {
    let message = try refusal(
      #"{"prefixItems":[{"enum":[\#(list(100_000) { String($0) })]},{"enum":[1,2]}],"items":false,"uniqueItems":true}"#
    )
    #expect(message.contains("/uniqueItems:"), "\(message)")
  }

  // MARK: - Places

  @Test func tooManyNames() throws {
    let message = try refusal(
      #"{"properties":{"a":{"properties":{\#(list(4_097) { #""p\#($0)":{"type":"null"}"# })}}}}"#)
    #expect(message.contains("/properties/a/properties:"), "\(message)")
  }

  @Test func tooComplexNames() throws {
    let tail = String(repeating: "name ", count: 20)
    let schema =
      #"{"properties":{"a":{"properties":{\#(list(500) { #""\#($0)\#(tail)":{"type":"null"}"# })}}}}"#
    let grammar = try grammar(schema)
    let failure = try #require(throws: GenerationFailure.self) {
      try CompiledConstraint(grammar)
    }
    #expect(failure.message.contains("(in #/properties/a)"), "\(failure.message)")
  }

  @Test func keysThatAskForEachOther() throws {
    let closed =
      #""properties":{"a":{},"b":{},"c":{}},"additionalProperties":false,"dependentRequired":{"a":["b"],"b":["a"]}"#
    let message = try refusal(#"{"items":{\#(closed),"minProperties":1,"maxProperties":2}}"#)
    #expect(message.contains("/items/dependentRequired:"), "\(message)")
    let grammar = try grammar(#"{"type":"object",\#(closed)}"#)
    #expect(BothAcceptors.accepts(grammar, #"{"b":1,"a":2}"#))
    #expect(!BothAcceptors.accepts(grammar, #"{"b":1,"c":2}"#))
  }

  @Test func longNumbers() throws {
    let digits = String(repeating: "7", count: 1_001)
    for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const"] {
      for sign in ["", "-"] {
        let message = try refusal(#"{"properties":{"a":{"\#(keyword)":\#(sign)\#(digits)}}}"#)
        #expect(message.contains("/properties/a/\(keyword):"), "\(message)")
      }
    }
    #expect(try refusal(#"{"enum":[{"a":[\#(digits)]}]}"#).contains("/enum:"))
    _ = try grammar(#"{"maximum":-\#(digits.dropLast())}"#)
  }
}
