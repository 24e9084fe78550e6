import CLFMKernels
import Testing

/// One set of the fast family on this processor.
@safe struct PackedSet: CustomTestStringConvertible, @unchecked Sendable {
  let name: String
  let kernels: UnsafePointer<lfm_packed_kernels>
  var testDescription: String { name }

  static let all: [PackedSet] = [
    "portable", "avx2", "avxvnni", "avx512vnni", "dotprod", "i8mm",
  ].compactMap {
    guard let kernels = unsafe lfm_packed_kernels_named($0) else { return nil }
    return unsafe PackedSet(name: $0, kernels: kernels)
  }
}

@Suite struct PackedTests {
  static let types = WeightType.all.filter {
    lfm_panel_kind_of(Int32($0.number)) != Int32(LFM_PANEL_NONE.rawValue)
  }

  /// A type, and how the activations are rounded that it is multiplied with.
  struct Rounding: CustomTestStringConvertible, Sendable {
    let type: WeightType
    let isFine: Bool
    var testDescription: String { isFine ? "\(type.name), fine" : type.name }

    /// How many numbers of an activation share a scale.
    var run: Int { type.elements == 32 ? isFine ? 32 : 128 : 256 }

    var kind: Int32 {
      let number = Int32(type.number)
      return isFine ? lfm_fine_panel_kind_of(number) : lfm_panel_kind_of(number)
    }
  }

  /// Each type's own, and the fine one of those that have one.
  static let roundings = types.flatMap { type in
    [Rounding(type: type, isFine: false)]
      + (type.elements == 32 ? [Rounding(type: type, isFine: true)] : [])
  }

  /// Against the dequantised weights and the rounded activations in double precision. Odd numbers of rows, of blocks in a
  /// row, and of columns in the last panel.
  @Test(arguments: PackedSet.all, roundings)
  func agreesWithTheSlowTwin(_ set: PackedSet, _ rounding: Rounding) {
    let type = rounding.type
    var random = Random(state: 17)
    for (rows, blocks) in [(16, 2), (37, 1), (5, 3), (48, 7)] {
      let length = blocks * type.elements
      let matrix = PackedTestMatrix(
        TestMatrix(type, rows: rows, columns: length, &random), rounding.kind)
      for count in [1, 2, 3, 5, 8, 9, 20] {
        let inputs = (0..<count).map { _ in random.floats(length, -3...3) }
        let found = matrix.product(set, inputs)
        var error = 0.0
        var size = 0.0
        for (column, input) in inputs.enumerated() {
          let rounded = roundTrip(input, run: rounding.run)
          for row in 0..<rows {
            var sum = 0.0
            for k in 0..<length {
              sum += Double(matrix.plain.values[row * length + k]) * rounded[k]
            }
            error += (Double(found[column][row]) - sum) * (Double(found[column][row]) - sum)
            size += sum * sum
          }
        }
        #expect(error <= 1e-10 * size, "\(rows) rows of \(length), \(count) columns")
      }
    }
  }

  /// The same bits whatever stands beside a column, and in all sets that multiply and add in one.
  @Test(arguments: roundings)
  func aResultDependsOnItsRowAndColumnAlone(_ rounding: Rounding) {
    let type = rounding.type
    var random = Random(state: 19)
    let length = 3 * type.elements
    let matrix = PackedTestMatrix(
      TestMatrix(type, rows: 21, columns: length, &random), rounding.kind)
    let inputs = (0..<17).map { _ in random.floats(length) }
    var first: [[UInt32]]?
    for set in PackedSet.all {
      let alone = inputs.map { matrix.product(set, [$0])[0].map(\.bitPattern) }
      for count in 2...17 {
        let found = matrix.product(set, Array(inputs.suffix(count))).map { $0.map(\.bitPattern) }
        #expect(found == Array(alone.suffix(count)), "\(set.name), \(count) columns")
      }
      if set.name == "portable" { continue }
      #expect(first == nil || first == alone, "\(set.name)")
      first = alone
    }
  }

  /// Gate and up in one pass are the two products and the gate.
  @Test(arguments: PackedSet.all, types)
  func gateIsTwoProducts(_ set: PackedSet, _ type: WeightType) throws {
    var random = Random(state: 23)
    let length = 2 * type.elements
    let gate = PackedTestMatrix(TestMatrix(type, rows: 20, columns: length, &random))
    let up = PackedTestMatrix(TestMatrix(type, rows: 20, columns: length, &random))
    let inputs = (0..<11).map { _ in random.floats(length) }
    let found = gate.product(set, inputs, gatedWith: up)
    let (a, b) = (gate.product(set, inputs), up.product(set, inputs))
    for column in inputs.indices {
      for row in 0..<20 {
        let x = a[column][row]
        let expected = Double(x) / (1 + exponential(-Double(x))) * Double(b[column][row])
        #expect(abs(Double(found[column][row]) - expected) <= 1e-5 * abs(expected) + 1e-12)
      }
    }
  }

  /// What is not a number in an activation is seen in every result of its column, and in no other.
  @Test(arguments: PackedSet.all, roundings)
  func notANumberSpreads(_ set: PackedSet, _ rounding: Rounding) {
    let type = rounding.type
    var random = Random(state: 29)
    let length = 2 * type.elements
    let matrix = PackedTestMatrix(
      TestMatrix(type, rows: 16, columns: length, &random), rounding.kind)
    for bad in [Float.nan, .infinity] {
      var inputs = (0..<3).map { _ in random.floats(length) }
      let clean = matrix.product(set, inputs)
      inputs[1][5] = bad
      let found = matrix.product(set, inputs)
      #expect(found[0] == clean[0] && found[2] == clean[2])
      #expect(found[1].allSatisfy { !$0.isFinite })
    }
  }

  /// A column and what its rounding left, side by side in one product, are a column of 16 bits.
  @Test(arguments: PackedSet.all, roundings)
  func theRestIsWhatRoundingLeft(_ set: PackedSet, _ rounding: Rounding) {
    let type = rounding.type
    var random = Random(state: 37)
    let length = 3 * type.elements
    let matrix = PackedTestMatrix(
      TestMatrix(type, rows: 24, columns: length, &random), rounding.kind)
    // A few large numbers take most of the 8 bits from the others.
    var input = random.floats(length, -1...1)
    for index in stride(from: 7, to: length, by: 29) { input[index] *= 40 }
    var words = [UInt8](repeating: 0, count: Int(lfm_panel_column_bytes(rounding.kind, length)))
    var rest = [Float](repeating: .nan, count: length)
    unsafe lfm_quantize_column(set.kernels, rounding.kind, input, length, &words)
    unsafe lfm_quantize_rest(set.kernels, rounding.kind, input, length, words, &rest)
    let rounded = roundTrip(input, run: rounding.run)
    for index in 0..<length {
      let expected = Double(input[index]) - rounded[index]
      #expect(abs(Double(rest[index]) - expected) < 1e-5)
    }
    let found = matrix.product(set, [input, rest])
    var (once, twice, size) = (0.0, 0.0, 0.0)
    for row in 0..<24 {
      var sum = 0.0
      for k in 0..<length {
        sum += Double(matrix.plain.values[row * length + k]) * Double(input[k])
      }
      let (first, second) = (Double(found[0][row]), Double(found[1][row]))
      once += (first - sum) * (first - sum)
      twice += (first + second - sum) * (first + second - sum)
      size += sum * sum
    }
    #expect(once > 1e-7 * size, "\(once / size)")
    #expect(twice < 1e-8 * size && twice < once / 1000, "\(twice / size) of \(once / size)")
  }

  /// Whole groups are packed another way than the last rows: the same bytes.
  @Test(arguments: types)
  func packingIsTheSlowTwins(_ type: WeightType) {
    var random = Random(state: 31)
    for blocks in [1, 2, 3, 8] {
      let length = blocks * type.elements
      let rowBytes = blocks * type.bytes
      for rows in [16, 15, 1] {
        let bytes = type.rows(rows, length: length, &random)
        let size = Int(lfm_packed_group_bytes(Int32(type.number), length))
        var fast = [UInt64](repeating: .max, count: size / 8)
        var slow = [UInt64](repeating: 1, count: size / 8)
        unsafe fast.withUnsafeMutableBytes {
          unsafe lfm_pack_group(
            Int32(type.number), bytes, rowBytes, rows, length,
            $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        unsafe slow.withUnsafeMutableBytes {
          unsafe lfm_pack_group_slowly(
            Int32(type.number), bytes, rowBytes, rows, length,
            $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        #expect(fast == slow, "\(rows) rows of \(length)")
      }
    }
  }

  @Test func unpackedTypesHaveNoSize() {
    for type in [LFM_WEIGHT_F32, LFM_WEIGHT_F16, LFM_WEIGHT_BF16] {
      #expect(lfm_packed_group_bytes(Int32(type.rawValue), 256) == 0)
    }
    #expect(lfm_packed_group_bytes(Int32(LFM_WEIGHT_Q4_K.rawValue), 128) == 0)
    #expect(lfm_packed_group_bytes(Int32(LFM_WEIGHT_Q4_0.rawValue), 0) == 0)
    // As many bytes as the checkpoint has: 16 rows of 2048.
    #expect(lfm_packed_group_bytes(Int32(LFM_WEIGHT_Q4_0.rawValue), 2048) == 16 * 64 * 18)
    #expect(lfm_packed_group_bytes(Int32(LFM_WEIGHT_Q6_K.rawValue), 2048) == 16 * 8 * 210)
  }

  /// Activations as the fast family rounds them.
  private func roundTrip(_ input: [Float], run: Int) -> [Double] {
    stride(from: 0, to: input.count, by: run).flatMap { start -> [Double] in
      let block = input[start..<min(start + run, input.count)]
      let most = block.map(abs).max() ?? 0
      let inverse = 127 / most
      let scale = Double(most / 127)
      return block.map { Double(($0 * inverse).rounded(.toNearestOrEven)) * scale }
    }
  }

  private func exponential(_ x: Double) -> Double {
    // exp by its definition as a limit is too coarse; this series converges quickly after halving.
    var term = 1.0
    var sum = 1.0
    let y = x / 1024
    for n in 1...12 {
      term *= y / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}
