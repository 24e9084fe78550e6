import LFMGeneration

/// What is wrong with bytes from a peer, and how much of the connection it takes with it.
package struct WireError: Error, Hashable, Sendable {
  /// What ends because of it.
  package enum Scope: Hashable, Sendable {
    /// The call it belongs to; the connection lives.
    case call
    /// The connection: the bytes after it cannot be trusted.
    case connection
  }

  package var scope: Scope
  package var code: StatusCode
  /// One sentence that names the field or the limit, what was found and what was expected.
  package var message: String

  package init(_ scope: Scope, _ code: StatusCode, _ message: String) {
    self.scope = scope
    self.code = code
    self.message = message
  }

  /// A message that does not say what it must.
  package static func invalid(_ message: String) -> WireError {
    WireError(.call, .invalidArgument, message)
  }

  /// The same for the caller. Nothing was started, but sending it again would not help.
  package var failure: GenerationFailure { GenerationFailure(code, message) }
}

extension WireError: CustomStringConvertible {
  package var description: String { "\(code): \(message)" }
}
