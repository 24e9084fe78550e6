import CLFMKernels
import Testing

/// One instruction set of this processor.
@safe struct InstructionSet: CustomTestStringConvertible, @unchecked Sendable {
  let name: String
  let kernels: UnsafePointer<lfm_kernels>
  var testDescription: String { name }

  static let all: [InstructionSet] = [
    "plain", "avx2", "avx512", "avx512vnni", "neon",
  ].compactMap { name in
    guard let kernels = unsafe lfm_kernels_named(name) else { return nil }
    return unsafe InstructionSet(name: name, kernels: kernels)
  }

  /// These, and what they are on processors where one column takes as many rows side by side as here it does not.
  static let ofAllProcessors = all + all.map { $0.turned() }

  private func turned() -> InstructionSet {
    let copy = UnsafeMutablePointer<lfm_kernels>.allocate(capacity: 1)
    unsafe copy.initialize(to: kernels.pointee)
    unsafe copy.pointee.two_rows = unsafe 1 - kernels.pointee.two_rows
    return unsafe InstructionSet(name: name + ", turned", kernels: UnsafePointer(copy))
  }
}

/// Numbers that are the same on every run.
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }
}

/// A weight type as the tests make rows of it.
struct WeightType: CustomTestStringConvertible, Sendable {
  let name: String
  let number: UInt32
  let elements: Int
  let bytes: Int
  /// Where a block's f16 scales lie.
  let scales: [Int]
  var testDescription: String { name }
  /// Lengths of rows that its blocks allow, odd ones where they can be.
  var lengths: [Int] {
    switch elements {
    case 1: [1, 15, 16, 17, 60, 130]
    case 32: [32, 96, 1792]
    default: [256, 768]
    }
  }

  static let f16 = WeightType(name: "F16", number: 1, elements: 1, bytes: 2, scales: [])
  static let bf16 = WeightType(name: "BF16", number: 30, elements: 1, bytes: 2, scales: [])
  static let all = [
    WeightType(name: "F32", number: 0, elements: 1, bytes: 4, scales: []), f16, bf16,
    WeightType(name: "Q8_0", number: 8, elements: 32, bytes: 34, scales: [0]),
    WeightType(name: "Q4_0", number: 2, elements: 32, bytes: 18, scales: [0]),
    WeightType(name: "Q4_K", number: 12, elements: 256, bytes: 144, scales: [0, 2]),
    WeightType(name: "Q5_K", number: 13, elements: 256, bytes: 176, scales: [0, 2]),
    WeightType(name: "Q6_K", number: 14, elements: 256, bytes: 210, scales: [208]),
    WeightType(name: "Q4_1", number: 3, elements: 32, bytes: 20, scales: [0, 2]),
    WeightType(name: "Q5_0", number: 6, elements: 32, bytes: 22, scales: [0]),
    WeightType(name: "Q5_1", number: 7, elements: 32, bytes: 24, scales: [0, 2]),
    WeightType(name: "Q2_K", number: 10, elements: 256, bytes: 84, scales: [80, 82]),
    WeightType(name: "Q3_K", number: 11, elements: 256, bytes: 110, scales: [108]),
    WeightType(name: "IQ4_NL", number: 20, elements: 32, bytes: 18, scales: [0]),
    WeightType(name: "IQ4_XS", number: 23, elements: 256, bytes: 136, scales: [0]),
    WeightType(name: "MXFP4", number: 39, elements: 32, bytes: 17, scales: []),
  ]

  /// Random rows whose weights are small numbers.
  func rows(_ count: Int, length: Int, _ random: inout Random) -> [UInt8] {
    var bytes = (0..<count * length / elements * self.bytes).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
    for block in 0..<count * length / elements {
      let at = block * self.bytes
      switch number {
      case 0:
        let value = Float.random(in: -1...1, using: &random).bitPattern
        for i in 0..<4 { bytes[at + i] = UInt8(value >> (8 * UInt32(i)) & 255) }
      case 1: bytes[at + 1] = bytes[at + 1] & 0x83 | 0x34
      case 30: bytes[at + 1] = bytes[at + 1] & 0x80 | 0x3E
      case 39: bytes[at] = 0x79 | bytes[at] & 3
      default: for scale in scales { bytes[at + scale + 1] = bytes[at + scale + 1] & 0x83 | 0x14 }
      }
    }
    return bytes
  }

  /// What the rows mean, by the slow twin of the dequantisation.
  func values(_ rows: [UInt8]) -> [Float] {
    let blocks = rows.count / bytes
    return unsafe [Float](unsafeUninitializedCapacity: blocks * elements) { buffer, count in
      unsafe lfm_dequantize_baseline_for(number)?(rows, blocks, buffer.baseAddress!)
      count = blocks * elements
    }
  }
}

/// A matrix of weights in memory of its own, and calls of the product on it.
struct TestMatrix {
  let type: WeightType
  let rows: Int
  let columns: Int
  let bytes: [UInt8]
  let values: [Float]

  init(_ type: WeightType, rows: Int, columns: Int, _ random: inout Random) {
    self.type = type
    self.rows = rows
    self.columns = columns
    bytes = type.rows(rows, length: columns, &random)
    values = type.values(bytes)
  }

  func withMatrix<R>(_ body: (UnsafePointer<lfm_matrix>) -> R) -> R {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var matrix = unsafe lfm_matrix(
        data: buffer.baseAddress, row_bytes: columns / type.elements * type.bytes,
        columns: columns, type: Int32(type.number))
      return unsafe body(&matrix)
    }
  }

  /// outputs[column][row], the rows computed in runs of `chunk`.
  func product(_ set: InstructionSet, _ inputs: [[Float]], chunk: Int) -> [[Float]] {
    let flat = inputs.flatMap { $0 }
    var out = [Float](repeating: .nan, count: inputs.count * rows)
    var scratch = [Float](
      repeating: .nan, count: Int(lfm_product_scratch(columns)))
    unsafe flat.withUnsafeBufferPointer { flat in
      unsafe out.withUnsafeMutableBufferPointer { out in
        let from: [UnsafePointer<Float>?] = unsafe inputs.indices.map {
          unsafe flat.baseAddress! + $0 * columns
        }
        let to: [UnsafeMutablePointer<Float>?] = unsafe inputs.indices.map {
          unsafe out.baseAddress! + $0 * rows
        }
        unsafe withMatrix { matrix in
          for begin in stride(from: 0, to: rows, by: chunk) {
            unsafe lfm_product(
              set.kernels, matrix, begin, min(begin + chunk, rows), from, to, inputs.count,
              &scratch)
          }
        }
      }
    }
    return inputs.indices.map { Array(out[$0 * rows..<($0 + 1) * rows]) }
  }
}
