import LFMWire

/// The replies of one call on their way out: cut into frames, within the peer's credit, the status last.
/// A value: it writes nothing itself.
package struct CallOutput: Sendable {
  /// The next thing to write.
  package enum Step: Hashable, Sendable {
    case frame([UInt8])
    /// The call's last frame. Nothing follows.
    case status(CallStatus)
  }

  /// What the call's source of replies should do.
  package enum Flow: Hashable, Sendable {
    case pause
    case resume
  }

  private let call: UInt32
  private let limits: FrameLimits
  private let highWater: Int
  private let lowWater: Int
  private var window: CreditWindow
  private var messages: [FrameEncoder] = []
  private var first = 0
  private var trailer: CallStatus?
  private var isPaused = false

  /// Bytes of replies that have not left.
  package private(set) var queuedBytes = 0
  /// Whether the status has left.
  package private(set) var isDone = false

  /// - Parameters:
  ///   - limits: the receiver's.
  ///   - highWater: above so many waiting bytes the source is to pause, whatever they wait for; at `lowWater` it resumes.
  package init(call: UInt32, limits: FrameLimits, highWater: Int, lowWater: Int) {
    self.call = call
    self.limits = limits
    self.highWater = highWater
    self.lowWater = lowWater
    window = CreditWindow(initial: limits.initialWindow)
  }

  /// Whether a status is queued, so that nothing may be appended.
  package var isFinished: Bool { trailer != nil || isDone }

  /// Whether something waits that the peer has not taken.
  package var isWaiting: Bool { first < messages.count || (trailer != nil && !isDone) }

  /// Whether replies wait for the peer's credit, and for nothing else.
  private var needsCredit: Bool {
    first < messages.count && !messages[first].canLeave(credit: window.available)
  }

  /// Queues an encoded reply.
  package mutating func append(_ payload: [UInt8]) {
    guard !isFinished else { return }
    messages.append(FrameEncoder(kind: .message, call: call, payload: payload, limits: limits))
    queuedBytes += payload.count
  }

  /// Ends the call once the replies have left.
  package mutating func finish(_ status: CallStatus) {
    guard !isFinished else { return }
    trailer = status
  }

  /// Takes the peer's credit; false if it is more than a window can hold.
  package mutating func add(credit: UInt32) -> Bool { window.add(credit) }

  /// What may be written now; `nil` if nothing waits or the credit is used up.
  package mutating func next() -> Step? {
    guard !isDone else { return nil }
    while first < messages.count {
      if messages[first].isDone {
        first += 1
        continue
      }
      let before = messages[first].remainingBytes
      guard let frame = messages[first].nextFrame(credit: window.available) else { return nil }
      window.spend(frame.count - Frame.headerSize)
      queuedBytes -= before - messages[first].remainingBytes
      if messages[first].isDone { dropFirst() }
      return .frame(frame)
    }
    guard let trailer else { return nil }
    isDone = true
    return .status(trailer)
  }

  /// Whether the source is to pause or go on, told once for each change. Without credit nothing is made in stock: a
  /// caller that grants none has the machine do no work for it.
  package mutating func flowChange() -> Flow? {
    if !isPaused, queuedBytes > highWater || needsCredit {
      isPaused = true
      return .pause
    }
    if isPaused, queuedBytes <= lowWater, !needsCredit {
      isPaused = false
      return .resume
    }
    return nil
  }

  private mutating func dropFirst() {
    first += 1
    guard first == messages.count || first >= 64 else { return }
    messages.removeFirst(first)
    first = 0
  }
}
