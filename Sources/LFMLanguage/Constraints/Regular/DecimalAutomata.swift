/// Automata over unsigned decimals as JSON writes them without an exponent: `0`, `12`, `12.50`.
///
/// Owns comparison with a bound and divisibility, digit by digit. Signs and exponents are `NumberLanguage`'s.
enum DecimalAutomata {
  /// How a number stands to a bound.
  enum Order: Hashable { case less, equal, greater }

  private static let point = 10
  /// Ten digits, then the point.
  private static let symbols: [ScalarSet] =
    (0..<10).map { ScalarSet([0x30 + $0...0x30 + $0]) } + [ScalarSet(Unicode.Scalar("."))]

  /// Where one is while reading a number.
  private enum Phase: Hashable {
    case start
    /// Behind a first 0, which only a point may follow.
    case zero
    case whole
    case point
    case fraction
  }

  private struct Comparison: Hashable {
    var phase = Phase.start
    /// Digits read in the present part, up to one more than the bound has.
    var count = 0
    var order = Order.equal
  }

  /// Numbers that stand in one of `wanted` orders to `bound`, which is not negative.
  static func compared(
    to bound: DecimalNumber, _ wanted: Set<Order>
  ) throws(RegularFailure) -> ScalarAutomaton {
    let whole = bound.wholeDigits
    let fraction = bound.fractionDigits
    func order(_ digit: Int, _ other: UInt8) -> Order {
      digit < Int(other) ? .less : digit == Int(other) ? .equal : .greater
    }
    func ended(_ state: Comparison) -> Order {
      state.count < whole.count ? .less : state.count > whole.count ? .greater : state.order
    }
    func next(_ state: Comparison, _ symbol: Int) -> Comparison? {
      guard let phase = phase(state.phase, symbol) else { return nil }
      var result = state
      result.phase = phase
      switch phase {
      case .start: return nil
      case .point:
        result.order = ended(state)
        result.count = 0
      case .zero, .whole:
        if state.count < whole.count {
          if state.order == .equal { result.order = order(symbol, whole[state.count]) }
          result.count += 1
        } else {
          result.count = whole.count + 1
          result.order = .greater
        }
      case .fraction:
        if state.order != .equal {
          result.count = 0
        } else {
          result.order = order(symbol, state.count < fraction.count ? fraction[state.count] : 0)
          result.count = result.order == .equal ? min(state.count + 1, fraction.count) : 0
        }
      }
      return result
    }
    return try explored(Comparison(), next) { state in
      let order: Order
      switch state.phase {
      case .start, .point: return false
      case .zero, .whole:
        order = ended(state) == .equal && !fraction.isEmpty ? .less : ended(state)
      case .fraction:
        order = state.order == .equal && state.count < fraction.count ? .less : state.order
      }
      return wanted.contains(order)
    }
  }

  /// What a digit or point leads to; `nil` where JSON has none.
  private static func phase(_ phase: Phase, _ symbol: Int) -> Phase? {
    switch (phase, symbol) {
    case (.start, 0): .zero
    case (.start, 1..<10), (.whole, 0..<10): .whole
    case (.zero, point), (.whole, point): .point
    case (.point, 0..<10), (.fraction, 0..<10): .fraction
    default: nil
    }
  }

  private struct Division: Hashable {
    var phase = Phase.start
    var remainder = 0
    /// Digits read behind the point, up to as many as the divisor has.
    var count = 0
  }

  /// The most states that a divisor may take.
  private static let maximumDivisor = 10_000

  /// Multiples of `divisor`, zero among them.
  ///
  /// - Throws: `tooLarge` for divisors of too many digits that are not 0; `syntax` for those that are not above 0.
  static func multiples(of divisor: DecimalNumber) throws(RegularFailure) -> ScalarAutomaton {
    if divisor.isZero || divisor.isNegative {
      throw RegularFailure(.syntax, "multipleOf has to be more than 0")
    }
    let zeros = max(0, divisor.exponent)
    let places = max(0, -divisor.exponent)
    let number = divisor.digits.reduce(0) { min(10_000_000, $0 * 10 + Int($1)) }
    if number * (places + 1) > maximumDivisor {
      throw RegularFailure(
        .tooLarge, "multipleOf has too many digits; use one of fewer digits that are not 0")
    }
    if zeros == 0 { return try multiples(of: number, places: places) }
    // As many zeros as the divisor's stand at the end of each of its multiples but zero.
    let factors = try multiples(of: number, places: 0)
      .intersection(RegularExpression.automaton("[1-9][0-9]*", .whole))
    return try ScalarAutomaton(
      .sequence([
        .choice([
          .text("0"),
          .sequence([
            .language(factors), .repetition(.set(symbols[0]), atLeast: zeros, atMost: zeros),
          ]),
        ]), zeroFraction,
      ]))
  }

  /// A point and zeros, or nothing.
  static let zeroFraction = RegularNode.repetition(
    .sequence([
      .set(symbols[point]), .repetition(.set(symbols[0]), atLeast: 1, atMost: nil),
    ]), atLeast: 0, atMost: 1)

  /// Multiples of `number` times ten to minus `places`.
  private static func multiples(
    of number: Int, places: Int
  ) throws(RegularFailure) -> ScalarAutomaton {
    func next(_ state: Division, _ symbol: Int) -> Division? {
      guard let phase = phase(state.phase, symbol) else { return nil }
      var result = state
      result.phase = phase
      if phase == .point { return result }
      if phase == .fraction {
        if state.count == places { return symbol == 0 ? result : nil }
        result.count += 1
      }
      result.remainder = (state.remainder * 10 + symbol) % number
      return result
    }
    return try explored(Division(), next) { state in
      if state.phase == .start || state.phase == .point { return false }
      let remainder = (state.count..<places).reduce(state.remainder) { rest, _ in rest * 10 % number
      }
      return remainder == 0
    }
  }

  /// The automaton of the states that are reached from `start`.
  private static func explored<Place: Hashable>(
    _ start: Place, _ next: (Place, Int) -> Place?, accepts: (Place) -> Bool
  ) throws(RegularFailure) -> ScalarAutomaton {
    let (alphabet, classes) = ScalarAlphabet.separating(symbols)
    var numbers: [Place: Int32] = [start: 1]
    var order = [start]
    var transitions = [Int32](repeating: 0, count: alphabet.classCount)
    var index = 0
    while index < order.count {
      var row = [Int32](repeating: 0, count: alphabet.classCount)
      for symbol in symbols.indices {
        guard let target = next(order[index], symbol) else { continue }
        if numbers[target] == nil {
          order.append(target)
          numbers[target] = Int32(order.count)
        }
        row[Int(classes[symbol][0])] = numbers[target] ?? 0
      }
      transitions += row
      index += 1
      if order.count > RegularLimits.states { throw .tooManyStates(RegularLimits.states) }
    }
    return AutomatonDraft(
      alphabet: alphabet, transitions: transitions, accepting: [false] + order.map(accepts),
      start: 1
    ).minimized()
  }
}
