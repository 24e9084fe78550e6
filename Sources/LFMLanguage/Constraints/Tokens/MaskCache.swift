import Synchronization

/// The tokens that may follow an output, as far as its places tell, which do not know the keys that were written.
struct FoundMask: Sendable {
  /// Tokens that may come whatever was written.
  var always: TokenMask
  /// Tokens in which keys end that are remembered: these may come if none of their keys was written. `nil` if they are too many to be
  /// kept; then all tokens have to be looked at.
  var withKeys: TokenTrie?
}

/// The masks that were found lately, for all calls of one constraint.
final class MaskCache: Sendable {
  static let capacity = 1024

  private struct Contents {
    /// By the key of depth 0: how deep walks from there went so far.
    var depths: [MaskKey: Int] = [:]
    var masks: [MaskKey: FoundMask] = [:]
    /// The keys of `masks`, the oldest at `oldest`.
    var order: [MaskKey] = []
    var oldest = 0
  }

  private let contents = Mutex(Contents())
  private let longestToken: Int

  /// - Parameter longestToken: in bytes.
  init(longestToken: Int) { self.longestToken = longestToken }

  private func key(_ stacks: ParseStacks, _ depth: Int) -> MaskKey? {
    MaskKey(stacks, depth: depth, longestToken: longestToken)
  }

  func mask(for stacks: ParseStacks) -> FoundMask? {
    guard let surface = key(stacks, 0),
      let depth = contents.withLock({ $0.depths[surface] })
    else { return nil }
    guard depth > 0 else { return contents.withLock { $0.masks[surface] } }
    guard let key = key(stacks, depth) else { return nil }
    return contents.withLock { $0.masks[key] }
  }

  /// - Parameter depth: how deep the walk for this mask went.
  func insert(_ mask: FoundMask, for stacks: ParseStacks, depth: Int) {
    guard let surface = key(stacks, 0) else { return }
    let depth = contents.withLock { contents in
      if contents.depths.count > 8 * Self.capacity { contents.depths.removeAll() }
      let deepest = max(depth, contents.depths[surface] ?? 0)
      contents.depths[surface] = deepest
      return deepest
    }
    guard let key = key(stacks, depth) else { return }
    contents.withLock { contents in
      guard contents.masks.updateValue(mask, forKey: key) == nil else { return }
      if contents.order.count < Self.capacity {
        contents.order.append(key)
      } else {
        contents.masks[contents.order[contents.oldest]] = nil
        contents.order[contents.oldest] = key
        contents.oldest = (contents.oldest + 1) % Self.capacity
      }
    }
  }
}
