/// How a tensor's elements are stored. All types of the GGUF world are known by name and size, so that every
/// well-formed file can be listed; ``isSupported`` says which of them can be computed with.
///
/// Raw values, block sizes and bytes per block: ggml's `enum ggml_type`, gguf-py's `GGML_QUANT_SIZES`. They differ in
/// Q8_1 (36 and 40 bytes), where ggml, which writes such files, is right.
package enum TensorType: UInt32, CaseIterable, Hashable, Sendable {
  case f32 = 0
  case f16 = 1
  case q40 = 2
  case q41 = 3
  case q50 = 6
  case q51 = 7
  case q80 = 8
  case q81 = 9
  case q2K = 10
  case q3K = 11
  case q4K = 12
  case q5K = 13
  case q6K = 14
  case q8K = 15
  case iq2XXS = 16
  case iq2XS = 17
  case iq3XXS = 18
  case iq1S = 19
  case iq4NL = 20
  case iq3S = 21
  case iq2S = 22
  case iq4XS = 23
  case i8 = 24
  case i16 = 25
  case i32 = 26
  case i64 = 27
  case f64 = 28
  case iq1M = 29
  case bf16 = 30
  case tq10 = 34
  case tq20 = 35
  case mxfp4 = 39
  case nvfp4 = 40
  case q10 = 41
  case q20 = 42

  /// The name that llama.cpp prints: `Q4_K`.
  package var name: String { layout.name }
  /// Elements in one block; a row's length is a multiple of it.
  package var blockSize: Int { layout.block }
  /// Bytes of one block.
  package var bytesPerBlock: Int { layout.bytes }

  /// Whether tensors of this type can be computed with, not only listed.
  package var isSupported: Bool {
    switch self {
    case .f32, .f16, .bf16, .q80, .q40, .q41, .q50, .q51, .q2K, .q3K, .q4K, .q5K, .q6K, .iq4NL,
      .iq4XS, .mxfp4:
      true
    default: false
    }
  }

  /// The supported types, for sentences.
  package static var supportedNames: String {
    allCases.filter(\.isSupported).map(\.name).joined(separator: ", ")
  }

  /// The bytes that `elements` elements take, or nil where they are no whole number of blocks or more than an `Int` counts.
  package func byteCount(ofElements elements: Int) -> Int? {
    guard elements >= 0, elements % blockSize == 0 else { return nil }
    let (bytes, overflow) = (elements / blockSize).multipliedReportingOverflow(by: bytesPerBlock)
    return overflow ? nil : bytes
  }

  /// The name of a type number that was once in use and is read by nothing today.
  static func removedName(_ number: UInt32) -> String? {
    switch number {
    case 4: "Q4_2"
    case 5: "Q4_3"
    case 31: "Q4_0_4_4"
    case 32: "Q4_0_4_8"
    case 33: "Q4_0_8_8"
    case 36: "IQ4_NL_4_4"
    case 37: "IQ4_NL_4_8"
    case 38: "IQ4_NL_8_8"
    default: nil
    }
  }

  private var layout: (name: String, block: Int, bytes: Int) {
    switch self {
    case .f32: ("F32", 1, 4)
    case .f16: ("F16", 1, 2)
    case .q40: ("Q4_0", 32, 18)
    case .q41: ("Q4_1", 32, 20)
    case .q50: ("Q5_0", 32, 22)
    case .q51: ("Q5_1", 32, 24)
    case .q80: ("Q8_0", 32, 34)
    case .q81: ("Q8_1", 32, 36)
    case .q2K: ("Q2_K", 256, 84)
    case .q3K: ("Q3_K", 256, 110)
    case .q4K: ("Q4_K", 256, 144)
    case .q5K: ("Q5_K", 256, 176)
    case .q6K: ("Q6_K", 256, 210)
    case .q8K: ("Q8_K", 256, 292)
    case .iq2XXS: ("IQ2_XXS", 256, 66)
    case .iq2XS: ("IQ2_XS", 256, 74)
    case .iq3XXS: ("IQ3_XXS", 256, 98)
    case .iq1S: ("IQ1_S", 256, 50)
    case .iq4NL: ("IQ4_NL", 32, 18)
    case .iq3S: ("IQ3_S", 256, 110)
    case .iq2S: ("IQ2_S", 256, 82)
    case .iq4XS: ("IQ4_XS", 256, 136)
    case .i8: ("I8", 1, 1)
    case .i16: ("I16", 1, 2)
    case .i32: ("I32", 1, 4)
    case .i64: ("I64", 1, 8)
    case .f64: ("F64", 1, 8)
    case .iq1M: ("IQ1_M", 256, 56)
    case .bf16: ("BF16", 1, 2)
    case .tq10: ("TQ1_0", 256, 54)
    case .tq20: ("TQ2_0", 256, 66)
    case .mxfp4: ("MXFP4", 32, 17)
    case .nvfp4: ("NVFP4", 64, 36)
    case .q10: ("Q1_0", 128, 18)
    case .q20: ("Q2_0", 64, 18)
    }
  }
}
