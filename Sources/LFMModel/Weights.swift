import LFMCheckpoint

/// The weights by their roles: matrices in place in the mapped file, small vectors as f32 arrays. Immutable, shared.
///
/// `WeightsBinding.swift` makes them from a checkpoint.
package struct Weights: Sendable {
  /// What a layer does with its normed input before the feed-forward.
  enum Operator: Sendable {
    case attention(Attention)
    case shortConvolution(ShortConvolution)
  }

  /// Grouped-query attention. Queries, keys and values are separate matrices of the same input.
  struct Attention: Sendable {
    /// Which of the attention layers this is: its place in a page.
    let index: Int
    let keyValueHeads: Int
    /// [heads × head dimension, hidden]
    let query: Matrix
    /// [key/value heads × head dimension, hidden]
    let key: Matrix
    let value: Matrix
    /// [hidden, heads × head dimension]
    let output: Matrix
    /// [head dimension]
    let queryNorm: Vector
    let keyNorm: Vector
  }

  struct ShortConvolution: Sendable {
    /// Which of the convolution layers this is: its place in the columns.
    let index: Int
    /// [3 × hidden, hidden]: rows of B, then C, then X.
    let input: Matrix
    /// [tap][hidden], the oldest tap first: transposed from the file.
    let kernel: Vector
    /// [hidden, hidden]
    let output: Matrix
  }

  enum FeedForward: Sendable {
    case dense(Dense)
    case experts(Experts)
  }

  struct Dense: Sendable {
    /// [inner, hidden]
    let gate: Matrix
    let up: Matrix
    /// [hidden, inner]
    let down: Matrix
  }

  struct Experts: Sendable {
    /// [experts, hidden]
    let router: Matrix
    /// [experts]; added to the scores for the choice only. Zeros where the file has none.
    let bias: Vector
    /// One of each an expert.
    let experts: [Dense]
  }

  struct Layer: Sendable {
    let operatorNorm: Vector
    let operation: Operator
    let feedForwardNorm: Vector
    let feedForward: FeedForward
  }

  /// [vocabulary, hidden]
  let embedding: Matrix
  let layers: [Layer]
  let outputNorm: Vector
  /// [vocabulary, hidden]: the embedding where the head is tied.
  let head: Matrix
  /// Bytes of the file's tensors that are in use, and of the vectors copied from it.
  package let mappedBytes: Int
  package let preparedBytes: Int
  /// Keeps what the matrices point to mapped.
  let checkpoint: Checkpoint
}
