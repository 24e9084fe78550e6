import LFMLanguage
import Testing

@Suite struct DecimalNumberTests {
  private func number(_ text: String) throws -> DecimalNumber {
    try #require(DecimalNumber(JSONParser.parse(text)))
  }

  @Test(arguments: [
    "", "-", "1.", ".5", "abc", "01", "--1", "+1", "1e", "1e+", "1e2x", "1 ", "0x1", "1.e2", "1-1",
  ])
  func noNumbers(_ text: String) {
    #expect(DecimalNumber(text: text) == nil)
  }

  @Test(arguments: [Int.min, -120, 0, 7, Int.max]) func integers(_ value: Int) throws {
    #expect(DecimalNumber(value) == DecimalNumber(text: String(value)))
  }

  @Test(arguments: [
    ("1", "1.0"), ("100", "1e2"), ("0", "-0.0"), ("0.001", "1e-3"), ("-12.50", "-12.5"),
  ])
  func equal(left: String, right: String) throws {
    #expect(try number(left) == number(right))
  }

  @Test func ordered() throws {
    let texts = [
      "-1e300", "-12", "-1.5", "-1", "0", "1e-7", "0.2", "0.25", "2", "10", "123456789012345678901",
    ]
    let numbers = try texts.map(number)
    #expect(numbers == numbers.shuffled().sorted())
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test(arguments: [
    ("0.3", "0.1", true), ("0.35", "0.1", false), ("1e300", "7", false), ("0", "5", true),
    ("-21", "7", true), ("123456789012345678901234567890", "3", true), ("4.5", "1.5", true),
    ("5", "1.5", false), ("1e20", "8", true), ("7", "10", false), ("70", "10", true),
  ])
  func multiple(text: String, divisor: String, isMultiple: Bool) throws {
    #expect(try number(text).isMultiple(of: number(divisor)) == isMultiple)
  }

  @Test(arguments: [
    ("1.0", "1"), ("1e3", "1000"), ("-0.05", "-0.05"), ("12.5e-1", "1.25"), ("0.0", "0"),
  ])
  func text(text: String, plain: String) throws {
    #expect(try number(text).text == plain)
  }

  @Test(arguments: [
    ("1", true), ("2", true), ("1024", true), ("0.5", true), ("0.125", true), ("1e0", true),
    ("0.0000152587890625", true), ("3", false), ("0", false), ("-2", false), ("0.2", false),
    ("10", false), ("1e18", false), ("1000000000000000000", false), ("5e20", false),
    ("1e300", false),
    ("1e-26", false), ("1e-300", false), ("1.5", false),
  ])
  func powersOfTwo(text: String, isPower: Bool) throws {
    #expect(try number(text).isPowerOfTwo == isPower)
  }

  /// A float of a schema is its exact value where integers are near, and else the shortest decimal that is read as it.
  @Test(arguments: [
    ("1e23", "99999999999999991611392"), ("-1e23", "-99999999999999991611392"),
    ("6.02214076e23", "602214075999999987023872"), ("9007199254740993.0", "9007199254740992"),
    ("1e22", "10000000000000000000000"), ("0.1", "0.1"),
    ("123456789012345.678", "123456789012345.67"),
    ("1.0", "1"), ("5e-7", "0.0000005"), ("18446744073709551616.0", "18446744073709551616"),
  ])
  func floats(text: String, exact: String) throws {
    #expect(try number(text).text == exact)
  }

  @Test func largestFloat() throws {
    let largest = DecimalNumber(Double.greatestFiniteMagnitude)
    #expect(largest.text.hasPrefix("179769313486231570814527423731704356798070567525844996598917"))
    #expect(largest.text.utf8.count == 309)
    #expect(largest.float == .greatestFiniteMagnitude)
    #expect(try #require(DecimalNumber(text: "1e400")).float == .infinity)
    #expect(try #require(DecimalNumber(text: "-1e400")).float == -.infinity)
  }
}
