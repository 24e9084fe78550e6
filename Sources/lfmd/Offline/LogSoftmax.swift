// From a row of logits to probabilities: what perplexity and divergence are made of. In the precision of llama-perplexity
// (exponentials in 32 bits, their sum in 64), so that its numbers and its files mean the same here.

import Glibc

/// What a row of logits says of all tokens.
struct LogSoftmax {
  let largest: Float
  /// The token that has it; the first one where several do.
  let top: Int
  /// The logarithm of the sum of all exponentials, each of its logit less the largest.
  let logSum: Double

  init(_ logits: Span<Float>) {
    var largest = logits[0]
    var top = 0
    for index in 1..<logits.count where logits[index] > largest {
      largest = logits[index]
      top = index
    }
    var sum = 0.0
    for index in logits.indices { sum += Double(expf(logits[index] - largest)) }
    self.largest = largest
    self.top = top
    logSum = log(sum)
  }

  /// The negative logarithm of a token's probability.
  func surprise(of logit: Float) -> Double { logSum - Double(logit - largest) }
}

/// All logarithms of probabilities of one row in 16 bits each, as llama-perplexity's files keep them: a scale and a
/// smallest value (two floats, in the place of four numbers), then one number a token, and one of padding where their
/// count is odd. What is less likely than the top token by more than e^16 becomes the smallest value.
enum PackedLogProbabilities {
  /// 16-bit numbers of a row.
  static func stride(vocabulary: Int) -> Int { 2 * ((vocabulary + 1) / 2) + 4 }

  /// Packs a row.
  static func pack(
    _ logits: Span<Float>, _ softmax: LogSoftmax, to row: inout MutableSpan<UInt16>
  ) {
    var smallest = logits[0]
    for index in logits.indices where logits[index] < smallest { smallest = logits[index] }
    smallest = max(smallest, softmax.largest - 16)
    let scale = (softmax.largest - smallest) / 65535
    put(scale, at: 0, to: &row)
    put(smallest - softmax.largest - Float(softmax.logSum), at: 2, to: &row)
    let inverse = scale > 0 ? 1 / scale : 0
    for index in logits.indices {
      let steps = (inverse * (logits[index] - smallest)).rounded(.toNearestOrEven)
      // Logits that are no numbers must not end the program.
      row[4 + index] = steps > 0 ? UInt16(min(steps, 65535)) : 0
    }
    for index in (4 + logits.count)..<max(4 + logits.count, row.count) { row[index] = 0 }
  }

  /// A row's scale and smallest value.
  static func scale(of row: Span<UInt16>) -> (scale: Float, smallest: Float) {
    (
      Float(bitPattern: UInt32(row[0]) | UInt32(row[1]) << 16),
      Float(bitPattern: UInt32(row[2]) | UInt32(row[3]) << 16)
    )
  }

  private static func put(_ value: Float, at index: Int, to row: inout MutableSpan<UInt16>) {
    row[index] = UInt16(truncatingIfNeeded: value.bitPattern)
    row[index + 1] = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
  }
}

/// How one row's distribution differs from another one of the same token.
struct RowDivergence {
  /// The negative logarithms of the next token's probability.
  var surprise = 0.0
  var baseSurprise = 0.0
  /// Kullback and Leibler's divergence of the row from the base, in nats.
  var divergence = 0.0
  /// What the row gives the next token more than the base does.
  var probabilityDifference = 0.0
  var hasSameTop = false

  init() {}

  /// - Parameters:
  ///   - base: a packed row of the same vocabulary.
  ///   - next: the token that came next.
  init(_ logits: Span<Float>, base: Span<UInt16>, next: Int) {
    let softmax = LogSoftmax(logits)
    let (scale, smallest) = PackedLogProbabilities.scale(of: base)
    let normal = softmax.largest + Float(softmax.logSum)
    surprise = Double(normal - logits[next])
    baseSurprise = Double(-(scale * Float(base[4 + next]) + smallest))
    var sum = 0.0
    var top = 0
    for index in logits.indices {
      let steps = base[4 + index]
      if steps > base[4 + top] { top = index }
      let logBase = scale * Float(steps) + smallest
      // Below that it adds nothing, and its value was cut off.
      if logBase > -16 { sum += Double(expf(logBase) * (logBase - logits[index] + normal)) }
    }
    divergence = sum
    hasSameTop = top == softmax.top
    probabilityDifference = Double(expf(Float(-surprise)) - expf(Float(-baseSurprise)))
  }
}
