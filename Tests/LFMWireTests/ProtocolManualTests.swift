import Foundation
import LFMGeneration
import LFMWire
import Testing

/// The examples of lfmd-protocol(7) are what the real encoder writes and the real decoder reads, and its tables name all there
/// is.
@Suite struct ProtocolManualTests {
  private let manual: [Substring]

  init() throws {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = root.appending(path: "Packaging/man/lfmd-protocol.7")
    manual = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
  }

  /// One frame of an example: who sends it, and its bytes.
  private struct Line: Hashable {
    var isClients: Bool
    var bytes: [UInt8]
  }

  /// The frames after the comment that names the example.
  private func example(_ name: String) throws -> [Line] {
    let start = try #require(manual.firstIndex(of: ".\\\" example: \(name)"))
    var lines: [Line] = []
    for text in manual[(start + 2)...].prefix(while: { $0 != ".Ed" }) {
      let words = text.split(separator: " ")
      let isHeader = words.first == "C" || words.first == "S"
      let bytes = words.dropFirst(isHeader ? 1 : 0)
        .prefix { $0.count == 2 && UInt8($0, radix: 16) != nil }.compactMap { UInt8($0, radix: 16) }
      if isHeader {
        #expect(bytes.count == Frame.headerSize, "\(text)")
        lines.append(Line(isClients: words.first == "C", bytes: bytes))
      } else {
        try #require(!lines.isEmpty)
        lines[lines.count - 1].bytes += bytes
      }
    }
    return lines
  }

  @Test func theConversationIsWhatTheEncoderWrites() throws {
    let request = CallRequest.tokenize(text: "Hi", parsesSpecialTokens: false)
    let start = CallStart(
      method: request.method.rawValue, timeout: .seconds(30), firstMessage: request.encode())
    let expected: [(Bool, ConnectionMessage, UInt32)] = [
      (true, .hello(Hello(agent: "example 1", limits: .unsaid)), 0),
      (false, .hello(Hello(agent: "lfmd 0.1.0", maxConcurrentCalls: 100)), 0),
      (true, .callStart(start), 1), (false, .message(CallReply.tokens([1132]).encode()), 1),
      (true, .window(credit: 32768), 1), (false, .status(.ok), 1),
      (true, .ping(Ping(opaque: 7)), 0),
      (false, .ping(Ping(opaque: 7, isAcknowledgement: true)), 0),
      (false, .goAway(GoAway(lastAcceptedCall: 1, message: "the daemon is stopping")), 0),
    ]
    let written = expected.map { isClients, message, call in
      Line(isClients: isClients, bytes: FrameEncoder.encode(message, call: call))
    }
    let example = try example("conversation")
    #expect(example.count == written.count)
    for (printed, real) in zip(example, written) { #expect(printed == real) }

    var decoder = FrameDecoder()
    for line in example { decoder.append(line.bytes) }
    for (_, message, call) in expected {
      guard case .frame(let frame) = try decoder.next() else {
        Issue.record("the example is cut")
        return
      }
      #expect(frame.call == call && frame.kind == message.kind)
      guard case .hello(let hello) = message, hello.limits == .unsaid else {
        #expect(try ConnectionMessage(decoding: frame.payload, kind: frame.kind) == message)
        continue
      }
    }
    #expect(decoder.bufferedBytes == 0)
  }

  @Test func theFragmentsAreWhatTheEncoderWrites() throws {
    var encoder = FrameEncoder(
      kind: .message, call: 3, payload: [UInt8](repeating: 0, count: 131_072))
    for line in try example("fragments") {
      let next = encoder.nextFrame()
      let frame = try #require(next)
      #expect(line.bytes == Array(frame.prefix(Frame.headerSize + 8)))
    }
    #expect(encoder.isDone)
  }

  @Test func everyKindMethodAndCodeIsNamed() {
    let text = manual.joined(separator: "\n")
    for kind in FrameKind.allCases {
      #expect(text.contains("\n.It \(kind.rawValue) Ta "), "\(kind)")
    }
    for method in Method.allCases {
      let parts = method.rawValue.split(separator: "/")
      #expect(text.contains(".Qq \(parts[0])"))
      #expect(text.contains("\n.It \(parts[1]) Ta "), "\(method)")
    }
    for code in 0...16 as ClosedRange<UInt32> where ![2, 6, 7, 10, 16].contains(code) {
      #expect(text.contains("\n.It \(code) \(StatusCode(rawValue: code).name)\n"))
    }
    let limits = FrameLimits.standard
    for number in [limits.fragment, limits.message, limits.initialWindow, CallStart.metadataLimit] {
      #expect(text.contains("\(number)"))
    }
  }
}

extension FrameLimits {
  /// What a hello without limits says.
  fileprivate static let unsaid = FrameLimits(fragment: 0, message: 0, initialWindow: 0)
}
