import LFMCheckpoint
import Testing

@Suite struct TensorTypeTests {
  /// gguf-py's `GGML_QUANT_SIZES` (0.19), with ggml's size of Q8_1, and Q2_0, which llama.cpp has since added.
  static let reference: [UInt32: (String, Int, Int)] = [
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2),
    26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18), 42: ("Q2_0", 64, 18),
  ]

  @Test func namesAndSizes() {
    #expect(TensorType.allCases.count == Self.reference.count)
    for type in TensorType.allCases {
      let expected = Self.reference[type.rawValue]
      #expect(type.name == expected?.0)
      #expect(type.blockSize == expected?.1)
      #expect(type.bytesPerBlock == expected?.2)
    }
  }

  @Test func supportedTypes() {
    let names = "F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K"
    #expect(TensorType.supportedNames == names + ", IQ4_NL, IQ4_XS, BF16, MXFP4")
  }

  @Test func sizesThatDoNotFit() {
    #expect(TensorType.q4K.byteCount(ofElements: 512) == 288)
    #expect(TensorType.q4K.byteCount(ofElements: 0) == 0)
    #expect(TensorType.q4K.byteCount(ofElements: 255) == nil)
    #expect(TensorType.q4K.byteCount(ofElements: -256) == nil)
    #expect(TensorType.f64.byteCount(ofElements: Int.max) == nil)
    #expect(TensorType.i8.byteCount(ofElements: Int.max) == Int.max)
  }
}
