import LFMGeneration
import LFMWire
import Testing

@testable import LFMServer

struct CallOutputTests {
  private func output(window: Int = 1 << 20, fragment: Int = 1000) -> CallOutput {
    CallOutput(
      call: 5, limits: FrameLimits(fragment: fragment, initialWindow: window), highWater: 2000,
      lowWater: 500)
  }

  private func steps(_ output: inout CallOutput) -> [CallOutput.Step] {
    var steps: [CallOutput.Step] = []
    while let step = output.next() { steps.append(step) }
    return steps
  }

  @Test func statusComesAfterTheReplies() {
    var output = output()
    output.append([1, 2])
    output.append([3])
    output.finish(.ok)
    let all = steps(&output)
    #expect(all.count == 3)
    #expect(all.last == .status(.ok))
    #expect(output.isDone && !output.isWaiting && output.queuedBytes == 0)
    output.append([4])
    output.finish(.deadlineExceeded)
    let answer1 = output.next()
    #expect(answer1 == nil)
  }

  @Test func nothingLeavesWithoutCredit() {
    var output = output(window: 2500)
    for _ in 0..<5 { output.append([UInt8](repeating: 0, count: 1000)) }
    output.finish(.ok)
    // Two whole ones; of the third what there is credit for, in a fragment.
    #expect(steps(&output).count == 3)
    #expect(output.isWaiting)
    let answer2 = output.add(credit: 10_000)
    #expect(answer2)
    #expect(steps(&output).last == .status(.ok))
  }

  @Test func emptyReplyIsAReply() {
    var output = output(window: 0)
    output.append([])
    output.finish(.ok)
    #expect(steps(&output).count == 2)
  }

  @Test func flowChangesAreToldOnce() {
    var output = output()
    output.append([UInt8](repeating: 0, count: 2000))
    let answer3 = output.flowChange()
    #expect(answer3 == nil)
    output.append([1])
    let answer4 = output.flowChange()
    #expect(answer4 == .pause)
    let answer5 = output.flowChange()
    #expect(answer5 == nil)
    _ = steps(&output)
    #expect(output.queuedBytes <= 500)
    let answer7 = output.flowChange()
    #expect(answer7 == .resume)
    let answer8 = output.flowChange()
    #expect(answer8 == nil)
  }

  @Test func withoutCreditTheSourcePausesAtOnce() {
    var output = output(window: 10)
    output.append([UInt8](repeating: 0, count: 10))
    let withCredit = output.flowChange()
    #expect(withCredit == nil)
    _ = steps(&output)
    // Nothing waits, so nothing is missed.
    let nothingWaits = output.flowChange()
    #expect(nothingWaits == nil)
    output.append([1, 2, 3])
    let waits = output.flowChange()
    #expect(waits == .pause)
    // Too little for the message, and too little for a first fragment of it.
    let added = output.add(credit: 2)
    #expect(added)
    _ = steps(&output)
    let stillWaits = output.flowChange()
    #expect(stillWaits == nil)
    let addedMore = output.add(credit: 1)
    #expect(addedMore)
    _ = steps(&output)
    let goesOn = output.flowChange()
    #expect(goesOn == .resume)
  }
}
