import LFMGeneration

/// What a frame's payload says, once it is whole: one case for each `FrameKind`.
/// What `message` carries is the business of `CallRequest` and `CallReply`.
package enum ConnectionMessage: Hashable, Sendable {
  case hello(Hello)
  case callStart(CallStart)
  /// A request or reply, still encoded.
  case message([UInt8])
  case halfClose
  case cancel
  /// The sender will take so many more bytes of `message` payload on this call.
  case window(credit: UInt32)
  case status(CallStatus)
  case ping(Ping)
  case goAway(GoAway)

  package var kind: FrameKind {
    switch self {
    case .hello: .hello
    case .callStart: .callStart
    case .message: .message
    case .halfClose: .halfClose
    case .cancel: .cancel
    case .window: .window
    case .status: .status
    case .ping: .ping
    case .goAway: .goAway
    }
  }
}

/// A side's introduction: what it speaks, and what it accepts.
package struct Hello: Hashable, Sendable {
  /// The versions of this protocol that the sender speaks; 1 is this one.
  package var versions: ClosedRange<UInt32>
  /// The sender's name and version, such as `lfmd 0.1.0`, for logs.
  package var agent: String
  package var limits: FrameLimits
  /// Calls at a time that the sender accepts on this connection; 0 says nothing.
  package var maxConcurrentCalls: UInt32

  package init(
    versions: ClosedRange<UInt32> = Hello.supported, agent: String,
    limits: FrameLimits = .standard, maxConcurrentCalls: UInt32 = 0
  ) {
    self.versions = versions
    self.agent = agent
    self.limits = limits
    self.maxConcurrentCalls = maxConcurrentCalls
  }

  /// The versions that this code speaks.
  package static let supported: ClosedRange<UInt32> = 1...1
}

/// The opening of a call.
package struct CallStart: Hashable, Sendable {
  /// The method's full name, such as `lfm.v1.LanguageModel/Generate`; `Method(rawValue:)` knows those we know.
  package var method: String
  /// How long the caller will wait, from now; `nil` is for ever. Negative or zero is past already.
  package var timeout: Duration?
  package var metadata: [MetadataEntry]
  /// The first request, encoded; `nil` if it comes in a `message` of its own.
  package var firstMessage: [UInt8]?
  /// Whether no more messages come, as if a half-close followed.
  package var halfCloses: Bool

  package init(
    method: String, timeout: Duration? = nil, metadata: [MetadataEntry] = [],
    firstMessage: [UInt8]? = nil, halfCloses: Bool = true
  ) {
    self.method = method
    self.timeout = timeout
    self.metadata = metadata
    self.firstMessage = firstMessage
    self.halfCloses = halfCloses
  }
}

/// A name and a value that travel with a call, for purposes beside the method's own.
package struct MetadataEntry: Hashable, Sendable {
  package var name: String
  package var value: [UInt8]

  package init(name: String, value: [UInt8]) {
    self.name = name
    self.value = value
  }
}

/// The outcome of a call; `failure` is what a caller is told.
package struct CallStatus: Hashable, Sendable {
  package var code: StatusCode
  /// One sentence for people; empty if all went well.
  package var message: String
  /// True only if nothing was started, so that the same call may be sent again.
  package var isRetryable: Bool
  package var retryAfter: Duration?

  package init(
    code: StatusCode, message: String = "", isRetryable: Bool = false, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.isRetryable = isRetryable
    self.retryAfter = retryAfter
  }

  package init(_ failure: GenerationFailure) {
    self.init(
      code: failure.code, message: failure.message, isRetryable: failure.isRetryable,
      retryAfter: failure.retryAfter)
  }

  package static let ok = CallStatus(code: .ok)

  /// `nil` if the call went well.
  package var failure: GenerationFailure? {
    code == .ok
      ? nil : GenerationFailure(code, message, isRetryable: isRetryable, retryAfter: retryAfter)
  }
}

/// A question whether the peer is alive, or the answer to one.
package struct Ping: Hashable, Sendable {
  /// Whatever the asker chose; the answer repeats it.
  package var opaque: UInt64
  package var isAcknowledgement: Bool

  package init(opaque: UInt64, isAcknowledgement: Bool = false) {
    self.opaque = opaque
    self.isAcknowledgement = isAcknowledgement
  }
}

/// The sender's farewell. Calls with larger ids than `lastAcceptedCall` were never started.
package struct GoAway: Hashable, Sendable {
  package var lastAcceptedCall: UInt32
  /// `ok` for an orderly end.
  package var code: StatusCode
  package var message: String

  package init(lastAcceptedCall: UInt32, code: StatusCode = .ok, message: String = "") {
    self.lastAcceptedCall = lastAcceptedCall
    self.code = code
    self.message = message
  }
}
