/// The numbers that fix the network: sizes, layers, constants. Immutable, checked once, shared by all.
///
/// `HyperparametersReading.swift` reads them from a checkpoint; the meaning of each is that of transformers'
/// `Lfm2MoeConfig`; of `Lfm2Config`, whose layers are all dense, the numbers of experts are 0.
package struct Hyperparameters: Equatable, Sendable {
  /// What a layer does with its normed input before the feed-forward.
  package enum OperatorKind: Equatable, Sendable {
    /// Grouped-query attention with this many key/value heads.
    case attention(keyValueHeads: Int)
    /// The gated short convolution.
    case shortConvolution
  }

  /// One entry a layer.
  package var operators: [OperatorKind]
  /// Width of the residual stream.
  package var hidden: Int
  /// Inner width of the dense feed-forward layers.
  package var feedForward: Int
  /// The first layers, whose feed-forward is dense; the others have experts.
  package var denseLayers: Int
  /// Experts of a layer, how many of them a token visits, and the inner width of one.
  package var experts: Int
  package var expertsPerToken: Int
  package var expertFeedForward: Int
  /// Divide the chosen experts' weights by their sum (plus 1e-6).
  package var normalizesExpertWeights: Bool
  /// What the experts' weights are multiplied by at last.
  package var routedScaling: Float
  /// Query heads of every attention layer.
  package var heads: Int
  /// Base of the rotary embedding's angles.
  package var ropeBase: Float
  /// Added to the mean square before its root.
  package var normEpsilon: Float
  /// Taps of the short convolution, the current token's included.
  package var convolutionTaps: Int
  /// Rows of the embedding and of the logits.
  package var vocabularyCount: Int
  /// The most tokens a sequence may have.
  package var contextLength: Int

  package var layers: Int { operators.count }
  package var headDimension: Int { hidden / heads }
  /// Earlier columns that a convolution remembers.
  package var convolutionColumns: Int { convolutionTaps - 1 }

  /// Key/value heads of each attention layer, in layer order.
  package var keyValueHeads: [Int] {
    operators.compactMap { kind in
      if case .attention(let heads) = kind { heads } else { nil }
    }
  }

  package var convolutionLayers: Int {
    operators.count { $0 == .shortConvolution }
  }

  /// Floats of a sequence's convolution columns.
  package var convolutionStateCount: Int { convolutionLayers * convolutionColumns * hidden }

  /// Tokens to replay before a cut, so that the convolution columns there are rebuilt: each convolution layer looks
  /// `convolutionColumns` back, and keys and values are read from the pages.
  package var rewindLength: Int { convolutionColumns * convolutionLayers }

  /// The pages that this model's keys and values need.
  package func kvLayout(element: KVLayout.Element = .float32) -> KVLayout {
    KVLayout(headsPerLayer: keyValueHeads, headDimension: headDimension, element: element)
  }
}
