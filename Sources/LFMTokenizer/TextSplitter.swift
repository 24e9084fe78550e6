// Finds every special and user-defined token of a text, a bounded amount of work at a time.

/// Cuts a text at its added tokens: special ones in a first pass where they are parsed, user-defined ones in a second, in what is left.
struct TextSplitter: Sendable {
  private enum Pass { case control, userDefined, done }

  /// The tokens found or given, ascending, not overlapping.
  private(set) var matches: [TokenMatch]

  private let parsesSpecialTokens: Bool
  private var pass: Pass
  /// Where the search goes on in the text, and which match of the pass before lies next.
  private var position = 0
  private var nextBarrier = 0
  private var barriers: [TokenMatch] = []

  /// - Parameter fixed: tokens that stand in the text already, ascending, between two scalars, their ranges empty.
  init(fixed: [TokenMatch]) {
    matches = []
    barriers = fixed
    parsesSpecialTokens = false
    pass = .userDefined
  }

  init(parsesSpecialTokens: Bool) {
    matches = []
    self.parsesSpecialTokens = parsesSpecialTokens
    pass = parsesSpecialTokens ? .control : .userDefined
  }

  /// Searches on. Subtracts from `budget` about one for each byte, until it is spent.
  ///
  /// - Returns: whether `matches` is complete.
  mutating func step(_ text: Span<UInt8>, _ added: AddedTokens, budget: inout Int) -> Bool {
    while budget > 0 && pass != .done {
      let matcher =
        switch pass {
        case .control: added.control
        default: parsesSpecialTokens ? added.userDefined : added.words
        }
      if matcher.isEmpty { skipPass(text.count) } else { search(text, matcher, &budget) }
    }
    return pass == .done
  }

  private mutating func search(_ text: Span<UInt8>, _ matcher: TextMatcher, _ budget: inout Int) {
    let barrier = nextBarrier < barriers.count ? barriers[nextBarrier] : nil
    let limit = barrier?.range.lowerBound ?? text.count
    let end = min(limit, position + budget)
    if let match = matcher.first(in: text, starts: position..<end, limit: limit) {
      matches.append(match)
      budget -= match.range.upperBound - position
      position = match.range.upperBound
      return
    }
    budget -= end - position
    position = end
    guard position == limit else { return }
    if let barrier {
      matches.append(barrier)
      position = barrier.range.upperBound
      nextBarrier += 1
      budget -= 1
    } else {
      endPass()
    }
  }

  /// A pass that seeks nothing leaves all as it is.
  private mutating func skipPass(_ count: Int) {
    matches += barriers[nextBarrier...]
    endPass()
  }

  private mutating func endPass() {
    guard pass == .control else {
      pass = .done
      barriers = []
      return
    }
    barriers = matches
    matches = []
    position = 0
    nextBarrier = 0
    pass = .userDefined
  }
}
