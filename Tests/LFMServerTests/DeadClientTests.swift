// Clients that die, at every byte of a conversation and in every way that a socket has; and clients whose bytes come in the
// smallest pieces, in turns.

import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

@Suite(.serialized) struct DeadClientTests {
  /// What a client says, and what it may expect if it says no more than a part of it.
  private struct Conversation {
    struct Call {
      var id: UInt32
      /// Where its first frame ends, where its request is whole, and where it is cancelled.
      var begun: Int
      var whole: Int
      var cancelled: Int?
    }

    var bytes: [UInt8] = []
    var calls: [Call] = []

    init() {
      say(.hello(Hello(agent: "test")))
      let hello = CallRequest.generate("hello")
      let start = CallStart(
        method: hello.method.rawValue, timeout: .seconds(60), firstMessage: hello.encode())
      // A request in its start.
      let first = say(.callStart(start), 1)
      calls.append(Call(id: 1, begun: first, whole: first))
      say(.window(credit: 1000), 1)
      // In fragments, with a ping between them.
      let text = CallRequest.tokenize(
        text: String(repeating: "ab", count: 200), parsesSpecialTokens: true)
      var encoder = FrameEncoder(
        .callStart(CallStart(method: text.method.rawValue, firstMessage: text.encode())), call: 3,
        limits: FrameLimits(fragment: 256))
      var begun: Int?
      while let frame = encoder.nextFrame() {
        bytes += frame
        begun = begun ?? bytes.count
        if !encoder.isDone { say(.ping(Ping(opaque: 7))) }
      }
      calls.append(Call(id: 3, begun: begun ?? 0, whole: bytes.count))
      // In a message of its own.
      let third = say(
        .callStart(CallStart(method: hello.method.rawValue, halfCloses: false)), 5)
      calls.append(Call(id: 5, begun: third, whole: say(.message(hello.encode()), 5)))
      say(.halfClose, 5)
      // Cancelled.
      let fourth = say(.callStart(start), 7)
      calls.append(Call(id: 7, begun: fourth, whole: fourth, cancelled: say(.cancel, 7)))
    }

    /// - Returns: where it ends.
    @discardableResult
    private mutating func say(_ message: ConnectionMessage, _ call: UInt32 = 0) -> Int {
      bytes += FrameEncoder.encode(message, call: call)
      return bytes.count
    }

    /// What the call's status may be for a client that stops there; empty if it has none.
    func codes(of call: Call, at length: Int) -> Set<StatusCode> {
      if length < call.begun { return [] }
      if length < call.whole { return [.invalidArgument] }
      return call.cancelled.map { $0 <= length } == true ? [.ok, .cancelled] : [.ok]
    }
  }

  private let conversation = Conversation()

  enum Death: CaseIterable {
    /// Both directions at once, as of a process that is killed.
    case closes
    /// Its reading first: our answers meet nobody.
    case stopsReading
  }

  @Test(arguments: Death.allCases)
  func clientThatDiesAtEveryByte(death: Death) async throws {
    let scene = Scene()
    let next = try scene.peer()
    #expect(try await next.call(1, .modelInfo).status == .ok)
    let before = descriptorCount()
    for length in 0...conversation.bytes.count {
      let peer = try Peer(scene.server)
      if death == .stopsReading { peer.endInput() }
      peer.send(bytes: Array(conversation.bytes[..<length]))
      peer.close()
      let caller = try await next.call(UInt32(2 * length + 3), .modelInfo)
      #expect(caller.status == .ok, "\(length)")
    }
    try await eventually("descriptors are given back") { descriptorCount() <= before }
    next.close()
    try await scene.checkNothingStays(descriptors: before)
  }

  /// It says no more and still listens: everything that it asked in whole is answered, the rest refused, and the
  /// connection ends.
  @Test func clientThatHalfClosesAtEveryByte() async throws {
    let scene = Scene()
    let before = descriptorCount()
    let lengths = Array(0...conversation.bytes.count)
    for batch in stride(from: 0, to: lengths.count, by: 50) {
      let peers = try lengths[batch...].prefix(50).map { length in
        let peer = try Peer(scene.server)
        for call in conversation.calls {
          peer.expect(call.id, call.id == 3 ? .tokenize : .generate)
        }
        peer.send(bytes: Array(conversation.bytes[..<length]))
        peer.endOutput()
        return (length, peer)
      }
      for (length, peer) in peers {
        try await peer.end()
        #expect(peer.goAway == nil, "\(length)")
        for call in conversation.calls {
          let codes = conversation.codes(of: call, at: length)
          let code = peer.outcomes[call.id]?.status?.code
          #expect(code.map { codes.contains($0) } ?? codes.isEmpty, "\(length): call \(call.id)")
        }
      }
      try await scene.checkAlive()
    }
    try await scene.checkNothingStays(descriptors: before)
  }

  @Test func aByteAtATime() async throws {
    try await Scene.withBadPeer { scene, _ async throws in
      let peer = try Peer(scene.server)
      for byte in conversation.bytes { peer.send(bytes: [byte]) }
      try await checkAnswers(peer)
    }
  }

  @Test func twoClientsInTurnsOfAByte() async throws {
    try await Scene.withBadPeer { scene, _ async throws in
      let peers = [try Peer(scene.server), try Peer(scene.server)]
      for byte in conversation.bytes {
        for peer in peers { peer.send(bytes: [byte]) }
      }
      for peer in peers { try await checkAnswers(peer) }
    }
  }

  private func checkAnswers(_ peer: Peer) async throws {
    for call in conversation.calls {
      peer.expect(call.id, call.id == 3 ? .tokenize : .generate)
    }
    for call in conversation.calls {
      let outcome = try await peer.outcome(of: call.id)
      let codes = conversation.codes(of: call, at: conversation.bytes.count)
      #expect(codes.contains(try #require(outcome.status?.code)))
      guard call.cancelled == nil else { continue }
      #expect(
        outcome.replies
          == (call.id == 3
            ? [.tokens(Array(repeating: [97, 98], count: 200).flatMap { $0 })]
            : FakeGenerator.helloEvents.map(CallReply.event)))
    }
    #expect(peer.goAway == nil)
  }
}
