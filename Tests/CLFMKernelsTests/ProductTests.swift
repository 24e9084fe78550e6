import CLFMKernels
import Testing

@Suite struct ProductTests {
  /// The vector code against the format's own dequantisation, bit for bit.
  @Test(arguments: InstructionSet.all, WeightType.all)
  func rowsDequantiseExactly(_ set: InstructionSet, _ type: WeightType) {
    var random = Random(state: 7)
    for length in type.lengths {
      let matrix = TestMatrix(type, rows: 5, columns: length, &random)
      for row in 0..<5 {
        let padded = (length + 15) / 16 * 16
        var out = [Float](repeating: .nan, count: padded)
        unsafe matrix.withMatrix { unsafe lfm_dequantize_row(set.kernels, $0, row, &out) }
        let expected = matrix.values[row * length..<(row + 1) * length].map(\.bitPattern)
        #expect(out.prefix(length).map(\.bitPattern) == Array(expected), "length \(length)")
        #expect(out.dropFirst(length).allSatisfy { $0 == 0 })
      }
    }
  }

  /// Against two loops in double precision.
  @Test(arguments: InstructionSet.ofAllProcessors, WeightType.all)
  func agreesWithTheSlowTwin(_ set: InstructionSet, _ type: WeightType) {
    var random = Random(state: 11)
    for length in type.lengths {
      let matrix = TestMatrix(type, rows: 23, columns: length, &random)
      let inputs = (0..<9).map { _ in random.floats(length) }
      let found = matrix.product(set, inputs, chunk: 23)
      for (column, input) in inputs.enumerated() {
        for row in 0..<23 {
          var sum = 0.0
          var size = 0.0
          for k in 0..<length {
            let term = Double(matrix.values[row * length + k]) * Double(input[k])
            sum += term
            size += abs(term)
          }
          #expect(abs(Double(found[column][row]) - sum) <= 1e-6 * size + 1e-30)
        }
      }
    }
  }

  /// The same bits whatever the neighbours: number of columns, chunks of rows, position in a tile.
  @Test(arguments: InstructionSet.ofAllProcessors, WeightType.all)
  func aResultDependsOnItsRowAndColumnAlone(_ set: InstructionSet, _ type: WeightType) {
    var random = Random(state: 13)
    for length in type.lengths {
      let matrix = TestMatrix(type, rows: 37, columns: length, &random)
      let inputs = (0..<61).map { _ in random.floats(length) }
      let alone = inputs.map { matrix.product(set, [$0], chunk: 1)[0].map(\.bitPattern) }
      for count in [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 49, 61] {
        for chunk in [1, 3, 16, 37] {
          let picked = Array(inputs.suffix(count))
          let found = matrix.product(set, picked, chunk: chunk).map { $0.map(\.bitPattern) }
          #expect(
            found == Array(alone.suffix(count)), "\(count) columns of \(length), chunk \(chunk)")
        }
      }
    }
  }

  /// AVX2 and AVX-512 have the same lanes, and so the same bits.
  @Test func theVectorSetsAgree() {
    let sets = InstructionSet.ofAllProcessors.filter { $0.name.hasPrefix("avx") }
    var random = Random(state: 17)
    for type in WeightType.all {
      let matrix = TestMatrix(type, rows: 9, columns: type.lengths.last!, &random)
      let inputs = (0..<7).map { _ in random.floats(matrix.columns) }
      let results = sets.map { matrix.product($0, inputs, chunk: 9).map { $0.map(\.bitPattern) } }
      for result in results.dropFirst() { #expect(result == results[0], "\(type.name)") }
    }
  }

  @Test func unknownNamesAreRefused() {
    for name in ["", "sse9", "AVX2", "avx51"] {
      #expect(unsafe lfm_kernels_named(name) == nil)
    }
    #expect(unsafe lfm_kernels_named("exact") != nil)
  }
}
