import LFMCheckpoint
import Testing

@testable import LFMModel

@Suite struct GroupPackingTests {
  @Test func quantisedTypesArePackedAndNoOthers() {
    let packing = GroupPacking.kernels
    for type: TensorType in [.q40, .q80, .q4K, .q5K, .q6K] {
      let bytes = packing.groupBytes(Int32(type.rawValue), 2048)
      #expect(bytes > 0 && bytes % 64 == 0, "\(type.name)")
      // Within a few percent of the file's own size.
      let own = 16 * 2048 / type.blockSize * type.bytesPerBlock
      #expect(bytes >= own && bytes <= own + own / 16, "\(type.name): \(bytes) for \(own)")
    }
    for type: TensorType in [.f32, .f16, .bf16, .q2K, .iq4XS] {
      #expect(packing.groupBytes(Int32(type.rawValue), 2048) == 0, "\(type.name)")
    }
  }

  @Test(arguments: PackedPlanTests.names)
  func theKernelsPackWholeCheckpoints(_ name: String) throws {
    let checkpoint = try fixture(name)
    let prepared = try #require(try PreparedWeights.inMemory(checkpoint, threads: 2))
    let again = try #require(try PreparedWeights.inMemory(checkpoint, threads: 1))
    for tensor in checkpoint.tensors {
      guard let matrix = prepared.matrix(tensor.name) else { continue }
      let other = try #require(again.matrix(tensor.name))
      #expect(Self.bytes(matrix) == Self.bytes(other))
      #expect(Self.bytes(matrix).contains { $0 != 0 }, "\(tensor.name)")
    }
  }

  private static func bytes(_ matrix: PackedMatrix) -> [UInt8] {
    (0..<matrix.groups * matrix.groupStride).map { unsafe matrix.base[$0] }
  }
}
