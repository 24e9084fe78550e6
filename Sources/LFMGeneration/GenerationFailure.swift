/// Why a call did not do what was asked: a code for programs, a sentence for people, and whether to try again.
public struct GenerationFailure: Error, Hashable, Sendable {
  public var code: StatusCode
  /// One sentence that names the thing that is wrong and what to do about it. Never prompt text.
  public var message: String
  /// True only if nothing was started on the caller's behalf, so that sending the same call again is safe and may succeed.
  public var isRetryable: Bool
  /// When trying again makes sense, if the failing side knows.
  public var retryAfter: Duration?

  public init(
    _ code: StatusCode, _ message: String, isRetryable: Bool = false, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.isRetryable = isRetryable
    self.retryAfter = retryAfter
  }
}

extension GenerationFailure: CustomStringConvertible {
  public var description: String { "\(code): \(message)" }
}
