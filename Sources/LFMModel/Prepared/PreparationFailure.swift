import Glibc

/// Why there are no prepared weights: a kind for programs, a sentence for people. Serving goes on without them.
package struct PreparationFailure: Error, Equatable, CustomStringConvertible, Sendable {
  package enum Kind: Sendable {
    /// No matrix of the checkpoint is of a type that is packed.
    case nothingToPack
    /// The disk, or the process's limit on files, has too little room.
    case noSpace
    /// The cache directory cannot be made, or a file in it not be written or read.
    case cannotWrite
    /// The checkpoint changed while it was read.
    case sourceChanged
    /// The caller no longer wants it.
    case cancelled
    /// What is wrong with the checkpoint itself, or with the options.
    case badModel
  }

  package var kind: Kind
  package var description: String

  init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    description = sentence
  }

  init(_ error: ModelError) {
    self.init(.badModel, error.sentence)
  }

  /// `what` failed as errno says: "cannot write FILE: No space left on device".
  init(_ what: String, code: Int32) {
    let isFull = [ENOSPC, EDQUOT, EFBIG].contains(code)
    self.init(
      isFull ? .noSpace : .cannotWrite,
      "\(what): \(unsafe String(cString: strerror(code)))"
        + (isFull ? "; \(Self.advice)" : ""))
  }

  static let advice =
    "free some, remove what is stale with `lfmctl prepare --prune`, or set cache-directory to a place with room"
}
