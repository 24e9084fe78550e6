import CLFMKernels
import LFMCheckpoint

/// Binds `Weights` to a checkpoint: every tensor is looked up by name once, and its shape and type are checked against
/// the hyperparameters. A missing, misshapen or unreadable one stops the load with its name.
extension Weights {
  /// - Throws: `ModelError` of kind `badTensor`.
  package init(
    _ checkpoint: Checkpoint, _ hyperparameters: Hyperparameters,
    _ prepared: PreparedWeights? = nil
  ) throws(ModelError) {
    var binder = WeightsBinder(
      checkpoint: checkpoint, hyperparameters: hyperparameters, prepared: prepared)
    self = try binder.bind()
  }
}

/// Walks the layers, counting the attention and convolution layers and the bytes in use on the way.
private struct WeightsBinder {
  let checkpoint: Checkpoint
  let hyperparameters: Hyperparameters
  let prepared: PreparedWeights?
  private var attentionLayers = 0
  private var convolutionLayers = 0
  private var mappedBytes = 0
  private var preparedBytes = 0

  init(checkpoint: Checkpoint, hyperparameters: Hyperparameters, prepared: PreparedWeights?) {
    self.checkpoint = checkpoint
    self.hyperparameters = hyperparameters
    self.prepared = prepared
  }

  mutating func bind() throws(ModelError) -> Weights {
    let vocabulary = hyperparameters.vocabularyCount
    let hidden = hyperparameters.hidden
    let embedding = try matrix(TensorName.embedding, rows: vocabulary, columns: hidden)
    var layers: [Weights.Layer] = []
    for index in 0..<hyperparameters.layers { layers.append(try layer(index)) }
    let outputNorm = try vector(TensorName.outputNorm, count: hidden)
    let head =
      checkpoint.tensor(ifPresent: TensorName.output) == nil
      ? embedding : try matrix(TensorName.output, rows: vocabulary, columns: hidden)
    return Weights(
      embedding: embedding, layers: layers, outputNorm: outputNorm, head: head,
      mappedBytes: mappedBytes, preparedBytes: preparedBytes, checkpoint: checkpoint)
  }

  private mutating func layer(_ index: Int) throws(ModelError) -> Weights.Layer {
    let hidden = hyperparameters.hidden
    let operatorNorm = try vector(TensorName.layer(index, .operatorNorm), count: hidden)
    let operation: Weights.Operator
    switch hyperparameters.operators[index] {
    case .attention(let heads): operation = .attention(try attention(index, heads))
    case .shortConvolution: operation = .shortConvolution(try convolution(index))
    }
    return Weights.Layer(
      operatorNorm: operatorNorm, operation: operation,
      feedForwardNorm: try vector(TensorName.layer(index, .feedForwardNorm), count: hidden),
      feedForward: index < hyperparameters.denseLayers
        ? .dense(try dense(index)) : .experts(try experts(index)))
  }

  private mutating func attention(
    _ index: Int, _ keyValueHeads: Int
  ) throws(ModelError) -> Weights.Attention {
    let hidden = hyperparameters.hidden
    let dimension = hyperparameters.headDimension
    let keyRows = keyValueHeads * dimension
    defer { attentionLayers += 1 }
    return Weights.Attention(
      index: attentionLayers, keyValueHeads: keyValueHeads,
      query: try operatorInput(index, .query, rows: hidden),
      key: try operatorInput(index, .key, rows: keyRows),
      value: try operatorInput(index, .value, rows: keyRows),
      output: try matrix(TensorName.layer(index, .attentionOutput), rows: hidden, columns: hidden),
      queryNorm: try vector(TensorName.layer(index, .queryNorm), count: dimension),
      keyNorm: try vector(TensorName.layer(index, .keyNorm), count: dimension))
  }

  private mutating func convolution(_ index: Int) throws(ModelError) -> Weights.ShortConvolution {
    let hidden = hyperparameters.hidden
    let taps = hyperparameters.convolutionTaps
    let stored = try floats(
      TensorName.layer(index, .convolutionKernel), shape: [taps, hidden])
    var kernel = [Float](repeating: 0, count: taps * hidden)
    for channel in 0..<hidden {
      for tap in 0..<taps { kernel[tap * hidden + channel] = stored[channel * taps + tap] }
    }
    defer { convolutionLayers += 1 }
    return Weights.ShortConvolution(
      index: convolutionLayers,
      input: try operatorInput(index, .convolutionInput, rows: 3 * hidden),
      kernel: Vector(kernel),
      output: try matrix(
        TensorName.layer(index, .convolutionOutput), rows: hidden, columns: hidden))
  }

  private mutating func dense(_ index: Int) throws(ModelError) -> Weights.Dense {
    let hidden = hyperparameters.hidden
    let inner = hyperparameters.feedForward
    return Weights.Dense(
      gate: try matrix(TensorName.layer(index, .gate), rows: inner, columns: hidden),
      up: try matrix(TensorName.layer(index, .up), rows: inner, columns: hidden),
      down: try matrix(TensorName.layer(index, .down), rows: hidden, columns: inner))
  }

  private mutating func experts(_ index: Int) throws(ModelError) -> Weights.Experts {
    let hidden = hyperparameters.hidden
    let inner = hyperparameters.expertFeedForward
    let count = hyperparameters.experts
    let biasName = TensorName.layer(index, .expertBias)
    let bias =
      checkpoint.tensor(ifPresent: biasName) == nil
      ? Vector([Float](repeating: 0, count: count)) : try vector(biasName, count: count)
    let gates = try matrices(
      TensorName.layer(index, .expertGates), count: count, rows: inner, columns: hidden)
    let ups = try matrices(
      TensorName.layer(index, .expertUps), count: count, rows: inner, columns: hidden)
    let downs = try matrices(
      TensorName.layer(index, .expertDowns), count: count, rows: hidden, columns: inner)
    return Weights.Experts(
      router: try matrix(TensorName.layer(index, .router), rows: count, columns: hidden),
      bias: bias,
      experts: (0..<count).map {
        let packed = prepared?.expert(layer: index, $0)
        return Weights.Dense(
          gate: gates[$0].with(packed?.gate), up: ups[$0].with(packed?.up),
          down: downs[$0].with(packed?.down))
      })
  }

  // MARK: one tensor

  /// A matrix that an operator begins with, of finely rounded inputs. Rounding costs most here: a convolution multiplies three
  /// of its results, and with a scale for every 128 columns of Q4_0 that made 44 % of the fast family's KL divergence;
  /// queries, keys and values made 13 %, more than others of so few products (README, Exactness).
  private mutating func operatorInput(
    _ index: Int, _ part: TensorName.InLayer, rows: Int
  ) throws(ModelError) -> Matrix {
    try matrix(TensorName.layer(index, part), rows: rows, columns: hyperparameters.hidden)
      .withFineInputs
  }

  private mutating func matrix(
    _ name: String, rows: Int, columns: Int
  ) throws(ModelError) -> Matrix {
    let (tensor, bytes) = try tensor(name, shape: [columns, rows])
    return Matrix(tensor, bytes, from: 0, rows: rows).with(prepared?.matrix(name))
  }

  private mutating func matrices(
    _ name: String, count: Int, rows: Int, columns: Int
  ) throws(ModelError) -> [Matrix] {
    let (tensor, bytes) = try tensor(name, shape: [columns, rows, count])
    return (0..<count).map { Matrix(tensor, bytes, from: $0 * rows, rows: rows) }
  }

  private mutating func vector(_ name: String, count: Int) throws(ModelError) -> Vector {
    Vector(try floats(name, shape: [count]))
  }

  /// A small tensor, dequantised whole.
  private mutating func floats(_ name: String, shape: [Int]) throws(ModelError) -> [Float] {
    let (tensor, bytes) = try tensor(name, shape: shape)
    guard let dequantize = unsafe lfm_dequantize_function_for(tensor.type.rawValue) else {
      throw unsupported(tensor)
    }
    let count = tensor.elementCount
    preparedBytes += count * 4
    return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress {
        unsafe dequantize(bytes.baseAddress, count / tensor.type.blockSize, base)
      }
      initialized = count
    }
  }

  private mutating func tensor(
    _ name: String, shape: [Int]
  ) throws(ModelError) -> (TensorEntry, MappedBytes) {
    guard let tensor = checkpoint.tensor(ifPresent: name) else {
      throw refuse(
        name, found: "none of that name",
        expected: "one of shape \(shape.map(String.init).joined(separator: " x "))")
    }
    // Files may leave out, or write, trailing dimensions of 1.
    var found = tensor.shape[...]
    while found.count > shape.count, found.last == 1 { found.removeLast() }
    guard Array(found) == shape else {
      throw refuse(
        name, found: "shape \(tensor.shapeDescription)",
        expected: "\(shape.map(String.init).joined(separator: " x ")) by the hyperparameters")
    }
    guard tensor.type.isSupported, tensor.rowLength % tensor.type.blockSize == 0 else {
      throw unsupported(tensor)
    }
    do {
      let bytes = try checkpoint.bytes(of: tensor)
      guard bytes.count >= tensor.rowCount * tensor.bytesPerRow else {
        throw refuse(
          name, found: "\(bytes.count) bytes", expected: "\(tensor.rowCount * tensor.bytesPerRow)")
      }
      mappedBytes += bytes.count
      return (tensor, bytes)
    } catch let error as ModelError {
      throw error
    } catch {
      throw ModelError(.badTensor, "\(error)")
    }
  }

  private func unsupported(_ tensor: TensorEntry) -> ModelError {
    refuse(
      tensor.name, found: "type \(tensor.type.name)",
      expected: "one of \(TensorType.supportedNames)")
  }

  private func refuse(_ name: String, found: String, expected: String) -> ModelError {
    ModelError(
      .badTensor,
      "\(checkpoint.path): tensor \(name): found \(found), expected \(expected).")
  }
}
