/// Why a model could not be loaded, or a step not be run: a kind for programs, a sentence for people.
///
/// The sentence names the key, tensor or sequence at fault, what was found, what was expected and, where there is
/// one, the way out.
package struct ModelError: Error, Equatable, CustomStringConvertible, Sendable {
  /// What a caller can branch on.
  package enum Kind: Sendable {
    /// The file holds another architecture than those of `Hyperparameters.architectures`.
    case unsupportedArchitecture
    /// A metadata key is missing, has the wrong type, or a value that makes no model.
    case badHyperparameter
    /// A tensor is missing, misshapen, or of a type that no kernel reads.
    case badTensor
    /// An option of this process (threads, instruction set, rows) cannot be had on this machine.
    case badOption
    /// Memory for pages or the workspace was refused by the kernel.
    case outOfMemory
    /// The pool has no free page left for the tokens of a sequence.
    case outOfPages
    /// A sequence would grow past the model's context length.
    case contextExceeded
    /// A step, a token or a cut does not fit the state it is meant for: a caller's mistake.
    case badStep
  }

  package var kind: Kind
  package var sentence: String

  package init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }

  package var description: String { sentence }
}
