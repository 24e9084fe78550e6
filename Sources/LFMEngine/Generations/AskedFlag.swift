import Synchronization

/// Something that was asked of a running generation: raised once, from any thread, and read by whoever computes.
final class AskedFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  var isRaised: Bool { flag.load(ordering: .relaxed) }

  func raise() { flag.store(true, ordering: .relaxed) }
}
