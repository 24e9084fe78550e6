import Synchronization

/// Languages in bytes that many constraints need, each made once.
extension ByteAutomaton {
  /// Any JSON string, quotes included, with any escapes.
  package static let jsonString = made { () throws(RegularFailure) in
    try ScalarAutomaton.anyText.jsonString()
  }

  /// One character of a JSON string, in any of its spellings: what `minLength` and `maxLength` count.
  package static let jsonCharacter = made { () throws(RegularFailure) in
    try ScalarAutomaton.oneOf(.all).jsonStringContents()
  }

  /// Any Python string literal (`ScalarAutomaton.pythonString`).
  package static let pythonString = made { () throws(RegularFailure) in
    try ScalarAutomaton.anyText.pythonString()
  }

  /// Any JSON number.
  package static let number = made { () throws(RegularFailure) in try NumberLanguage.any.utf8() }

  /// Any JSON number without a fractional part.
  package static let integer = made { () throws(RegularFailure) in
    try NumberLanguage.integer.utf8()
  }

  private static func made(
    _ make: () throws(RegularFailure) -> ByteAutomaton
  ) -> ByteAutomaton {
    do { return try make() } catch { fatalError(error.description) }
  }
}

extension TextFormat {
  private static let written = Mutex<[TextFormat: ByteAutomaton]>([:])

  /// The format's texts as JSON strings, quotes included, with the escapes that programs write; made once.
  package var jsonString: ByteAutomaton {
    get throws(RegularFailure) {
      if let known = Self.written.withLock({ $0[self] }) { return known }
      let made = try automaton.jsonString(.usual)
      Self.written.withLock { $0[self] = made }
      return made
    }
  }
}
