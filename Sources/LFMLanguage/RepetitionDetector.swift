import LFMTokenizer

/// Notices that a generation has fallen into a loop: its last tokens are one short piece, over and over.
///
/// Owns when a tail counts as a loop. A piece of p tokens must have come `repeats` times in a row, and the whole must be at least
/// `minimumTokens` long: a ruler of dashes, a list, a table or a loop written in code repeats less, or with differences.
/// For every period one counter tells how long the tail has been periodic, so a token costs one comparison a period.
package struct RepetitionDetector: Sendable {
  /// What counts as a loop.
  package struct Limits: Hashable, Sendable {
    /// The longest piece, in tokens.
    package var longestPeriod: Int
    /// How often a piece must have come in a row.
    package var repeats: Int
    /// How many tokens the repetitions must make up.
    package var minimumTokens: Int

    /// Values below their least (1, 3 and 1) are raised to it.
    package init(longestPeriod: Int = 128, repeats: Int = 6, minimumTokens: Int = 256) {
      self.longestPeriod = min(max(longestPeriod, 1), 1024)
      self.repeats = max(repeats, 3)
      self.minimumTokens = max(minimumTokens, 1)
    }
  }

  /// A tail that repeats.
  package struct Loop: Hashable, Sendable {
    /// Tokens of the piece.
    package let period: Int
    /// Tokens of the tail that is made of it, the first time included.
    package let length: Int

    package init(period: Int, length: Int) {
      self.period = period
      self.length = length
    }
  }

  package let limits: Limits
  /// The last tokens, in a ring.
  private var recent: [TokenID] = []
  private var position = 0
  /// For each period, from 1: how many of the last tokens equal the one a period before.
  private var runs: [Int]

  package init(limits: Limits = Limits()) {
    self.limits = limits
    runs = [Int](repeating: 0, count: limits.longestPeriod)
    recent.reserveCapacity(limits.longestPeriod)
  }

  /// Takes the next token.
  ///
  /// - Returns: the loop that the tail is now, with the shortest period; `nil` if it is none.
  package mutating func append(_ token: TokenID) -> Loop? {
    var loop: Loop?
    let count = recent.count
    for period in 1...limits.longestPeriod {
      guard period <= count else { break }
      let index = position >= period ? position - period : position - period + count
      if recent[index] == token {
        runs[period - 1] += 1
        if loop == nil, isLoop(period) {
          loop = Loop(period: period, length: runs[period - 1] + period)
        }
      } else {
        runs[period - 1] = 0
      }
    }
    if count < limits.longestPeriod {
      recent.append(token)
      position = (position + 1) % limits.longestPeriod
    } else {
      recent[position] = token
      position = (position + 1) % count
    }
    return loop
  }

  private func isLoop(_ period: Int) -> Bool {
    let length = runs[period - 1] + period
    return length >= limits.minimumTokens && length >= period * limits.repeats
  }
}
