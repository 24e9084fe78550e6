import Dispatch
import LFMGeneration
import LFMWire
import Synchronization

/// Carries what the generator says, on whatever queue, to the connection's queue. Everything that is said before the
/// connection's turn comes is handed over together, so that the tokens of one step leave in few writes.
final class CallInbox: Sendable {
  /// Something a call's source of replies said.
  enum Item: Sendable {
    case generation(GenerationEvent)
    case reply(CallReply)
    /// The end; replies before it are delivered.
    case end(GenerationFailure?)
  }

  private struct Waiting: Sendable {
    var items: [(call: UInt32, item: Item)] = []
    var take: (@Sendable ([(call: UInt32, item: Item)]) -> Void)?
  }

  private let queue: DispatchQueue
  private let waiting: Mutex<Waiting>

  /// - Parameters:
  ///   - queue: the connection's.
  ///   - take: called on `queue` with what came since the last time, in order.
  init(queue: DispatchQueue, take: @escaping @Sendable ([(call: UInt32, item: Item)]) -> Void) {
    self.queue = queue
    waiting = Mutex(Waiting(take: take))
  }

  /// From any thread.
  func put(_ item: Item, for call: UInt32) {
    let isFirst = waiting.withLock { waiting in
      guard waiting.take != nil else { return false }
      waiting.items.append((call, item))
      return waiting.items.count == 1
    }
    if isFirst { queue.async { self.handOver() } }
  }

  /// Forgets the receiver; what is put later is dropped.
  func close() {
    waiting.withLock { $0 = Waiting() }
  }

  private func handOver() {
    let (items, take) = waiting.withLock { waiting in
      let items = waiting.items
      waiting.items = []
      return (items, waiting.take)
    }
    take?(items)
  }
}
