import Foundation
import LFMCheckpoint
import Testing

@testable import LFMModel

@Suite struct PackedPlanTests {
  static let names = ["plain-q8_0", "mixed-q4_0", "all-dense-q4_0", "k-quants"]

  @Test(arguments: names)
  func extentsDoNotOverlap(_ name: String) throws {
    let packing = PlainPacking.make()
    let plan = try PackedPlan(checking: fixture(name), packing: packing)
    var groups: [Range<Int>] = []
    for extent in plan.extents {
      let bytes = packing.groupBytes(Int32(extent.type), extent.columns)
      for matrix in 0..<extent.count {
        for group in 0..<extent.groups {
          let start = extent.offset + matrix * extent.matrixStride + group * extent.groupStride
          groups.append(start..<start + bytes)
        }
      }
    }
    groups.sort { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(groups, groups.dropFirst()) {
      #expect(first.upperBound <= second.lowerBound)
    }
    #expect(try #require(groups.first).lowerBound == plan.dataStart)
    #expect(try #require(groups.last).upperBound <= plan.fileBytes)
    #expect(groups.allSatisfy { $0.lowerBound % 64 == 0 })
    #expect(groups.reduce(0) { $0 + $1.count } == plan.packedBytes)
    #expect(plan.fileBytes % PackedPlan.hugePage == 0)
  }

  @Test func expertsAreOneExtentEach() throws {
    let packing = PlainPacking.make()
    let checkpoint = try fixture("plain-q8_0")
    let plan = try PackedPlan(checking: checkpoint, packing: packing)
    #expect(plan.experts.keys.sorted() == [2, 3, 4])
    for experts in plan.experts.values {
      let (gate, up, down) = (
        plan.extents[experts.gate], plan.extents[experts.up], plan.extents[experts.down]
      )
      let group = packing.groupBytes(Int32(gate.type), gate.columns)
      #expect(up.offset == gate.offset + group)
      #expect(gate.groupStride == 2 * group && up.groupStride == 2 * group)
      #expect(down.offset == gate.offset + gate.groups * gate.groupStride)
      #expect(gate.matrixStride == down.offset + down.groups * down.groupStride - gate.offset)
    }
  }

  /// A layout with huge groups stands for a huge model.
  @Test func whatIsLargeBeginsAtAHugePage() throws {
    var packing = PlainPacking.make()
    packing.groupBytes = { type, columns in
      PlainPacking.packed.contains(type) ? columns << 15 : 0
    }
    let plan = try PackedPlan(checking: fixture("plain-q8_0"), packing: packing)
    for experts in plan.experts.values {
      #expect(plan.extents[experts.gate].offset % PackedPlan.hugePage == 0)
    }
    #expect(try #require(plan.extents.last).offset % PackedPlan.hugePage == 0)
    #expect(plan.extents[0].offset == plan.dataStart)
  }

  @Test func theHeadIsPackedUnderItsOwnName() throws {
    let packing = PlainPacking.make(types: PlainPacking.packed.union([1]))
    let untied = try PackedPlan(checking: fixture("untied-f16"), packing: packing)
    #expect(untied.extents.last?.name == "output.weight")
    #expect(!untied.extents.contains { $0.name == "token_embd.weight" })
    let tied = try PackedPlan(checking: fixture("plain-q8_0"), packing: packing)
    #expect(tied.extents.last?.name == "token_embd.weight")
  }

  @Test func nothingToPackMakesAnEmptyPlan() throws {
    let plan = try PackedPlan(checking: fixture("odd-f32"), packing: PlainPacking.make())
    #expect(plan.isEmpty && plan.fileBytes == 0)
    #expect(
      try PreparedWeights.inMemory(fixture("odd-f32"), threads: 1, packing: PlainPacking.make())
        == nil)
  }

  @Test(arguments: names, [0, 64, 70_016, 5_000_000])
  func memoryHoldsEveryRow(_ name: String, padding: Int) throws {
    let checkpoint = try fixture(name)
    let prepared = try #require(
      try PreparedWeights.inMemory(
        checkpoint, threads: 3, packing: PlainPacking.make(padding: padding)))
    try expectAllPacked(prepared, checkpoint)
    #expect(prepared.home == .memory)
    #expect(prepared.expert(layer: 4, 1 << 20) == nil && prepared.matrix("no.such") == nil)
  }
}
