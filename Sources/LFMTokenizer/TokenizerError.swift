// Why a tokenizer cannot be made, or a token cannot be read. Refusing text is not this room's: any valid UTF-8 can be encoded.

/// A refusal, with a sentence that names the thing, what was found and what was expected.
package struct TokenizerError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// The file asks for a tokenizer that is not built here.
    case unsupported
    /// The vocabulary contradicts itself or lacks something.
    case malformedVocabulary
    /// A token id that is not in the vocabulary.
    case tokenOutOfRange
  }

  package var code: Code
  /// One sentence for people; never text of a user.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension TokenizerError: CustomStringConvertible {
  package var description: String { message }
}
