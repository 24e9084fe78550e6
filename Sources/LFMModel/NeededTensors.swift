/// Which tensors a model of given hyperparameters needs, in what shape, and what each is for: the whole list, for those who
/// look at a file without binding it. `WeightsBinding.swift` asks for the same one by one; a test holds the two together.
struct NeededTensor: Equatable, Sendable {
  enum Role: Sendable {
    /// Rows of it are looked up; multiplied with, too, where the head is tied to it.
    case embedding
    /// Multiplied with, whole.
    case matrix
    /// One matrix for each expert.
    case experts
    /// Copied out of the file as 32-bit floats.
    case vector
  }

  var name: String
  /// As GGUF orders it, the fastest dimension first.
  var shape: [Int]
  var role: Role
  /// Whether a file may leave it out.
  var isOptional = false

  var elementCount: Int { shape.reduce(1, *) }

  /// How many of its weights one token is multiplied with: of experts, those that it visits; of an embedding apart from the
  /// head, one row.
  func elementsPerToken(_ hyperparameters: Hyperparameters, isTied: Bool) -> Int {
    switch role {
    case .experts:
      elementCount / max(1, hyperparameters.experts) * hyperparameters.expertsPerToken
    case .embedding where !isTied: hyperparameters.hidden
    case .embedding, .matrix, .vector: elementCount
    }
  }

  /// Whether a tensor has this shape; files may leave out, or write, trailing dimensions of 1.
  func matches(_ found: [Int]) -> Bool {
    var found = found[...]
    while found.count > shape.count, found.last == 1 { found.removeLast() }
    return Array(found) == shape
  }
}

extension Hyperparameters {
  /// In the order of the layers. No product here overflows: `HyperparametersReading` bounds them all.
  func neededTensors() -> [NeededTensor] {
    var tensors = [
      NeededTensor(
        name: TensorName.embedding, shape: [hidden, vocabularyCount], role: .embedding)
    ]
    for layer in 0..<layers {
      func add(
        _ tensor: TensorName.InLayer, _ shape: [Int], _ role: NeededTensor.Role = .matrix,
        isOptional: Bool = false
      ) {
        tensors.append(
          NeededTensor(
            name: TensorName.layer(layer, tensor), shape: shape, role: role,
            isOptional: isOptional))
      }
      add(.operatorNorm, [hidden], .vector)
      switch operators[layer] {
      case .attention(let keyValueHeads):
        add(.query, [hidden, hidden])
        add(.key, [hidden, keyValueHeads * headDimension])
        add(.value, [hidden, keyValueHeads * headDimension])
        add(.attentionOutput, [hidden, hidden])
        add(.queryNorm, [headDimension], .vector)
        add(.keyNorm, [headDimension], .vector)
      case .shortConvolution:
        add(.convolutionInput, [hidden, 3 * hidden])
        add(.convolutionKernel, [convolutionTaps, hidden], .vector)
        add(.convolutionOutput, [hidden, hidden])
      }
      add(.feedForwardNorm, [hidden], .vector)
      if layer < denseLayers {
        add(.gate, [hidden, feedForward])
        add(.up, [hidden, feedForward])
        add(.down, [feedForward, hidden])
      } else {
        add(.router, [hidden, experts])
        add(.expertBias, [experts], .vector, isOptional: true)
        add(.expertGates, [hidden, expertFeedForward, experts], .experts)
        add(.expertUps, [hidden, expertFeedForward, experts], .experts)
        add(.expertDowns, [expertFeedForward, hidden, experts], .experts)
      }
    }
    tensors.append(NeededTensor(name: TensorName.outputNorm, shape: [hidden], role: .vector))
    tensors.append(
      NeededTensor(
        name: TensorName.output, shape: [hidden, vocabularyCount], role: .matrix, isOptional: true))
    return tensors
  }
}
