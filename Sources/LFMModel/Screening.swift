import CLFMKernels

/// What a sampler asks of the logits of one row when it can do without most of them: the candidates that it may choose,
/// after a repetition penalty, and none of the others.
package struct Screening: Sendable {
  /// Keep what is at least as large as the so-manieth largest: 1 to `Screening.most`; 0: no such bound.
  package var largest: Int
  /// Keep what lies at most this far below the largest; infinity: no such bound. One of the two is needed.
  package var reach: Float
  /// Divides the scores of penalized tokens from 0 on, and multiplies those below.
  package var penalty: Float
  /// A bit for every token of the vocabulary, 64 to a word; empty: none is penalized.
  package var penalized: [UInt64]

  package init(
    largest: Int, reach: Float = .infinity, penalty: Float = 1, penalized: [UInt64] = []
  ) {
    self.largest = largest
    self.reach = reach
    self.penalty = penalty
    self.penalized = penalized
  }

  /// The largest bound on numbers: what is kept of a row has room for four times as many.
  package static let most = 512
}

/// What a screening left of one row. Valid until the next step with the same `LogitsBuffer`.
@safe package struct ScreenedRow {
  /// The first token whose logit is NaN or +∞, if there is one.
  package let unsound: Int32?
  package let count: Int
  let kept: UnsafePointer<lfm_candidate>

  /// A candidate: all that the bounds keep, and a few more; ascending by token.
  ///
  /// - Precondition: `index` in `0..<count`.
  package subscript(index: Int) -> (token: Int32, score: Float) {
    precondition(index >= 0 && index < count, "no such candidate")
    return unsafe (kept[index].token, kept[index].score)
  }
}
