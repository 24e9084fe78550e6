import LFMGeneration
import Testing

@testable import LFMLanguage

/// Numbers as a reader takes them: integers exactly, all others as 64-bit floats.
@Suite struct NumberSpellingTests {
  private func constraint(_ schema: String, isToBeWritten: Bool = false) throws
    -> CompiledConstraint
  {
    try CompiledConstraint(
      .jsonSchema(try JSONParser.parse(schema)), isToBeWritten: isToBeWritten)
  }

  /// A schema, texts that it takes, texts that it leaves.
  static let cases: [(String, [String], [String])] = [
    // Exclusive bounds, and what is not from a bound on.
    (
      #"{"type":"number","exclusiveMinimum":5}"#,
      ["6", "5.1", "5.000000000000001", "5.5e0", "7"],
      ["5", "5.0", "5.0000000000000001", "5.00000000000000000e0", "4.9"]
    ),
    (
      #"{"type":"number","exclusiveMaximum":100}"#, ["99", "99.9", "-1e5", "99.99999999999999"],
      ["100", "99.9999999999999999", "100.0"]
    ),
    // Exponents as programs write them.
    (
      #"{"type":"number","minimum":0,"maximum":1}"#,
      ["5e-05", "5e-1", "9.99e-1", "1e0", "1E-7", "1.0e-05", "0.5", "0e0"],
      ["5e0", "1.1e0", "1e1", "2e+05", "-5e-05", "1.0000001e0"]
    ),
    (
      #"{"type":"number","exclusiveMaximum":1e-7}"#, ["1e-8", "9.9e-08", "-1e300"],
      ["1e-7", "1e-06", "1.1e-7"]
    ),
    (
      #"{"type":"number","minimum":1234.5}"#, ["1.2345e3", "1.2346e+03", "1e4", "2e05"],
      ["1.2344e3", "9e2", "9e-4", "-2e3"]
    ),
    (
      #"{"type":"number","maximum":-0.02}"#, ["-2e-2", "-3e-02", "-1e-1", "-1e0", "-7e5"],
      ["-1e-2", "-1.9e-2", "-9e-3", "2e-2"]
    ),
    (
      #"{"type":"number","minimum":-0.02}"#, ["-2e-2", "-1.99e-02", "-1e-3", "1e5", "7e-9"],
      ["-3e-2", "-1e-1", "-1e0"]
    ),
    (
      #"{"type":"number","exclusiveMinimum":10}"#, ["1.1e1", "1.0000001e1", "1e2"],
      ["1e1", "9.99e0", "1.0e+01"]
    ),
    (#"{"not":{"minimum":5}}"#, ["4.9", "-1e3"], ["4.9999999999999999", "5", "5.0", "\"5\""]),
    (
      #"{"type":"number","not":{"maximum":-0.1}}"#, ["-0.09", "0"],
      ["-0.1", "-0.10000000000000000001"]
    ),
    (
      #"{"type":"number","exclusiveMinimum":0}"#,
      ["1e-5", "1E-05", "0.000001", "0.5e-9", "3", "5e-300"],
      ["0", "-0", "0.0", "-1e-5", "0e5", "0." + String(repeating: "0", count: 400) + "1"]
    ),
    (
      #"{"type":"number","exclusiveMaximum":0}"#, ["-1e-5", "-2"],
      ["0.0", "-0.0", "1", "-0." + String(repeating: "0", count: 330) + "1e-10"]
    ),
    (
      #"{"oneOf":[{"type":"number","minimum":5},{"type":"number","exclusiveMaximum":5}]}"#,
      ["5", "5.0", "4.5", "5.5"], ["\"5\""]
    ),
    // What is none of some others.
    (
      #"{"type":"number","not":{"const":9007199254740992}}"#,
      ["9007199254740993", "0.5", "2.5e10"],
      ["9007199254740992", "9007199254740992.0", "9007199254740993.0", "9.007199254740992e15"]
    ),
    (
      #"{"type":"number","not":{"const":6.02214076e23}}"#,
      ["602214076000000000000000", "1.5e23"],
      ["602214075999999987023872", "6.02214076e23", "6.02214076E+23"]
    ),
    (
      #"{"type":"number","not":{"const":0.05}}"#, ["0.06", "0.050000000001", "5e-3"],
      ["0.05", "5e-2", "5.0E-02", "0.05000000000000000000001", "0.04999999999999999999999"]
    ),
    (
      #"{"type":"number","not":{"const":0}}"#, ["1e-05", "0.1", "-3"],
      ["0", "0.0", "-0", "-0.00", "0e7"]
    ),
    (
      #"{"type":"number","not":{"multipleOf":2}}"#,
      ["3", "2.5", "9007199254740993", "3.0", "1e-5"],
      ["4", "4.0", "9007199254740993.0", "4.00000000000000000001", "2e1"]
    ),
    (
      #"{"type":"number","not":{"multipleOf":0.5}}"#, ["0.25", "2.75"],
      ["1", "2.5", "2.0", "2.5000000000000000000001"]
    ),
    (
      #"{"type":"number","not":{"type":"integer"}}"#,
      ["100000000000000.5", "0.001", "1e-7", "2.5E-10"],
      ["9007199254740993.0", "0.99999999999999999999", "9.99999999999999999999e-1", "1e-400"]
    ),
    (
      #"{"type":"number","minimum":1e14,"not":{"type":"integer"}}"#, ["100000000000000.5"],
      ["100000000000000.0", "100000000000001", "99999999999999.5"]
    ),
    // Floats of the schema beyond 2^53, and integers that are no floats.
    (
      #"{"const":6.02214076e23}"#,
      [
        "602214075999999987023872", "6.02214076e23", "6.02214076E+23", "602214076000000000000000.0",
      ],
      ["602214076000000000000000", "6.02214077e23"]
    ),
    (
      #"{"type":"integer","maximum":1e23}"#, ["99999999999999991611392", "5"],
      ["99999999999999991611393", "100000000000000000000000"]
    ),
    (
      #"{"type":"number","minimum":9007199254740993}"#, ["9007199254740993", "9007199254740994.0"],
      ["9007199254740992", "9007199254740993.0"]
    ),
    (
      #"{"enum":[9007199254740993,0.5]}"#, ["9007199254740993", "0.5", "5e-1"],
      ["9007199254740993.0", "9007199254740992"]
    ),
    (#"{"enum":[1e300,5e-324]}"#, ["1e300", "1e+300", "5e-324"], ["1e301", "5e-323"]),
    // Beyond the range of floats.
    (
      #"{"type":"number"}"#, ["1e308", "-1.5E+307", "123456789e299", "0e5", "1e-307"],
      [
        "9999999999999999999999999e299", "1.8e308", "1e309",
        "1" + String(repeating: "0", count: 310) + ".5",
      ]
    ),
  ]

  @Test(arguments: cases)
  func accepts(schema: String, taken: [String], left: [String]) throws {
    let grammar = try JSONSchemaCompiler().compile(try JSONParser.parse(schema))
    for text in taken { #expect(BothAcceptors.accepts(grammar, text), "\(schema) takes \(text)") }
    for text in left { #expect(!BothAcceptors.accepts(grammar, text), "\(schema) leaves \(text)") }
  }

  /// What a reader makes of a text; `nil` beyond all floats.
  private func read(_ text: String) -> DecimalNumber? {
    switch try? JSONParser.parse(text) {
    case .integer(let digits): return DecimalNumber(text: digits)
    case .float(let value): return DecimalNumber(value)
    default: return nil
    }
  }

  private static let bounds = [
    "5", "0", "-3", "0.1", "-0.3", "100", "1e-7", "99.99", "9007199254740992", "9007199254740993",
    "-9007199254740995", "1e16", "1e23", "100000000000000000000000", "6.02214076e23", "-1e22",
    "1.5e300",
    "123456789012345678", "4.35", "2.2250738585072014e-308",
  ]

  /// Texts near a number: its neighbours among floats and integers, with more digits behind them.
  private func texts(near bound: DecimalNumber, _ random: inout SeededGenerator) -> [String] {
    var floats: [Double] = [bound.float]
    for _ in 0..<3 { floats = [floats[0].nextDown] + floats + [floats[floats.count - 1].nextUp] }
    var result: [String] = []
    for float in floats {
      result.append(PythonText.repr(float))
      let shortest = DecimalNumber(shortest: float)
      let exact = DecimalNumber(float)
      for number in [shortest, exact] where number.writtenDigits < 50 {
        let plain = number.text
        result.append(plain)
        let point = plain.contains(".") ? plain : plain + ".0"
        result.append(point)
        for digit in 1...9 {
          let zeros = String(repeating: "0", count: Int.random(in: 0...20, using: &random))
          result.append(point + zeros + String(digit))
        }
      }
    }
    if bound.isInteger, bound.writtenDigits < 60, let last = bound.text.last?.wholeNumberValue {
      // Integers beside it, as far as one digit reaches.
      let rest = String(bound.text.dropLast())
      result += (0...9).filter { $0 != last }.map { rest + String($0) }
    }
    return result.filter {
      $0 != "-" && !($0.hasPrefix("0") && $0.count > 1 && !$0.hasPrefix("0."))
    }
  }

  /// What is taken satisfies the bound as it is read; and of plain spellings of floats and integers, all that do are taken.
  @Test(arguments: bounds) func limits(bound: String) throws {
    var random = SeededGenerator(seed: 11)
    let value = try #require(DecimalNumber(JSONParser.parse(bound)))
    let kinds: [(String, (DecimalNumber) -> Bool)] = [
      ("minimum", { $0 >= value }), ("exclusiveMinimum", { $0 > value }),
      ("maximum", { $0 <= value }), ("exclusiveMaximum", { $0 < value }),
    ]
    for (keyword, holds) in kinds {
      let constraints: [(CompiledConstraint, (DecimalNumber) -> Bool)] = try [
        (constraint(#"{"type":"number","\#(keyword)":\#(bound)}"#), holds),
        (constraint(#"{"type":"number","not":{"\#(keyword)":\#(bound)}}"#), { !holds($0) }),
      ]
      for text in texts(near: value, &random) {
        guard let number = read(text) else { continue }
        let isShortest = text == PythonText.repr(number.float) || text == number.text
        for (constraint, holds) in constraints {
          let isTaken = try constraint.accepts(Array(text.utf8))
          if isTaken { #expect(holds(number), "\(text) under \(keyword) \(bound)") }
          guard isShortest, !text.contains("e"), text.utf8.count < 40 else { continue }
          #expect(isTaken == holds(number), "\(text) under \(keyword) \(bound)")
        }
      }
    }
  }

  /// What equals none of some values is none of them as it is read.
  @Test(arguments: bounds) func otherValues(bound: String) throws {
    var random = SeededGenerator(seed: 12)
    let value = try #require(DecimalNumber(JSONParser.parse(bound)))
    let equal = try constraint(#"{"const":\#(bound)}"#)
    let others = try constraint(#"{"type":"number","not":{"enum":[\#(bound),7]}}"#)
    for text in texts(near: value, &random) {
      guard let number = read(text) else { continue }
      if try equal.accepts(Array(text.utf8)) { #expect(number == value, "\(text) as \(bound)") }
      if try others.accepts(Array(text.utf8)) { #expect(number != value, "\(text) but \(bound)") }
    }
  }

  /// No fraction that is taken for one is an integer as it is read.
  @Test func fractions() throws {
    var random = SeededGenerator(seed: 13)
    let fractions = try constraint(#"{"type":"number","not":{"type":"integer"}}"#)
    let odd = try constraint(#"{"type":"number","not":{"multipleOf":0.125}}"#)
    for _ in 0..<4000 {
      let digits = (0..<Int.random(in: 1...18, using: &random)).map { _ in
        String([0, 9, Int.random(in: 0...9, using: &random)].randomElement(using: &random) ?? 0)
      }.joined()
      let whole =
        Int.random(in: 1...Int(1e16), using: &random)
        / (Bool.random(using: &random) ? 1 : 1_000_000)
      let text = "\(whole).\(digits)"
      let float = try #require(Double(text))
      if try fractions.accepts(Array(text.utf8)) { #expect(float != float.rounded(), "\(text)") }
      if try odd.accepts(Array(text.utf8)) {
        #expect(float * 8 != (float * 8).rounded(), "\(text)")
      }
    }
  }

  @Test func writtenPlainly() throws {
    let cases: [(String, [String], [String])] = [
      (#"{"type":"integer"}"#, ["12", "-3"], ["12.0", "1e3", String(repeating: "1", count: 26)]),
      (#"{"enum":[0,1]}"#, ["0", "1"], ["-0", "0.0"]),
      (#"{"const":6.02214076e23}"#, ["602214075999999987023872"], ["6.02214076e+23"]),
      (#"{"enum":[0.30000000000000004,1]}"#, ["0.30000000000000004", "1"], ["3e-1"]),
      (#"{"type":"integer","minimum":1e30}"#, ["1000000000000000019884624838656"], ["1"]),
      (
        #"{"type":"number","exclusiveMinimum":0,"maximum":1}"#, ["0.5", "1e-05", "1"],
        ["0", "0.50"]
      ),
    ]
    for (schema, taken, left) in cases {
      let constraint = try constraint(schema, isToBeWritten: true)
      for text in taken { #expect(try constraint.accepts(Array(text.utf8)), "\(schema): \(text)") }
      for text in left { #expect(try !constraint.accepts(Array(text.utf8)), "\(schema): \(text)") }
    }
  }

  @Test(arguments: ["1000000000000000000", "1e18", "5e20", "1e21", "300000000000000000000"])
  func largeDivisors(divisor: String) throws {
    let constraint = try constraint(#"{"type":"integer","multipleOf":\#(divisor)}"#)
    let value = try #require(DecimalNumber(JSONParser.parse(divisor)))
    #expect(try constraint.accepts(Array(value.text.utf8)))
    #expect(try constraint.accepts([0x30]))
    #expect(try !constraint.accepts(Array((value.text + "1").utf8)))
  }

  @Test func largeDivisorsOfFloats() throws {
    for divisor in [997, 1001, 3000] {
      let constraint = try constraint(#"{"type":"number","multipleOf":\#(divisor)}"#)
      #expect(try constraint.accepts(Array("\(3 * divisor).0".utf8)))
      #expect(try !constraint.accepts(Array("\(3 * divisor).5".utf8)))
      #expect(try !constraint.accepts(Array("\(3 * divisor + 1)".utf8)))
    }
  }

  @Test(arguments: ["0.7", "0.003", "2.5", "0.0625", "3.0"])
  func divisorsThatCannotBeExcluded(divisor: String) throws {
    for type in ["number", "integer"] {
      let schema = #"{"properties":{"a":{"type":"\#(type)","not":{"multipleOf":\#(divisor)}}}}"#
      let failure = try #require(throws: GenerationFailure.self) { try constraint(schema) }
      #expect(failure.code == .invalidArgument)
      #expect(failure.message.contains("/properties/a/not/multipleOf:"), "\(failure.message)")
    }
    // Where no number may be, it does not matter.
    _ = try constraint(
      #"{"type":"string","if":{"multipleOf":\#(divisor)},"then":{"minLength":1}}"#)
  }

  /// Python's jsonschema takes 1e16 for a multiple of 0.7.
  @Test func listedNumbersAreNoMultiplesOfFloatsEither() throws {
    let constraint = try constraint(
      #"{"enum":[10000000000000000,1,0.7,"x"],"not":{"multipleOf":0.7}}"#)
    #expect(try constraint.accepts([0x31]))
    #expect(try !constraint.accepts(Array("10000000000000000".utf8)))
    #expect(try !constraint.accepts(Array("0.7".utf8)))
  }
}
