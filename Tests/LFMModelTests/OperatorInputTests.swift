import CLFMKernels
import Foundation
import LFMCheckpoint
import Testing

@testable import LFMModel

/// Which activations are rounded finely: those that an operator begins with, and no others.
@Suite struct OperatorInputTests {
  @Test(arguments: [Reference.plainQ8, .allDenseQ4, .mixedQ4, .lfm2Q8, .kQuants])
  func operatorsBeginWithFineInputs(_ reference: Reference) throws {
    let checkpoint = try Checkpoint(path: reference.checkpoint.path)
    let weights = try Weights(checkpoint, Hyperparameters(checkpoint))
    var fine: [Matrix] = []
    var others = [weights.head]
    for layer in weights.layers {
      switch layer.operation {
      case .attention(let attention):
        fine += [attention.query, attention.key, attention.value]
        others.append(attention.output)
      case .shortConvolution(let convolution):
        fine.append(convolution.input)
        others.append(convolution.output)
      }
      switch layer.feedForward {
      case .dense(let dense): others += [dense.gate, dense.up, dense.down]
      case .experts(let experts):
        for expert in experts.experts { others += [expert.gate, expert.up, expert.down] }
      }
    }
    #expect(!fine.isEmpty)
    for matrix in fine {
      #expect(matrix.panelKind == lfm_fine_panel_kind_of(Int32(matrix.type.rawValue)))
    }
    for matrix in others {
      #expect(matrix.panelKind == lfm_panel_kind_of(Int32(matrix.type.rawValue)))
    }
  }

  @Test func onlyTypesOfShortBlocksHaveAFineKind() {
    for type in [LFM_WEIGHT_Q4_0, LFM_WEIGHT_Q8_0] {
      let number = Int32(type.rawValue)
      #expect(lfm_fine_panel_kind_of(number) != lfm_panel_kind_of(number))
    }
    for type in [LFM_WEIGHT_Q4_K, LFM_WEIGHT_Q5_K, LFM_WEIGHT_Q6_K, LFM_WEIGHT_BF16] {
      let number = Int32(type.rawValue)
      #expect(lfm_fine_panel_kind_of(number) == lfm_panel_kind_of(number))
    }
  }
}
