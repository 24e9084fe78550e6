import LFMGeneration
import LFMWire
import Testing

@Suite struct FrameDecoderTests {
  /// A few messages of both sorts, one of them in fragments, as one run of bytes.
  private static let messages: [(ConnectionMessage, UInt32)] = [
    (.hello(Hello(agent: "test")), 0),
    (.callStart(CallStart(method: "a/b", firstMessage: Array(repeating: 7, count: 300))), 1),
    (.ping(Ping(opaque: 1)), 0),
    (.message([]), 3),
    (.message(Array(repeating: 9, count: 700)), 3),
    (.cancel, 3),
  ]
  private static let small = FrameLimits(fragment: 256)
  private static let stream: [UInt8] = messages.flatMap { message, call in
    FrameEncoder.encode(message, call: call, limits: small)
  }

  private func drain(_ decoder: inout FrameDecoder) throws -> [FrameDecoder.Output] {
    var outputs: [FrameDecoder.Output] = []
    while let output = try decoder.next() { outputs.append(output) }
    return outputs
  }

  private func header(
    length: UInt32 = 0, call: UInt32 = 1, kind: UInt8 = 3, flags: UInt8 = 0,
    reserved: [UInt8] = [0, 0]
  ) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
      + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: call >> $0) } + [kind, flags] + reserved
  }

  @Test func theLayoutIsBigEndian() throws {
    let bytes = FrameEncoder.encode(.message([0xAA, 0xBB, 0xCC]), call: 0x0102_0305)
    #expect(bytes == [0, 0, 0, 3, 1, 2, 3, 5, 3, 0, 0, 0, 0xAA, 0xBB, 0xCC])
  }

  @Test func anyTwoPartsGiveTheSameFrames() throws {
    var whole = FrameDecoder(limits: Self.small)
    whole.append(Self.stream)
    let expected = try drain(&whole)
    #expect(expected.count == 9)
    for cut in 0...Self.stream.count {
      var decoder = FrameDecoder(limits: Self.small)
      decoder.append(Self.stream[..<cut])
      var outputs = try drain(&decoder)
      decoder.append(Self.stream[cut...])
      outputs += try drain(&decoder)
      #expect(outputs == expected, "cut at \(cut)")
      #expect(decoder.bufferedBytes == 0)
    }
  }

  @Test func byteByByteGivesTheSameFrames() throws {
    var whole = FrameDecoder(limits: Self.small)
    whole.append(Self.stream)
    let expected = try drain(&whole)
    var decoder = FrameDecoder(limits: Self.small)
    var outputs: [FrameDecoder.Output] = []
    for byte in Self.stream {
      decoder.append(CollectionOfOne(byte))
      outputs += try drain(&decoder)
    }
    #expect(outputs == expected)
  }

  @Test func randomStreamsRandomlyCut() throws {
    var random = RandomValues(seed: 11)
    for _ in 0..<100 {
      var sent: [Frame] = []
      var bytes: [UInt8] = []
      for _ in 0..<20 {
        let kind = FrameKind.allCases.randomElement(using: &random)!
        let call = kind.isOfConnection ? 0 : UInt32.random(in: 1 ... .max, using: &random)
        let frame = Frame(kind: kind, call: call, payload: random.bytes(600))
        sent.append(frame)
        bytes += header(length: UInt32(frame.payload.count), call: call, kind: kind.rawValue)
        bytes += frame.payload
      }
      var decoder = FrameDecoder()
      var received: [Frame] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = rest.prefix(Int.random(in: 1...900, using: &random))
        rest = rest.dropFirst(part.count)
        decoder.append(part)
        for output in try drain(&decoder) {
          guard case .frame(let frame) = output else { continue }
          received.append(frame)
        }
      }
      #expect(received == sent)
    }
  }

  @Test(arguments: [UInt32(64 << 10) + 1, 16 << 20, .max])
  func aFrameTooLongEndsItsCallAndIsSkipped(_ length: UInt32) throws {
    var decoder = FrameDecoder()
    decoder.append(header(length: length, call: 5, kind: FrameKind.callStart.rawValue))
    guard case .refused(let call, let kind, let error) = try decoder.next() else {
      Issue.record("the frame was not refused on its length alone")
      return
    }
    #expect(call == 5 && kind == .callStart)
    #expect(error.scope == .call && error.code == .resourceExhausted)
    #expect(error.message.contains("\(length)") && error.message.contains("65536"))
    #expect(try decoder.next() == nil)
    guard length <= 16 << 20 else { return }
    var left = Int(length)
    while left > 0 {
      let part = min(left, 100_003)
      decoder.append(Array(repeating: UInt8(0xEE), count: part))
      left -= part
      #expect(try decoder.next() == nil)
      #expect(decoder.bufferedBytes == 0)
    }
    decoder.append(FrameEncoder.encode(.message([1]), call: 7))
    #expect(try decoder.next() == .frame(Frame(kind: .message, call: 7, payload: [1])))
  }

  @Test func aRefusedFrameAndTheNextInOneRead() throws {
    var decoder = FrameDecoder(limits: FrameLimits(fragment: 300))
    decoder.append(
      header(length: 301, call: 5) + Array(repeating: 1, count: 301) + header(length: 0, call: 7))
    let outputs = try drain(&decoder)
    #expect(outputs.count == 2)
    #expect(outputs.last == .frame(Frame(kind: .message, call: 7, payload: [])))
  }

  @Test func whatBreaksTheConnection() throws {
    let cases: [(String, [UInt8])] = [
      ("reserved byte", header(reserved: [0, 1])),
      ("reserved byte", header(reserved: [1, 0])),
      ("an HTTP request", Array("GET / HTTP/1.1\r\n".utf8)),
      ("an HTTP/2 preface", Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)),
      ("more alone", header(flags: 1)), ("total alone", header(flags: 2)),
      ("total and continuation", header(flags: 6)), ("all", header(flags: 7)),
      ("an unknown flag", header(flags: 8)), ("an unknown flag", header(flags: 0x80)),
      ("a fragment of a status", header(kind: FrameKind.status.rawValue, flags: 3)),
      ("a call frame without a call", header(call: 0)),
      ("a ping of a call", header(call: 1, kind: FrameKind.ping.rawValue)),
      ("a long ping", header(length: 65537, call: 0, kind: FrameKind.ping.rawValue)),
      ("a long cancel", header(length: .max, kind: FrameKind.cancel.rawValue)),
      ("an unknown kind with flags", header(kind: 77, flags: 1)),
      ("a long unknown kind", header(length: 65537, kind: 77)),
      ("noise", Array(repeating: 0xFF, count: 12)),
    ]
    for (name, bytes) in cases {
      var decoder = FrameDecoder()
      decoder.append(bytes)
      let error = try #require(throws: WireError.self, "\(name)") { try decoder.next() }
      #expect(error.scope == .connection, "\(name)")
      decoder.append(FrameEncoder.encode(.cancel, call: 1))
      #expect(throws: error, "\(name): it stays broken") { try decoder.next() }
      #expect(decoder.bufferedBytes == 0)
    }
  }

  @Test func unknownKindsAreSkipped() throws {
    for kind in UInt8.min...UInt8.max where FrameKind(rawValue: kind) == nil {
      var decoder = FrameDecoder()
      decoder.append(header(length: 5, call: 2, kind: kind) + [1, 2, 3, 4, 5])
      decoder.append(FrameEncoder.encode(.cancel, call: 9))
      #expect(try drain(&decoder) == [.frame(Frame(kind: .cancel, call: 9, payload: []))])
    }
  }

  @Test func manySmallFramesAtOnce() throws {
    let frame = FrameEncoder.encode(.message([1, 2]), call: 1)
    let count = 20_000
    var decoder = FrameDecoder()
    decoder.append(Array((0..<count).map { _ in frame }.joined()))
    var found = 0
    while try decoder.next() != nil { found += 1 }
    #expect(found == count)
  }

  @Test func noiseNeverTraps() throws {
    var random = RandomValues(seed: 12)
    for round in 0..<3000 {
      // Half of them begin as frames do, so that noise gets past the header.
      var bytes = random.bytes(80)
      if round % 2 == 0 {
        bytes =
          header(
            length: UInt32.random(in: 0...40, using: &random),
            call: UInt32.random(in: 0...3, using: &random),
            kind: UInt8.random(in: 0...11, using: &random),
            flags: UInt8.random(in: 0...5, using: &random)) + bytes
      }
      var decoder = FrameDecoder()
      var assembler = MessageAssembler()
      var outputs = 0
      do {
        for byte in bytes {
          decoder.append(CollectionOfOne(byte))
          while let output = try decoder.next() {
            outputs += 1
            if case .frame(let frame) = output { _ = try? assembler.accept(frame) }
          }
        }
      } catch {
        #expect(error.scope == .connection)
      }
      #expect(outputs <= bytes.count / Frame.headerSize)
      #expect(decoder.bufferedBytes <= bytes.count)
    }
  }
}
