// What many rows' surprises and divergences come to: the numbers that llama-perplexity prints, by the same formulas.

/// A mean with its standard error.
struct Estimate: Equatable {
  var value: Double
  var error: Double

  static let none = Estimate(value: .nan, error: .nan)

  /// - Parameters:
  ///   - minimum: fewer values than that have no error.
  init(mean sum: Double, squares: Double, count: Int, atLeast minimum: Int = 2) {
    guard count > 0 else {
      self = .none
      return
    }
    value = sum / Double(count)
    let variance = squares / Double(count) - value * value
    let hasError = variance > 0 && count >= minimum
    error = hasError ? (variance / Double(count - 1)).squareRoot() : 0
  }

  init(value: Double, error: Double) {
    self.value = value
    self.error = error
  }
}

/// Sums over scored rows for the perplexity alone.
struct PerplexitySum {
  private(set) var count = 0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ surprise: Double) {
    count += 1
    sum += surprise
    squares += surprise * surprise
  }

  /// The mean negative logarithm of the probability, in nats.
  var logarithm: Estimate { Estimate(mean: sum, squares: squares, count: count) }

  var perplexity: Estimate { logarithm.exponential }
}

extension Estimate {
  /// e to its power; the error to first order.
  var exponential: Estimate {
    let raised = exponentialOf(value)
    return Estimate(value: raised, error: raised * error)
  }
}

/// Rows compared with those of a base.
struct DivergenceStatistics {
  private(set) var own = PerplexitySum()
  private(set) var base = PerplexitySum()
  private var products = 0.0
  private var sameTop = 0
  private var divergences: [Float] = []
  private var differences: [Float] = []
  private var divergence = (sum: 0.0, squares: 0.0)
  private var difference = (sum: 0.0, squares: 0.0, fourths: 0.0)

  var count: Int { own.count }

  mutating func add(_ row: RowDivergence) {
    own.add(row.surprise)
    base.add(row.baseSurprise)
    products += row.surprise * row.baseSurprise
    if row.hasSameTop { sameTop += 1 }
    divergences.append(Float(row.divergence))
    differences.append(Float(row.probabilityDifference))
    divergence.sum += row.divergence
    divergence.squares += row.divergence * row.divergence
    let square = row.probabilityDifference * row.probabilityDifference
    difference.sum += row.probabilityDifference
    difference.squares += square
    difference.fourths += square * square
  }

  private var covariance: Double {
    guard count >= 2 else { return 0 }
    return (products / Double(count) - own.logarithm.value * base.logarithm.value)
      / Double(count - 1)
  }

  /// The logarithm of the ratio of both perplexities.
  var logarithmOfRatio: Estimate {
    let (a, b) = (own.logarithm, base.logarithm)
    // Rounding may take what is nearly nothing below it.
    let variance = max(0, a.error * a.error + b.error * b.error - 2 * covariance)
    return Estimate(value: a.value - b.value, error: variance.squareRoot())
  }

  var ratio: Estimate { logarithmOfRatio.exponential }

  /// Of the logarithms of both probabilities.
  var correlation: Double {
    let scale = own.logarithm.error * base.logarithm.error
    return scale > 0 ? covariance / scale : .nan
  }

  var meanDivergence: Estimate {
    Estimate(mean: divergence.sum, squares: divergence.squares, count: count)
  }

  /// How many of the top tokens are the base's.
  var sameTopShare: Estimate {
    guard count > 1 else { return .none }
    let share = Double(sameTop) / Double(count)
    return Estimate(
      value: share, error: (share * (1 - share) / Double(count - 1)).squareRoot())
  }

  /// Of the next token's probability.
  var meanDifference: Estimate {
    Estimate(mean: difference.sum, squares: difference.squares, count: count)
  }

  var rootMeanSquareDifference: Estimate {
    let square = Estimate(mean: difference.squares, squares: difference.fourths, count: count)
    let root = square.value.squareRoot()
    return Estimate(value: root, error: root > 0 ? 0.5 / root * square.error : 0)
  }

  /// Values of the rows' divergences at these fractions of all, between neighbours by a straight line.
  func divergencePercentiles(_ fractions: [Double]) -> [Double] {
    Self.percentiles(divergences, fractions)
  }

  func differencePercentiles(_ fractions: [Double]) -> [Double] {
    Self.percentiles(differences, fractions)
  }

  private static func percentiles(_ values: [Float], _ fractions: [Double]) -> [Double] {
    let sorted = values.sorted()
    guard let last = sorted.indices.last else { return fractions.map { _ in .nan } }
    return fractions.map { fraction in
      let place = min(1, max(0, fraction)) * Double(last)
      let index = Int(place)
      let part = place - Double(index)
      return (1 - part) * Double(sorted[index]) + part * Double(sorted[min(index + 1, last)])
    }
  }
}
