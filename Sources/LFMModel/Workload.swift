import LFMCheckpoint

/// What a token costs by arithmetic: bytes to read and products to add up, counted from a file's tensors. The measure
/// for what is measured; nothing here runs anything.
package struct Workload: Equatable, Sendable {
  /// Bytes of the weights that one decoded token reads, as the file stores them: everything but the experts, the
  /// experts that it visits, and the head (of an embedding apart from the head, one row).
  package var bytesPerToken: Double
  /// The part of `bytesPerToken` that is experts.
  package var expertBytesPerToken: Double
  /// Bytes of keys and values that one decoded token reads for each token before it.
  package var bytesPerPosition: Double
  /// Multiply-accumulates of a token in the matrices, the head left out: a prefill needs it once.
  package var productsPerToken: Double
  package var experts: Int
  package var expertsPerToken: Int

  package init(
    bytesPerToken: Double, expertBytesPerToken: Double, bytesPerPosition: Double,
    productsPerToken: Double, experts: Int, expertsPerToken: Int
  ) {
    self.bytesPerToken = bytesPerToken
    self.expertBytesPerToken = expertBytesPerToken
    self.bytesPerPosition = bytesPerPosition
    self.productsPerToken = productsPerToken
    self.experts = experts
    self.expertsPerToken = expertsPerToken
  }

  /// Counts a checkpoint's tensors.
  package init(
    _ checkpoint: Checkpoint, _ hyperparameters: Hyperparameters, element: KVLayout.Element
  ) {
    experts = max(1, hyperparameters.experts)
    expertsPerToken = hyperparameters.expertsPerToken
    let visited = Double(hyperparameters.expertsPerToken) / Double(experts)
    let hasHead = checkpoint.tensor(ifPresent: TensorName.output) != nil
    bytesPerToken = 0
    expertBytesPerToken = 0
    productsPerToken = 0
    for tensor in checkpoint.tensors {
      let bytes = Double(tensor.byteRange.count)
      switch Role(tensor.name) {
      case .embedding where hasHead: bytesPerToken += Double(tensor.bytesPerRow)
      case .embedding, .head, .vector: bytesPerToken += bytes
      case .matrix:
        bytesPerToken += bytes
        productsPerToken += Double(tensor.elementCount)
      case .experts:
        bytesPerToken += bytes * visited
        expertBytesPerToken += bytes * visited
        productsPerToken += Double(tensor.elementCount) * visited
      }
    }
    let keyValueHeads = Double(hyperparameters.keyValueHeads.reduce(0, +))
    bytesPerPosition =
      keyValueHeads * Double(2 * element.bytes(dimension: hyperparameters.headDimension))
  }

  /// Bytes that a step of one row of each of `rows` sequences reads at this depth, where each token chooses its
  /// experts by chance: an expert that several visit is read once.
  package func bytesPerStep(rows: Int, depth: Double) -> Double {
    let unvisited = 1 - Double(expertsPerToken) / Double(experts)
    var missed = 1.0
    for _ in 0..<rows { missed *= unvisited }
    let visits = Double(experts) * (1 - missed) / Double(max(1, expertsPerToken))
    return bytesPerToken - expertBytesPerToken + expertBytesPerToken * visits
      + Double(rows) * depth * bytesPerPosition
  }
}

/// What a tensor is for, by its name.
private enum Role {
  case embedding
  case head
  case experts
  case matrix
  /// Norms, biases and convolution kernels: small, and no matrix products.
  case vector

  init(_ name: String) {
    let experts: [TensorName.InLayer] = [.expertGates, .expertUps, .expertDowns]
    let matrices: [TensorName.InLayer] = [
      .query, .key, .value, .attentionOutput, .convolutionInput, .convolutionOutput, .gate, .up,
      .down, .router,
    ]
    func isAny(_ tensors: [TensorName.InLayer]) -> Bool {
      tensors.contains { name.hasSuffix("." + $0.rawValue) }
    }
    if name == TensorName.embedding {
      self = .embedding
    } else if name == TensorName.output {
      self = .head
    } else if isAny(experts) {
      self = .experts
    } else {
      self = isAny(matrices) ? .matrix : .vector
    }
  }
}
