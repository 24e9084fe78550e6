import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

struct CallTableTests {
  private func refusal(_ verdict: CallTable.Verdict) -> CallStatus? {
    if case .refuse(let status) = verdict { status } else { nil }
  }

  @Test func growingOddIdsBegin() {
    var table = CallTable(limit: 10)
    for id: UInt32 in [1, 3, 9, .max] {
      let verdict1 = table.begin(id, roomElsewhere: true)
      #expect(verdict1 == .begin)
      #expect(table.isOpen(id))
      #expect(table.lastBegun == id)
    }
    #expect(table.openCount == 4)
    #expect(table.isPast(5) && !table.isPast(9))
  }

  @Test(arguments: [UInt32(2), 0, 4_294_967_294])
  func evenIdIsRefused(id: UInt32) {
    var table = CallTable(limit: 10)
    let status = refusal(table.begin(id, roomElsewhere: true))
    #expect(status?.code == .invalidArgument)
    #expect(status?.message.contains("\(id)") == true)
    #expect(table.openCount == 0)
  }

  @Test func staleIdIsRefused() {
    var table = CallTable(limit: 10)
    let verdict2 = table.begin(7, roomElsewhere: true)
    #expect(verdict2 == .begin)
    table.end(7)
    for id: UInt32 in [7, 5, 1] {
      #expect(refusal(table.begin(id, roomElsewhere: true))?.code == .invalidArgument)
    }
    let verdict3 = table.begin(9, roomElsewhere: true)
    #expect(verdict3 == .begin)
  }

  @Test func openIdEndsItsCall() {
    var table = CallTable(limit: 10)
    let verdict4 = table.begin(7, roomElsewhere: true)
    #expect(verdict4 == .begin)
    guard case .breakOpenCall(let status) = table.begin(7, roomElsewhere: true) else {
      Issue.record("the second use of an open id passed")
      return
    }
    #expect(status.code == .invalidArgument)
    #expect(table.openCount == 1)
  }

  @Test func quotaIsRetryableAndComesBack() {
    var table = CallTable(limit: 2, retryAfter: .seconds(4))
    let verdict5 = table.begin(1, roomElsewhere: true)
    #expect(verdict5 == .begin)
    let verdict6 = table.begin(3, roomElsewhere: true)
    #expect(verdict6 == .begin)
    let status = refusal(table.begin(5, roomElsewhere: true))
    #expect(status?.code == .resourceExhausted)
    #expect(status?.isRetryable == true)
    #expect(status?.retryAfter == .seconds(4))
    // A refused call was never accepted, and its id is used up.
    #expect(table.lastBegun == 3)
    table.end(1)
    #expect(refusal(table.begin(5, roomElsewhere: true))?.code == .invalidArgument)
    let verdict7 = table.begin(7, roomElsewhere: true)
    #expect(verdict7 == .begin)
    table.end(7)
    #expect(refusal(table.begin(9, roomElsewhere: false))?.code == .resourceExhausted)
  }

  @Test func aRefusalIsSaidOnce() {
    var table = CallTable(limit: 1)
    guard case .refuse = table.message(7) else { return #expect(Bool(false)) }
    #expect(table.message(7) == .drop)
    #expect(table.begin(7, roomElsewhere: true) == .drop)
    #expect(table.begin(5, roomElsewhere: true) == .begin)
    #expect(table.message(3) == .drop)
    guard case .refuse = table.begin(3, roomElsewhere: true) else { return #expect(Bool(false)) }
    #expect(table.begin(3, roomElsewhere: true) == .drop)
    guard case .refuse = table.begin(8, roomElsewhere: true) else { return #expect(Bool(false)) }
    #expect(table.message(8) == .drop)
    // One that was refused for lack of room is past, and what follows it is dropped.
    guard case .refuse = table.begin(11, roomElsewhere: true) else { return #expect(Bool(false)) }
    #expect(table.message(11) == .drop)
    // However many are made up, what is kept of them is bounded, and good ones begin.
    for id in UInt32(100)..<5000 { _ = table.message(id) }
    table.end(5)
    #expect(table.begin(5001, roomElsewhere: true) == .begin)
  }
}
