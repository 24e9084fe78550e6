import Dispatch
import LFMGeneration
import LFMLanguage
import Synchronization

/// Which tokens may come next, before it is worked out for the whole vocabulary.
enum TokenRestriction: Sendable {
  case only([TokenID])
  case allBut([TokenID])
  /// What a constraint allows, and these.
  ///
  /// - Parameter end: what stands for the end of the constraint's text in place of the tokens that end a turn; `nil`: those.
  case constrained(ConstraintMatcher, also: [TokenID], end: TokenID?)

  /// A bit for each of `count` tokens, 64 to a word.
  func mask(count: Int, ends: [TokenID]) -> [UInt64] {
    var mask = [UInt64](repeating: 0, count: (count + 63) / 64)
    switch self {
    case .only(let tokens):
      for token in tokens { mask.set(token, count) }
    case .allBut(let tokens):
      for word in mask.indices { mask[word] = .max }
      for token in tokens { mask.clear(token, count) }
    case .constrained(let matcher, let also, let end):
      matcher.mask(into: &mask)
      if let end {
        for token in ends { mask.clear(token, count) }
        if matcher.isComplete { mask.set(end, count) }
      }
      for token in also { mask.set(token, count) }
    }
    return mask
  }
}

extension [UInt64] {
  fileprivate mutating func set(_ token: TokenID, _ count: Int) {
    if token >= 0, Int(token) < count { self[Int(token) >> 6] |= 1 << UInt64(token & 63) }
  }

  fileprivate mutating func clear(_ token: TokenID, _ count: Int) {
    if token >= 0, Int(token) < count { self[Int(token) >> 6] &= ~(1 << UInt64(token & 63)) }
  }
}

/// A mask that is being worked out, on a queue of its own, while the step computes for which it is meant.
final class PendingMask: Sendable {
  private struct State: Sendable {
    var mask: [UInt64]?
    var waiter: (@Sendable ([UInt64]) -> Void)?
  }

  private let state = Mutex(State())
  private let queue: DispatchQueue

  /// Begins at once.
  init(_ restriction: TokenRestriction, count: Int, ends: [TokenID], on queue: DispatchQueue) {
    self.queue = queue
    queue.async { [self] in
      let mask = restriction.mask(count: count, ends: ends)
      let waiter = state.withLock { state in
        state.mask = mask
        return state.waiter.take()
      }
      waiter?(mask)
    }
  }

  /// The mask if it is there: nobody who computes ever waits for one.
  var mask: [UInt64]? { state.withLock { $0.mask } }

  /// Calls `body` once, on the masks' queue.
  func whenReady(_ body: @escaping @Sendable ([UInt64]) -> Void) {
    let mask = state.withLock { state in
      if state.mask == nil { state.waiter = body }
      return state.mask
    }
    if let mask { queue.async { body(mask) } }
  }
}
