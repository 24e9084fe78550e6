import LFMGeneration

/// Turns a connection's bytes, however they are cut, into frames. A value without I/O.
///
/// It holds no more than the bytes it was given and not yet asked about: a length that a header announces is
/// never allocated ahead of its bytes, and the payload of a refused frame is not held at all. The work is
/// linear in the bytes.
package struct FrameDecoder: Sendable {
  package enum Output: Hashable, Sendable {
    case frame(Frame)
    /// A frame that is too long for its call, which is to end with the error; its payload is skipped.
    case refused(call: UInt32, kind: FrameKind, error: WireError)
  }

  private let limits: FrameLimits
  private var buffer: [UInt8] = []
  /// Where the first byte not yet used lies in `buffer`.
  private var start = 0
  /// Bytes of a refused frame's payload that are still to come.
  private var toSkip: UInt64 = 0
  private var failure: WireError?

  package init(limits: FrameLimits = .standard) { self.limits = limits }

  /// Bytes held: less than a frame once `next` has returned `nil`.
  package var bufferedBytes: Int { buffer.count - start }

  /// Takes bytes as they were received.
  package mutating func append(_ bytes: some Collection<UInt8>) {
    guard failure == nil else { return }
    if start == buffer.count, toSkip > 0 {
      let skipped = Int(min(toSkip, UInt64(bytes.count)))
      toSkip -= UInt64(skipped)
      buffer.append(contentsOf: bytes.dropFirst(skipped))
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// The next frame or refusal, or `nil` until more bytes come.
  ///
  /// - Throws: an error of the connection; it is thrown again by every later call.
  package mutating func next() throws(WireError) -> Output? {
    if let failure { throw failure }
    do {
      while true {
        skip()
        guard toSkip == 0, let header = FrameHeader(buffer[start...]) else { return nil }
        switch try header.decision(limits) {
        case .ignore:
          start += Frame.headerSize
          toSkip = UInt64(header.length)
        case .refuse(let kind, let error):
          start += Frame.headerSize
          toSkip = UInt64(header.length)
          skip()
          return .refused(call: header.call, kind: kind, error: error)
        case .accept(let kind):
          guard let payload = take(Int(header.length)) else { return nil }
          return .frame(
            Frame(
              kind: kind, flags: FrameFlags(rawValue: header.flags), call: header.call,
              payload: payload))
        }
      }
    } catch {
      failure = error
      buffer = []
      start = 0
      throw error
    }
  }

  /// Drops what is held of a payload that is to be skipped, and the room of what has been used.
  private mutating func skip() {
    let skipped = Int(min(toSkip, UInt64(bufferedBytes)))
    start += skipped
    toSkip -= UInt64(skipped)
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: buffer.capacity <= 4 * limits.fragment)
      start = 0
    } else if start > buffer.count / 2, start >= 4096 {
      // More is dropped than moved, so that all moves together stay linear.
      buffer.removeFirst(start)
      start = 0
    }
  }

  /// The payload behind the header at `start`, if all of it is there.
  private mutating func take(_ length: Int) -> [UInt8]? {
    guard bufferedBytes >= Frame.headerSize + length else { return nil }
    let begin = start + Frame.headerSize
    start = begin + length
    return Array(buffer[begin..<start])
  }
}

/// The twelve bytes before a payload, not yet judged.
struct FrameHeader: Hashable {
  var length: UInt32
  var call: UInt32
  var kind: UInt8
  var flags: UInt8
  var reserved: UInt16

  /// `nil` if there are fewer than twelve bytes.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count >= Frame.headerSize else { return nil }
    let at = bytes.startIndex
    length = BigEndian.u32(bytes, at: at)
    call = BigEndian.u32(bytes, at: at + 4)
    kind = bytes[at + 8]
    flags = bytes[at + 9]
    reserved = UInt16(bytes[at + 10]) << 8 | UInt16(bytes[at + 11])
  }

  init(length: UInt32, call: UInt32, kind: UInt8, flags: UInt8) {
    self.length = length
    self.call = call
    self.kind = kind
    self.flags = flags
    reserved = 0
  }

  enum Decision: Hashable {
    case accept(FrameKind)
    case refuse(FrameKind, WireError)
    /// A kind of a newer version.
    case ignore
  }

  /// What is to become of the frame; see the table in `Frame.swift`.
  func decision(_ limits: FrameLimits) throws(WireError) -> Decision {
    guard reserved == 0 else {
      throw broken(
        "its reserved bytes are \(reserved), expected 0: this is not the lfm.v1 protocol")
    }
    let isTooLong = Int(length) > limits.fragment
    guard let known = FrameKind(rawValue: kind) else {
      guard flags == 0 else { throw broken("its kind \(kind) is unknown and has flags \(flags)") }
      guard !isTooLong else { throw tooLong(limits) }
      return .ignore
    }
    let flags = FrameFlags(rawValue: flags)
    guard flags.isMeaningful, flags == [] || known.mayBeFragmented else {
      throw broken("flags \(self.flags) have no meaning for the kind \(known)")
    }
    guard known.isOfConnection == (call == 0) else {
      throw broken(
        known.isOfConnection
          ? "the kind \(known) belongs to the connection (call id 0)"
          : "the kind \(known) needs a call id that is not 0")
    }
    guard isTooLong else { return .accept(known) }
    guard known.mayBeFragmented else { throw tooLong(limits) }
    return .refuse(
      known,
      WireError(
        .call, .resourceExhausted,
        "a frame of kind \(known) announces \(length) bytes; a frame takes at most \(limits.fragment), "
          + "and a message at most \(limits.message) in fragments"))
  }

  private func tooLong(_ limits: FrameLimits) -> WireError {
    broken("it announces \(length) bytes; a frame takes at most \(limits.fragment)")
  }

  private func broken(_ reason: String) -> WireError {
    WireError(.connection, .internalError, "frame header refused (call id \(call)): \(reason)")
  }
}

/// Numbers in network order.
enum BigEndian {
  /// Four bytes from `at` on, which must be there.
  static func u32(_ bytes: ArraySlice<UInt8>, at: Int) -> UInt32 {
    UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8
      | UInt32(bytes[at + 3])
  }

  static func append(_ value: UInt32, to bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: value >> 24))
    bytes.append(UInt8(truncatingIfNeeded: value >> 16))
    bytes.append(UInt8(truncatingIfNeeded: value >> 8))
    bytes.append(UInt8(truncatingIfNeeded: value))
  }
}
