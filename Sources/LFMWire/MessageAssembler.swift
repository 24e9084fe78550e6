import LFMGeneration

/// Puts the fragments of one call's messages together. One value for each call, without I/O.
///
/// What it holds grows with the fragments that came, never with the total that the first one announced.
package struct MessageAssembler: Sendable {
  package enum Outcome: Hashable, Sendable {
    /// A fragment was taken; more follow.
    case incomplete
    /// A whole message of kind `callStart` or `message`.
    case message(FrameKind, [UInt8])
    /// The frame belongs to what was refused before; there is nothing to do.
    case skipped
  }

  private let limits: FrameLimits
  private var kind: FrameKind?
  private var total = 0
  private var bytes: [UInt8] = []
  private var hasFailed = false

  package init(limits: FrameLimits = .standard) { self.limits = limits }

  /// Bytes of a message that is not whole yet.
  package var pendingBytes: Int { bytes.count }
  /// Whether fragments of a message are still to come.
  package var isWaiting: Bool { kind != nil }

  /// Takes a frame of this call.
  ///
  /// - Throws: an error of the call, once; every later frame is `skipped`.
  package mutating func accept(_ frame: Frame) throws(WireError) -> Outcome {
    guard !hasFailed else { return .skipped }
    do {
      return try assemble(frame)
    } catch {
      hasFailed = true
      kind = nil
      bytes = []
      throw error
    }
  }

  private mutating func assemble(_ frame: Frame) throws(WireError) -> Outcome {
    guard frame.kind.mayBeFragmented || frame.flags == [] else {
      throw broken("a frame of kind \(frame.kind) is never a fragment")
    }
    guard frame.flags.contains(.continuation) else { return try begin(frame) }
    guard let kind else { throw broken("a continuation came with no message begun") }
    guard kind == frame.kind else {
      throw broken("a fragment of kind \(frame.kind) came within a message of kind \(kind)")
    }
    guard !frame.payload.isEmpty else { throw broken("a fragment is empty") }
    return try add(frame.payload[...], isLast: !frame.flags.contains(.more))
  }

  /// A whole message, or the first fragment of one.
  private mutating func begin(_ frame: Frame) throws(WireError) -> Outcome {
    if let kind {
      throw broken("a message began while \(total - bytes.count) bytes of a \(kind) were missing")
    }
    guard frame.flags.contains(.total) else {
      try check(frame.payload.count)
      return .message(frame.kind, frame.payload)
    }
    guard frame.payload.count >= FrameEncoder.totalSize else {
      throw broken("a first fragment has \(frame.payload.count) bytes, too few for its total")
    }
    let announced = Int(BigEndian.u32(frame.payload[...], at: 0))
    try check(announced)
    kind = frame.kind
    total = announced
    return try add(frame.payload[FrameEncoder.totalSize...], isLast: false)
  }

  private mutating func add(_ part: ArraySlice<UInt8>, isLast: Bool) throws(WireError) -> Outcome {
    // More to come than nothing, or nothing to come: both are told by the count alone.
    let count = bytes.count + part.count
    guard isLast ? count == total : count < total else {
      throw broken(
        "\(count) of \(total) announced bytes came, and the fragment says "
          + (isLast ? "it is the last" : "more follow"))
    }
    bytes += part
    guard isLast, let kind else { return .incomplete }
    let message = bytes
    self.kind = nil
    bytes = []
    return .message(kind, message)
  }

  private func check(_ length: Int) throws(WireError) {
    guard length <= limits.message else {
      throw WireError(
        .call, .resourceExhausted,
        "the message announces \(length) bytes; at most \(limits.message) are taken")
    }
  }

  private func broken(_ reason: String) -> WireError {
    WireError(.call, .internalError, "fragments of a message do not add up: \(reason)")
  }
}
