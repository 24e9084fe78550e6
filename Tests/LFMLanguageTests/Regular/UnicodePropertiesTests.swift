import Testing

@testable import LFMLanguage

/// Sets behind `\p{…}` and `(?i)`. Truth: Unicode's own property of each scalar, and CaseFolding.txt by hand.
@Suite struct UnicodePropertiesTests {
  @Test func categoriesAreThoseOfEveryScalar() throws {
    let names: [(String, Set<Unicode.GeneralCategory>)] = [
      ("Lu", [.uppercaseLetter]), ("Decimal_Number", [.decimalNumber]), ("Cc", [.control]),
      ("gc=M", [.nonspacingMark, .spacingMark, .enclosingMark]), ("Cn", [.unassigned]),
      ("General_Category=Lo", [.otherLetter]), ("Co", [.privateUse]), ("So", [.otherSymbol]),
      ("Z", [.spaceSeparator, .lineSeparator, .paragraphSeparator]),
    ]
    for (name, categories) in names {
      let set = try #require(UnicodeProperties.set(named: name))
      var wrong = 0
      for value in UInt32(0)...0x10_FFFF {
        guard let scalar = Unicode.Scalar(value) else { continue }
        if set.contains(scalar) != categories.contains(scalar.properties.generalCategory) {
          wrong += 1
        }
      }
      #expect(wrong == 0, "\(name)")
    }
  }

  @Test func names() {
    #expect(UnicodeProperties.set(named: "L") == UnicodeProperties.set(named: "Letter"))
    #expect(UnicodeProperties.set(named: "Any") == .all)
    #expect(UnicodeProperties.set(named: "White_Space")?.contains("\u{3000}") == true)
    let han = UnicodeProperties.set(named: "Script=Han")
    #expect(han == UnicodeProperties.set(named: "sc=Hani"))
    #expect(han?.contains("漢") == true && han?.contains("か") == false)
    #expect(UnicodeProperties.set(named: "Greek")?.contains("λ") == true)
    for name in ["", "letter", "Klingon", "gc=", "sc=", "Script=Nowhere"] {
      #expect(UnicodeProperties.set(named: name) == nil, "\(name)")
    }
  }

  @Test func cases() {
    let groups: [[Unicode.Scalar]] = [
      ["k", "K", "\u{212A}"], ["s", "S", "ſ"], ["σ", "Σ", "ς"], ["ß", "ẞ"], ["ö", "Ö"],
      ["µ", "μ", "Μ"], ["ǆ", "ǅ", "Ǆ"], ["Ꭰ", "ꭰ"], ["ᾀ", "ᾈ"], ["ι", "Ι", "\u{345}", "\u{1FBE}"],
      ["i", "I"], ["ı"], ["İ"], ["é", "É"],
    ]
    for group in groups {
      for scalar in group {
        #expect(
          UnicodeProperties.withOtherCases(ScalarSet(scalar)) == ScalarSet(group), "\(scalar)")
      }
    }
    let letters = ScalarSet([0x61...0x7A])
    let both = UnicodeProperties.withOtherCases(letters)
    #expect(
      both == ScalarSet([0x41...0x5A, 0x61...0x7A, 0x17F...0x17F, 0x212A...0x212A]))
  }
}
