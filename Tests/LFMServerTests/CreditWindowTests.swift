import Testing

@testable import LFMServer

struct CreditWindowTests {
  @Test func creditIsSpentAndAdded() {
    var window = CreditWindow(initial: 100)
    window.spend(60)
    #expect(window.available == 40)
    let isAdded1 = window.add(10)
    #expect(isAdded1)
    #expect(window.available == 50)
    window.spend(50)
    #expect(window.available == 0)
  }

  @Test func creditPastTheLimitIsRefused() {
    var window = CreditWindow(initial: CreditWindow.limit - 5)
    let isAdded2 = window.add(6)
    #expect(!isAdded2)
    let isAdded3 = window.add(5)
    #expect(isAdded3)
    let isAdded4 = window.add(1)
    #expect(!isAdded4)
    let isAdded5 = window.add(.max)
    #expect(!isAdded5)
    #expect(window.available == CreditWindow.limit)
  }

  @Test(arguments: [(-1, 0), (Int.min, 0), (Int.max, CreditWindow.limit)])
  func initialCreditIsClamped(initial: Int, expected: Int) {
    #expect(CreditWindow(initial: initial).available == expected)
  }
}
