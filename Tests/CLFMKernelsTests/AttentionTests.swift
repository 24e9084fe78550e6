import CLFMKernels
import Foundation
import Testing

@Suite struct AttentionTests {
  /// Pages of one head: keys and values of `positions`, the rest NaN.
  struct Pages {
    let headDimension: Int
    let element: Int32
    var bytes: [[UInt8]]

    /// Bytes of the keys, or of the values, their scales included.
    var half: Int { lfm_key_bytes(element, headDimension) + (element >= 2 ? 256 : 0) }

    init(_ set: InstructionSet, _ keys: [[Float]], _ values: [[Float]], element: Int32) {
      headDimension = keys[0].count
      self.element = element
      bytes = []
      let half = half
      bytes = (0..<(keys.count + 63) / 64).map { _ in
        [UInt8](repeating: 0xFF, count: 2 * half)
      }
      for position in keys.indices {
        unsafe bytes[position / 64].withUnsafeMutableBufferPointer { page in
          unsafe lfm_store_key_value(
            set.kernels, page.baseAddress!, page.baseAddress! + half, element, position % 64,
            keys[position].count, keys[position], values[position])
        }
      }
    }

    /// Results of the group of heads of each of `rows`, the first of which sees `positions`.
    ///
    /// - Parameter inParts: each segment apart, and then joined.
    func attend(
      _ set: InstructionSet, _ queries: [Float], group: Int, positions: Int, rows: Int = 1,
      scale: Float, inParts: Bool = false
    ) -> [Float] {
      let stride = group * headDimension
      var out = [Float](repeating: .nan, count: queries.count)
      var scratch = [Float](
        repeating: .nan, count: lfm_attention_scratch(rows * group, headDimension))
      let segments = lfm_attention_segments(positions + rows - 1)
      let distance = rows * group * lfm_attention_record(headDimension)
      var records = [Float](repeating: .nan, count: segments * distance)
      var bases: [UnsafeMutablePointer<UInt8>?] = unsafe []
      for page in bytes {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: page.count)
        unsafe copy.initialize(from: page, count: page.count)
        unsafe bases.append(copy)
      }
      unsafe queries.withUnsafeBufferPointer { queries in
        unsafe out.withUnsafeMutableBufferPointer { out in
          unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            unsafe bases.withUnsafeBufferPointer { bases in
              var job = unsafe lfm_attention_job(
                queries: queries.baseAddress, query_stride: stride, rows: rows, group: group,
                head_dim: headDimension, pages: bases.baseAddress, key_offset: 0,
                value_offset: half, element: element, positions: positions, scale: scale,
                output: out.baseAddress, output_stride: stride, scratch: scratch.baseAddress)
              guard inParts else { return unsafe lfm_attention(set.kernels, &job) }
              for segment in (0..<segments).reversed() {
                unsafe records.withUnsafeMutableBufferPointer { records in
                  unsafe lfm_attention_part(
                    set.kernels, &job, segment, records.baseAddress! + segment * distance)
                }
              }
              unsafe lfm_attention_join(set.kernels, &job, records, distance)
            }
          }
        }
      }
      for index in unsafe bases.indices { unsafe bases[index]?.deallocate() }
      return out
    }
  }

  /// What a page holds of a vector.
  static func stored(_ vector: [Float], _ element: Int32) -> [Float] {
    switch element {
    case 0: return vector
    case 1: return vector.map { Float(Float16($0)) }
    default:
      let limit: Float = element == 2 ? 127 : 4095
      let largest = vector.reduce(0) { max($0, abs($1)) }
      guard largest > 0 else { return vector }
      return vector.map {
        ($0 * (limit / largest)).rounded(.toNearestOrEven) * (largest / limit)
      }
    }
  }

  /// Of integers, the query and each page's weights are rounded as they are there.
  static func truth(
    _ query: ArraySlice<Float>, _ keys: ArraySlice<[Float]>, _ values: ArraySlice<[Float]>,
    _ scale: Float, _ element: Int32
  ) -> [Double] {
    let query = element == 3 ? stored(Array(query), 3) : Array(query)
    let scores = keys.map { key in
      zip(query, key).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * Double(scale)
    }
    let highest = scores.max()!
    var weights = scores.map { exp($0 - highest) }
    let total = weights.reduce(0, +)
    if element == 3 {
      let scales = values.map { value in Double(value.map(abs).max()! / 4095) }
      for page in stride(from: 0, to: weights.count, by: 64) {
        let positions = page..<min(page + 64, weights.count)
        let unit = positions.map { weights[$0] * scales[$0] }.max()! / 8191
        for position in positions {
          let whole = (weights[position] * scales[position] / unit).rounded(.toNearestOrEven)
          weights[position] = whole * unit / scales[position]
        }
      }
    }
    return (0..<values.first!.count).map { d in
      zip(weights, values).reduce(0.0) { $0 + $1.0 * Double($1.1[d]) } / total
    }
  }

  @Test(arguments: InstructionSet.all, [Int32(0), 1, 2, 3])
  func agreesWithTheSlowTwin(_ set: InstructionSet, _ element: Int32) {
    var random = Random(state: 21)
    for (dimension, group) in [(2, 1), (6, 3), (16, 4), (36, 5), (64, 4), (64, 9)] {
      var keys = (0..<200).map { _ in random.floats(dimension, -2...2) }
      var values = (0..<200).map { _ in random.floats(dimension) }
      keys = keys.map { Self.stored($0, element) }
      values = values.map { Self.stored($0, element) }
      let queries = random.floats(group * dimension, -2...2)
      let scale = 1 / Float(dimension).squareRoot()
      for positions in [1, 2, 63, 64, 65, 128, 200] {
        // Only what is attended to is stored: all else is NaN.
        let pages = Pages(
          set, Array(keys.prefix(positions)), Array(values.prefix(positions)), element: element)
        let found = pages.attend(
          set, queries, group: group, positions: positions, scale: scale)
        for head in 0..<group {
          let expected = Self.truth(
            queries[head * dimension..<(head + 1) * dimension], keys.prefix(positions),
            values.prefix(positions), scale, element)
          // A weight that lies between two integers may go to either.
          let tolerance = element == 3 ? 1.5e-4 : 2e-6
          for d in 0..<dimension {
            #expect(OperationTests.near(found[head * dimension + d], expected[d], tolerance))
          }
        }
        // A head's result is its own: alone, and among others.
        let last = pages.attend(
          set, Array(queries.suffix(dimension)), group: 1, positions: positions, scale: scale)
        #expect(last.map(\.bitPattern) == found.suffix(dimension).map(\.bitPattern))
      }
    }
  }

  /// A row's bits are the same alone and with others, whatever is stored after it, and in parts: across a segment's
  /// end, pages' ends and odd numbers of rows. What nobody may see is infinite.
  @Test(arguments: InstructionSet.all, [Int32(0), 1, 2, 3])
  func rowsAreTheSameTogether(_ set: InstructionSet, _ element: Int32) {
    var random = Random(state: 22)
    for (dimension, group, first, rows) in [
      (64, 4, 1, 67), (64, 4, 4050, 70), (20, 3, 60, 9), (16, 1, 4096, 1), (64, 5, 8190, 5),
    ] {
      let count = first + rows - 1
      let keys = (0..<count).map { _ in random.floats(dimension, -2...2) }
      let values = (0..<count).map { _ in random.floats(dimension) }
      let queries = random.floats(rows * group * dimension, -2...2)
      let pages = Pages(set, keys, values, element: element)
      let together = pages.attend(
        set, queries, group: group, positions: first, rows: rows, scale: 0.25)
      let inParts = pages.attend(
        set, queries, group: group, positions: first, rows: rows, scale: 0.25, inParts: true)
      #expect(together.map(\.bitPattern) == inParts.map(\.bitPattern))
      let areFinite = together.allSatisfy { $0.isFinite }
      #expect(areFinite)
      for row in Set([0, 1, 2, rows / 2, rows - 1]).filter({ $0 < rows }) {
        let seen = first + row
        // Beside it in its page stand infinities, and nothing at all.
        let poison = [Float](repeating: .infinity, count: dimension)
        let alone = Pages(
          set, keys.prefix(seen) + [poison], values.prefix(seen) + [poison], element: element
        ).attend(
          set, Array(queries[row * group * dimension..<(row + 1) * group * dimension]),
          group: group, positions: seen, scale: 0.25)
        #expect(
          alone.map(\.bitPattern)
            == together[row * group * dimension..<(row + 1) * group * dimension].map(\.bitPattern),
          "row \(row) of \(rows)")
      }
    }
  }

  /// Scores far below the largest weigh nothing, equal ones the same; what is not a number, whatever its bits, makes a
  /// row none that could be taken for a result, and leaves the rows beside it alone.
  @Test(arguments: InstructionSet.all, [Int32(0), 1, 2, 3])
  func extremeScores(_ set: InstructionSet, _ element: Int32) {
    let dimension = 16
    var random = Random(state: 57)
    let values = (0..<70).map { _ in Self.stored(random.floats(dimension), element) }
    var keys = [[Float]](repeating: Self.stored(random.floats(dimension), element), count: 70)
    let query = random.floats(dimension, 1...2)
    func attend(_ queries: [Float], _ group: Int) -> [Float] {
      Pages(set, keys, values, element: element).attend(
        set, queries, group: group, positions: 70, scale: 1)
    }
    let equal = attend(query, 1)
    for d in 0..<dimension {
      let mean = values.reduce(0.0) { $0 + Double($1[d]) } / 70
      #expect(OperationTests.near(equal[d], mean, element == 3 ? 1e-4 : 2e-6))
    }
    for size in [Float(4), 40, 400] {
      keys = keys.indices.map { [Float](repeating: $0 == 31 ? size : -size, count: dimension) }
      let found = attend(query, 1)
      for d in 0..<dimension {
        #expect(OperationTests.near(found[d], Double(values[31][d]), element == 3 ? 1e-4 : 2e-6))
      }
      for bits in [UInt32(0x7FC0_0000), 0x7FFF_FFFF, 0xFFFF_FFFF, 0x7F80_0000] {
        var bad = query
        bad[3] = Float(bitPattern: bits)
        let both = attend(query + bad, 2)
        #expect(both.prefix(dimension).elementsEqual(found))
        // An infinite query has infinite scores of both signs here: their largest is no number to compare with.
        #expect(both.suffix(dimension).allSatisfy { !$0.isFinite }, "\(String(bits, radix: 16))")
      }
    }
  }

  /// Attention from bytes, as a part of its own from floats: the price of a quarter of the memory.
  @Test(arguments: InstructionSet.all)
  func bytesCostLittle(_ set: InstructionSet) {
    var random = Random(state: 23)
    let keys = (0..<700).map { _ in random.floats(64, -2...2) }
    let values = (0..<700).map { _ in random.floats(64) }
    let queries = random.floats(4 * 64, -2...2)
    func attend(_ element: Int32) -> [Float] {
      Pages(set, keys, values, element: element)
        .attend(set, queries, group: 4, positions: 700, scale: 0.125)
    }
    let truth = attend(0)
    let power = truth.reduce(0) { $0 + $1 * $1 }
    func error(_ found: [Float]) -> Float {
      zip(found, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / power
    }
    #expect(error(attend(1)) < 1e-6)
    #expect(error(attend(2)) < 2e-4)
    #expect(error(attend(3)) < 1e-6)
    #expect(error(attend(2)) > error(attend(1)))
  }

  /// Halves are rounded as the hardware does, in every instruction set.
  @Test(arguments: InstructionSet.all)
  func halvesAreRoundedToEven(_ set: InstructionSet) {
    let samples: [Float] = [
      0, -0.0, 1, 1.0009765625, 1.00048828125, 1.00146484375, 65504, 65519.99, 65520, -1e9, 6e-8,
      2.98e-8, 2.9802322e-8, 1e-10, 6.1e-5, 0.33333, -2.5e-6, .infinity,
    ]
    let pages = Pages(set, samples.map { [$0, $0] }, samples.map { [$0, $0] }, element: 1)
    for (position, sample) in samples.enumerated() {
      let at = 2 * 64 * 2 + position * 2 * 2
      let stored = UInt16(pages.bytes[0][at]) | UInt16(pages.bytes[0][at + 1]) << 8
      #expect(stored == Float16(sample).bitPattern, "\(sample)")
    }
  }
}
