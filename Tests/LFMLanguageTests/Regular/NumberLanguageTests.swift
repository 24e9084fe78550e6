import Testing

@testable import LFMLanguage

/// Numbers, against their values.
@Suite struct NumberLanguageTests {
  /// Spellings of many small numbers, and of some large ones.
  private static let spellings: [String] = {
    var result: [String] = []
    for sign in ["", "-"] {
      for whole in ["0", "1", "2", "7", "9", "10", "12", "13", "99", "100", "101", "120", "1000"] {
        for fraction in ["", ".0", ".000", ".5", ".50", ".05", ".25", ".125", ".999", ".01"] {
          for exponent in ["", "e0", "E-0", "e+00", "e1", "e+2", "E-1", "e-3"] {
            result.append(sign + whole + fraction + exponent)
          }
        }
      }
    }
    return result
  }()

  private static let bounds = [
    "0", "-0", "1", "-1", "12", "12.5", "-12.5", "0.05", "-0.05", "99.999", "100", "-100", "1e2",
    "1.25e1", "1e-3", "123456789012345678901234567890.5",
  ]

  private func number(_ text: String) throws -> DecimalNumber {
    try #require(DecimalNumber(text: text))
  }

  @Test(arguments: bounds) func comparisons(_ bound: String) throws {
    let value = try number(bound)
    let languages = try [
      (NumberLanguage.atLeast(value), { (number: DecimalNumber) in number >= value }),
      (NumberLanguage.atLeast(value, isExclusive: true), { $0 > value }),
      (NumberLanguage.atMost(value), { $0 <= value }),
      (NumberLanguage.atMost(value, isExclusive: true), { $0 < value }),
      (NumberLanguage.equal(to: value), { $0 == value }),
    ]
    for text in Self.spellings + Self.bounds {
      let number = try number(text)
      for (index, (language, holds)) in languages.enumerated() {
        // A spelling with an exponent may be missing; one without may not.
        if language.accepts(text) != holds(number) {
          let hasExponent = text.lowercased().contains("e")
          #expect(hasExponent && holds(number), "\(text) and \(bound), \(index)")
        }
      }
    }
  }

  @Test(arguments: [
    "1", "2", "3", "7", "10", "12", "100", "120", "0.5", "0.01", "0.25", "1.5", "1e-3",
  ])
  func multiples(_ divisor: String) throws {
    let language = try NumberLanguage.multiple(of: number(divisor))
    // In millionths, in which all of these are whole.
    let unit = try millionths(divisor)
    for text in Self.spellings {
      let holds = try millionths(text) % unit == 0
      if language.accepts(text) != holds {
        #expect(holds && text.lowercased().contains("e"), "\(text) and \(divisor)")
      }
    }
  }

  private func millionths(_ text: String) throws -> Int {
    let value = try number(text)
    let digits = value.digits.reduce(0) { $0 * 10 + Int($1) }
    var scale = value.exponent + 6
    var result = digits
    while scale > 0 {
      result *= 10
      scale -= 1
    }
    while scale < 0 {
      result = result % 10 == 0 ? result / 10 : 1_000_003
      scale += 1
    }
    return value.isNegative ? -result : result
  }

  @Test func spellingsOfOneValue() throws {
    let cases: [(String, [String], [String])] = [
      (
        "1", ["1", "1.0", "1.000", "1e0", "1E+00", "1.0e-0"],
        ["10", "01", "1.", "1.01", "-1", "1e1"]
      ),
      ("1500", ["1500", "1500.0", "1.5e3", "15e2", "1.50E+03"], ["150", "1.5e2", "15e3"]),
      ("-0.012", ["-0.012", "-0.0120", "-1.2e-2", "-12e-3"], ["0.012", "-0.0121", "-12e3"]),
      ("0", ["0", "-0", "0.0", "0e5", "-0.00E-7"], ["00", "0.01", "", "-"]),
    ]
    for (value, accepted, rejected) in cases {
      let language = try NumberLanguage.equal(to: number(value))
      for text in accepted { #expect(language.accepts(text), "\(value) as \(text)") }
      for text in rejected { #expect(!language.accepts(text), "\(value) as \(text)") }
    }
  }

  @Test func integers() throws {
    for text in ["0", "-0", "12", "-12.0", "1.000", "1e308", "12E+3", "-0.0e-5"] {
      #expect(NumberLanguage.integer.accepts(text), "\(text)")
      #expect(NumberLanguage.any.accepts(text), "\(text)")
    }
    for text in ["", "-", "01", "1.", ".5", "1.5", "1e-3", "+1", "1e", "0x1"] {
      #expect(!NumberLanguage.integer.accepts(text), "\(text)")
    }
    for text in ["", "-", "01", "1.", ".5", "+1", "1e", "0x1", "NaN"] {
      #expect(!NumberLanguage.any.accepts(text), "\(text)")
    }
  }

  @Test func refusals() throws {
    for text in ["0", "-1", "0.123456789", "123456789", "1e-2000"] {
      let divisor = try number(text)
      #expect(throws: RegularFailure.self) { try NumberLanguage.multiple(of: divisor) }
    }
    for text in ["1e2000", "1e-2000", "1e999999999999999999999", "-1e-99999999999"] {
      let bound = try number(text)
      #expect(throws: RegularFailure.self) { try NumberLanguage.atLeast(bound) }
      #expect(throws: RegularFailure.self) { try NumberLanguage.atMost(bound) }
      #expect(throws: RegularFailure.self) { try NumberLanguage.equal(to: bound) }
    }
  }
}
