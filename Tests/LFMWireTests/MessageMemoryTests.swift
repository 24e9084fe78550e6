import LFMGeneration
import Testing

@testable import LFMWire

/// protobuf-c has no bound of its own; the budget of every unpack is what keeps a peer from our memory.
@Suite struct MessageMemoryTests {
  @Test func emptyPartsCannotAmplify() throws {
    // Field 1 of Chat is a message; `0a 00` is an empty one. A hundred and more bytes of memory for two.
    let parts = [UInt8](repeating: 0, count: 1 << 20).indices.map { $0 % 2 == 0 ? UInt8(0x0A) : 0 }
    let unbounded = MessageMemory(budget: .max)
    _ = try MessageReader(parsing: parts, as: .chatForTests, memory: unbounded)
    #expect(unbounded.spent > 60 * parts.count)

    let bounded = MessageMemory(wireBytes: parts.count)
    let error = #expect(throws: WireError.self) {
      try MessageReader(parsing: parts, as: .chatForTests, memory: bounded)
    }
    #expect(error?.code == .resourceExhausted && error?.scope == .call)
    #expect(bounded.spent <= MessageMemory.floor + MessageMemory.amplification * parts.count)
  }

  @Test func unknownFieldsCannotAmplify() throws {
    // Field 15, varint 0, half a million times.
    let parts = (0..<1 << 20).map { $0 % 2 == 0 ? UInt8(0x78) : 0 }
    for method in Method.allCases {
      let error = #expect(throws: WireError.self) {
        try CallRequest(decoding: parts, method: method)
      }
      #expect(error?.code == .resourceExhausted)
    }
  }

  @Test func ordinaryRequestsNeedLittleOfTheBudget() throws {
    let words = "a conversation as they are, with a few words in each of its turns"
    let chat = Chat(
      messages: (0..<20_000).map {
        ChatMessage(role: $0 % 2 == 0 ? "user" : "assistant", text: words)
      })
    let bytes = CallRequest.generate(GenerationRequest(prompt: .chat(chat))).encode()
    let memory = MessageMemory(wireBytes: bytes.count)
    _ = try MessageReader(parsing: bytes, as: .generateRequest, memory: memory)
    #expect(memory.spent < MessageMemory.amplification * bytes.count / 2)

    // The worst that a well-meaning caller sends: very many turns of one word.
    let terse = Chat(messages: (0..<10_000).map { _ in ChatMessage(role: "user", text: "ok") })
    let request = CallRequest.render(terse, asSent: false)
    #expect(try CallRequest(decoding: request.encode(), method: .render) == request)
  }

  /// Every allocation is once the one that fails: nothing traps, and nothing is taken for a message.
  @Test func everyBudgetUntilItIsEnough() throws {
    var random = RandomValues(seed: 21)
    for _ in 0..<5 {
      let bytes = CallRequest.generate(random.generationRequest()).encode()
      let enough = MessageMemory(budget: .max)
      _ = try MessageReader(parsing: bytes, as: .generateRequest, memory: enough)
      for budget in 0..<enough.spent {
        let error = #expect(throws: WireError.self) {
          try MessageReader(
            parsing: bytes, as: .generateRequest, memory: MessageMemory(budget: budget))
        }
        #expect(error?.code == .resourceExhausted)
      }
      _ = try MessageReader(
        parsing: bytes, as: .generateRequest, memory: MessageMemory(budget: enough.spent))
    }
  }

  @Test func sizesBeyondReasonAreRefused() {
    let memory = MessageMemory(budget: .max)
    for size in [-1, .min, .max, .max - 15] {
      #expect(unsafe memory.allocate(size) == nil)
    }
    #expect(memory.refusals == 4 && memory.spent == 0)
    #expect(unsafe memory.allocate(0) != nil)
    #expect(unsafe memory.allocate(1) != memory.allocate(1))
  }

  @Test func memoryIsAligned() {
    let memory = MessageMemory(budget: .max)
    for size in 0..<300 {
      guard let address = unsafe memory.allocate(size) else {
        Issue.record("no memory for \(size) bytes")
        return
      }
      #expect(Int(bitPattern: address) % 16 == 0)
      unsafe address.initializeMemory(as: UInt8.self, repeating: 0xA5, count: size)
    }
  }
}

extension MessageType {
  /// `Chat`, which travels only within others.
  fileprivate static var chatForTests: MessageType {
    MessageType.renderRequest.field("chat").messageType
  }
}
