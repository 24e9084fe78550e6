import CLFMKernels
import Foundation
import Testing

@Suite struct AttentionTests {
  /// Pages of one head: keys and values of `positions`, the rest NaN.
  struct Pages {
    let headDimension: Int
    let element: Int32
    var bytes: [[UInt8]]

    init(_ set: InstructionSet, _ keys: [[Float]], _ values: [[Float]], element: Int32) {
      headDimension = keys[0].count
      self.element = element
      let width = element == 0 ? 4 : 2
      let half = keys[0].count * 64 * width
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

    /// Results of a group of heads for the first `positions`.
    func attend(
      _ set: InstructionSet, _ queries: [Float], group: Int, positions: Int, scale: Float
    ) -> [Float] {
      let width = element == 0 ? 4 : 2
      var out = [Float](repeating: .nan, count: queries.count)
      var scratch = [Float](
        repeating: .nan, count: Int(LFM_ATTENTION_HEADS) * (64 + headDimension + 16))
      var copies = bytes
      var bases: [UnsafeMutablePointer<UInt8>?] = unsafe []
      for index in copies.indices {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: copies[index].count)
        unsafe copy.initialize(from: copies[index], count: copies[index].count)
        unsafe bases.append(copy)
      }
      copies = []
      unsafe queries.withUnsafeBufferPointer { queries in
        unsafe out.withUnsafeMutableBufferPointer { out in
          unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            unsafe bases.withUnsafeBufferPointer { bases in
              var job = unsafe lfm_attention_job(
                queries: queries.baseAddress, group: group, head_dim: headDimension,
                pages: bases.baseAddress, key_offset: 0,
                value_offset: headDimension * 64 * width, element: element,
                positions: positions, scale: scale, output: out.baseAddress,
                scratch: scratch.baseAddress)
              unsafe lfm_attention(set.kernels, &job)
            }
          }
        }
      }
      for index in unsafe bases.indices { unsafe bases[index]?.deallocate() }
      return out
    }
  }

  static func truth(
    _ query: ArraySlice<Float>, _ keys: ArraySlice<[Float]>, _ values: ArraySlice<[Float]>,
    _ scale: Float
  ) -> [Double] {
    let scores = keys.map { key in
      zip(query, key).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * Double(scale)
    }
    let highest = scores.max()!
    let weights = scores.map { exp($0 - highest) }
    let total = weights.reduce(0, +)
    return (0..<values.first!.count).map { d in
      zip(weights, values).reduce(0.0) { $0 + $1.0 * Double($1.1[d]) } / total
    }
  }

  @Test(arguments: InstructionSet.all, [Int32(0), 1])
  func agreesWithTheSlowTwin(_ set: InstructionSet, _ element: Int32) {
    var random = Random(state: 21)
    for (dimension, group) in [(2, 1), (6, 3), (16, 4), (36, 5), (64, 4), (64, 9)] {
      var keys = (0..<200).map { _ in random.floats(dimension, -2...2) }
      var values = (0..<200).map { _ in random.floats(dimension) }
      if element == 1 {
        // What a page can hold: 11 bits.
        keys = keys.map { $0.map { Float(Float16($0)) } }
        values = values.map { $0.map { Float(Float16($0)) } }
      }
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
            values.prefix(positions), scale)
          for d in 0..<dimension {
            #expect(OperationTests.near(found[head * dimension + d], expected[d]))
          }
        }
        // A head's result is its own: alone, and among others.
        let last = pages.attend(
          set, Array(queries.suffix(dimension)), group: 1, positions: positions, scale: scale)
        #expect(last.map(\.bitPattern) == found.suffix(dimension).map(\.bitPattern))
      }
    }
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
