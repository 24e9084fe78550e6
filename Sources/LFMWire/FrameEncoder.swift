/// One message on its way out, cut into frames as its fragments are asked for, so that control frames may go
/// between them and no more leaves than there is credit for. A value without I/O.
package struct FrameEncoder: Sendable {
  package let kind: FrameKind
  package let call: UInt32
  private let payload: [UInt8]
  private let fragmentLimit: Int
  /// How much of `payload` has left.
  private var sent = 0
  private var isStarted = false

  /// - Parameter limits: the receiver's. A message over `limits.message` is refused by the receiver, not here.
  package init(
    kind: FrameKind, call: UInt32, payload: [UInt8], limits: FrameLimits = .standard
  ) {
    precondition(payload.count <= Int(UInt32.max))
    self.kind = kind
    self.call = call
    self.payload = payload
    fragmentLimit = min(
      max(limits.fragment, Self.smallestFragment), FrameLimits.standard.fragment)
  }

  /// A message that is small, or of a kind that is never fragmented.
  package init(_ message: ConnectionMessage, call: UInt32 = 0, limits: FrameLimits = .standard) {
    self.init(kind: message.kind, call: call, payload: message.encode(), limits: limits)
  }

  /// All frames of a message, one after the other.
  package static func encode(
    _ message: ConnectionMessage, call: UInt32 = 0, limits: FrameLimits = .standard
  ) -> [UInt8] {
    var encoder = FrameEncoder(message, call: call, limits: limits)
    var bytes: [UInt8] = []
    while let frame = encoder.nextFrame() { bytes += frame }
    return bytes
  }

  /// Whether every frame has been asked for.
  package var isDone: Bool { isStarted && sent == payload.count }

  /// Bytes of the message that have not left yet, without headers.
  package var remainingBytes: Int { payload.count - sent }

  /// Whether `nextFrame` has a frame for this credit.
  package func canLeave(credit: Int) -> Bool {
    guard !isDone else { return false }
    let room = room(credit)
    return isStarted ? room > 0 : payload.count <= room || room > Self.totalSize
  }

  /// Bytes of payload that the next frame may have.
  private func room(_ credit: Int) -> Int {
    kind.mayBeFragmented ? min(credit, fragmentLimit) : Int.max
  }

  /// The next frame with its header, or `nil` if there is none left or the credit is too small for one.
  ///
  /// - Parameter credit: the most bytes of payload the frame may have. The frame costs
  ///   `frame.count - Frame.headerSize` of it.
  package mutating func nextFrame(credit: Int = .max) -> [UInt8]? {
    guard canLeave(credit: credit) else { return nil }
    let room = room(credit)
    if !isStarted, payload.count <= room {
      return frame([], payload[...])
    }
    let body = payload[sent...].prefix(isStarted ? room : room - Self.totalSize)
    let isLast = sent + body.count == payload.count
    let flags: FrameFlags =
      isStarted ? (isLast ? .continuation : [.more, .continuation]) : [.more, .total]
    return frame(flags, body)
  }

  private mutating func frame(_ flags: FrameFlags, _ body: ArraySlice<UInt8>) -> [UInt8] {
    let prefix = flags.contains(.total) ? Self.totalSize : 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Frame.headerSize + prefix + body.count)
    BigEndian.append(UInt32(prefix + body.count), to: &bytes)
    BigEndian.append(call, to: &bytes)
    bytes += [kind.rawValue, flags.rawValue, 0, 0]
    if prefix > 0 { BigEndian.append(UInt32(payload.count), to: &bytes) }
    bytes += body
    isStarted = true
    sent += body.count
    return bytes
  }

  /// Bytes of the total that a first fragment begins with.
  static let totalSize = 4
  /// A peer that asks for smaller fragments than this gets these: a limit of nothing would never end.
  static let smallestFragment = 256
}
