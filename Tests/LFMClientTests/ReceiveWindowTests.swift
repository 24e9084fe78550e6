import Testing

@testable import LFMClient

struct ReceiveWindowTests {
  @Test func readerThatKeepsUpKeepsTheDaemonGoing() {
    var window = ReceiveWindow(size: 1000)
    var allowed = 1000
    for _ in 0..<100 {
      let isWithin = window.receive(100)
      #expect(isWithin)
      allowed -= 100
      #expect(allowed >= 0)
      let weight = window.complete()
      #expect(weight == 100)
      window.take(weight)
      if let credit = window.grant() { allowed += Int(credit) }
    }
    #expect(allowed > 0 && allowed <= 1000)
  }

  @Test func readerThatTakesNothingHoldsTheDaemonBack() {
    var window = ReceiveWindow(size: 1000)
    var granted = 0
    for _ in 0..<10 {
      #expect(take(&window, 100))
      _ = window.complete()
      granted += Int(window.grant() ?? 0)
    }
    #expect(granted == 0)
    // All that was allowed has come; one byte more is too much.
    #expect(!take(&window, 1))
  }

  @Test func messageLargerThanTheWindowComesThroughOnceNothingElseIsHeld() {
    var window = ReceiveWindow(size: 1000)
    #expect(take(&window, 400))
    let first = window.complete()
    #expect(take(&window, 600))
    // The first message waits for its reader, so the second waits too.
    #expect(grant(&window) == nil)
    window.take(first)
    var received = 600
    var allowed = Int(grant(&window) ?? 0)
    #expect(allowed == 1000)
    while received < 50_000 {
      #expect(allowed > 0)
      let piece = min(allowed, 500)
      #expect(take(&window, piece))
      received += piece
      allowed -= piece
      allowed += Int(grant(&window) ?? 0)
    }
    let whole = window.complete()
    #expect(whole == received)
  }

  @Test func creditIsNotDribbled() {
    var window = ReceiveWindow(size: 1000)
    for _ in 0..<4 {
      #expect(take(&window, 100))
      let weight = window.complete()
      window.take(weight)
      #expect(grant(&window) == nil)
    }
    #expect(take(&window, 100))
    let weight = window.complete()
    window.take(weight)
    #expect(grant(&window) == 500)
  }

  private func take(_ window: inout ReceiveWindow, _ bytes: Int) -> Bool { window.receive(bytes) }
  private func grant(_ window: inout ReceiveWindow) -> UInt32? { window.grant() }
}
