import LFMModel

/// What the engine needs of a model: memory for sequences, and one function that computes a step.
///
/// `Model` is it; tests answer with scripted logits.
package protocol StepModel: Sendable {
  /// Rows of the embedding and of the logits.
  var vocabularyCount: Int { get }
  /// The most tokens of a sequence.
  var contextLength: Int { get }
  /// The most rows of one step.
  var maximumRows: Int { get }
  /// Layers computed since the start: the sign of life.
  var layersFinished: UInt64 { get }

  func makePool(
    positions: Int, element: KVLayout.Element, poisonsFreedPages: Bool
  ) throws(ModelError) -> KVPool

  func makeSequence(in pool: KVPool) -> SequenceState

  /// Whether every step is computed exactly.
  var isExact: Bool { get }
  /// How keys and values are stored unless somebody asks for another way.
  var element: KVLayout.Element { get }

  /// See `Model.forward`.
  func forward(
    _ segments: [Segment], logits: LogitsBuffer, exact: Bool
  ) throws(ModelError) -> [SegmentResult]
}

extension Model: StepModel {
  package var vocabularyCount: Int { hyperparameters.vocabularyCount }
  package var contextLength: Int { hyperparameters.contextLength }
  package var maximumRows: Int { options.maximumRows }
}
