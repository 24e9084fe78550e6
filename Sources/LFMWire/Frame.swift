/// The frame: a fixed 12-byte header, big-endian, then the payload. This file says what its fields may hold;
/// `FrameDecoder` and `FrameEncoder` turn bytes into frames and back, `MessageAssembler` frames into messages.
///
///     offset  0        4        8      9       10       12
///             length   call id  kind   flags   zero     payload (length bytes)
///             u32      u32      u8     u8      u16
///
/// Call id 0 is the connection itself; clients choose odd ids, each larger than the last.
///
/// Which errors end what:
///
/// | found | ends |
/// |---|---|
/// | reserved bytes not zero, a flag without meaning, a call frame with id 0, a connection frame with another | the connection |
/// | a payload over 64 KiB in a frame that is never fragmented, or of an unknown kind | the connection |
/// | a payload over 64 KiB, or an announced total over the message limit, in `callStart` or `message` | the call: RESOURCE_EXHAUSTED; the bytes are skipped unparsed |
/// | fragments that do not add up (out of turn, of another kind, more or less than announced) | the call: INTERNAL |
/// | a payload that does not parse | the call: INVALID_ARGUMENT; of a connection frame, the connection |
/// | an unknown kind of at most 64 KiB without flags | nothing: it is skipped, for the sake of newer peers |
package struct Frame: Hashable, Sendable {
  package var kind: FrameKind
  package var flags: FrameFlags
  /// The call it belongs to; 0 is the connection.
  package var call: UInt32
  package var payload: [UInt8]

  package init(kind: FrameKind, flags: FrameFlags = [], call: UInt32, payload: [UInt8]) {
    self.kind = kind
    self.flags = flags
    self.call = call
    self.payload = payload
  }

  /// Bytes of the header.
  package static let headerSize = 12
}

/// What a frame's payload is.
package enum FrameKind: UInt8, CaseIterable, Sendable {
  /// Either side's first frame: versions and limits. Connection.
  case hello = 1
  /// Opens a call: method, time-out, metadata, first message. Call, client to server, may be fragmented.
  case callStart = 2
  /// A request or reply of the call's method, as it is. Call, may be fragmented.
  case message = 3
  /// The client sends no more messages on this call. Call, client to server.
  case halfClose = 4
  /// The client wants no more of this call; the status still comes. Call, client to server.
  case cancel = 5
  /// The sender will take so many more bytes of `message` payload. Call.
  case window = 6
  /// The outcome of the call, its last frame. Call, server to client.
  case status = 7
  /// To be sent back with `isAcknowledgement`. Connection.
  case ping = 8
  /// The sender takes no new calls, and closes when those it has are done. Connection.
  case goAway = 9

  /// Whether it speaks of the connection (call id 0) or of a call (any other id).
  package var isOfConnection: Bool {
    switch self {
    case .hello, .ping, .goAway: true
    case .callStart, .message, .halfClose, .cancel, .window, .status: false
    }
  }

  /// Whether its message may travel in several frames.
  package var mayBeFragmented: Bool { self == .callStart || self == .message }
}

/// The bits of a header's flags byte. A message in one frame has none of them.
package struct FrameFlags: OptionSet, Hashable, Sendable {
  package var rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// More fragments of this message follow.
  package static let more = FrameFlags(rawValue: 1)
  /// The first of several fragments: its payload begins with the message's length in bytes, u32 big-endian
  /// (those four bytes not counted in it). Comes with `more`, and on no other fragment.
  package static let total = FrameFlags(rawValue: 2)
  /// Not the first fragment.
  package static let continuation = FrameFlags(rawValue: 4)

  /// Whether the bits have a meaning together.
  package var isMeaningful: Bool {
    switch self {
    case [], [.more, .total], [.more, .continuation], [.continuation]: true
    default: false
    }
  }
}

/// What a side of a connection accepts. The peer's arrive in its hello.
package struct FrameLimits: Hashable, Sendable {
  /// The most bytes of payload in one frame, a fragment's four bytes of total included.
  package var fragment: Int
  /// The most bytes of one message.
  package var message: Int
  /// How many bytes of `message` payload may be sent on a call before its first `window`.
  package var initialWindow: Int

  package init(
    fragment: Int = 64 << 10, message: Int = 16 << 20, initialWindow: Int = 64 << 10
  ) {
    self.fragment = fragment
    self.message = message
    self.initialWindow = initialWindow
  }

  package static let standard = FrameLimits()
}
