import LFMCheckpoint

/// What a checkpoint would be as a model, told without computing with it or taking memory for it: everything that stands
/// in its way at once, where `Model` stops at the first, and how much memory it needs.
package struct ModelSurvey: Sendable {
  /// Nil where the metadata make none; `obstacles` says why.
  package let hyperparameters: Hyperparameters?
  /// Sentences, one for each thing for which this file cannot be computed with; at most `mostObstacles`. None: it can.
  package private(set) var obstacles: [String] = []
  /// How many more there are.
  package private(set) var furtherObstacles = 0
  /// Tensors of the file that the model does not look at.
  package private(set) var unusedTensors = 0
  /// Weights of the tensors in use, and how many of them a token is multiplied with (`NeededTensor.elementsPerToken`).
  package private(set) var parameters = 0
  package private(set) var parametersPerToken = 0
  /// Bytes of the file's tensors in use, all of them mapped.
  package private(set) var weightBytes = 0
  /// Bytes of the file that `lfmctl prepare` would write; nil where nothing is packed.
  package private(set) var preparedFileBytes: Int?
  /// The kernels that would compute, and how they would store keys and values.
  package private(set) var instructionSet = ""
  package private(set) var element = KVLayout.Element.float32
  /// Bytes of the vectors that are copied out of the file.
  private var vectorBytes = 0

  package static let mostObstacles = 20

  /// Looks at metadata and tensor table only.
  package init(_ checkpoint: Checkpoint) {
    do throws(ModelError) {
      hyperparameters = try Hyperparameters(checkpoint)
    } catch {
      hyperparameters = nil
      add(error.sentence)
      return
    }
    guard let hyperparameters else { return }
    if checkpoint.tensors.isEmpty {
      add("It holds no tensors: metadata only.")
    } else {
      if !checkpoint.hasTensorData { add("It holds the tensor table, but no tensor's data.") }
      count(checkpoint, hyperparameters)
    }
    choose(checkpoint, hyperparameters)
  }

  /// Bytes that a process computes in with steps of so many rows: vectors, workspace and one row of logits.
  package func computingBytes(rows: Int, threads: Int) -> Int {
    guard let hyperparameters else { return 0 }
    return vectorBytes + Workspace.bytes(hyperparameters, rows: rows, threads: threads)
      + hyperparameters.vocabularyCount * MemoryLayout<Float>.stride
  }

  private mutating func add(_ sentence: String) {
    if obstacles.count < Self.mostObstacles {
      obstacles.append(sentence)
    } else {
      furtherObstacles += 1
    }
  }

  private mutating func count(_ checkpoint: Checkpoint, _ hyperparameters: Hyperparameters) {
    let needed = hyperparameters.neededTensors()
    let isTied = checkpoint.tensor(ifPresent: TensorName.output) == nil
    var used = 0
    for need in needed {
      guard let tensor = checkpoint.tensor(ifPresent: need.name) else {
        if !need.isOptional {
          add("Tensor \(need.name) is missing (\(Self.text(need.shape))).")
        }
        continue
      }
      used += 1
      if !need.matches(tensor.shape) {
        add(
          "Tensor \(need.name) has the shape \(tensor.shapeDescription), expected "
            + "\(Self.text(need.shape)) by the hyperparameters.")
      }
      if !tensor.type.isSupported {
        add(
          "Tensor \(need.name) is of type \(tensor.type.name), which nothing here computes with; "
            + "computed with are \(TensorType.supportedNames).")
      }
      weigh(tensor, need, hyperparameters, isTied: isTied)
    }
    unusedTensors = checkpoint.tensors.count - used
  }

  private mutating func weigh(
    _ tensor: TensorEntry, _ need: NeededTensor, _ hyperparameters: Hyperparameters, isTied: Bool
  ) {
    // Without data, a table may claim sizes whose sums do not fit.
    weightBytes = Self.sum(weightBytes, tensor.byteRange.count)
    parameters = Self.sum(parameters, tensor.elementCount)
    parametersPerToken += need.elementsPerToken(hyperparameters, isTied: isTied)
    if need.role == .vector {
      vectorBytes += need.elementCount * MemoryLayout<Float>.stride
    }
  }

  /// The kernels, and what is packed for them.
  private mutating func choose(_ checkpoint: Checkpoint, _ hyperparameters: Hyperparameters) {
    do throws(ModelError) {
      let kernels = try InstructionSet(named: nil, weightBytes: weightBytes)
      instructionSet = kernels.name
      element = kernels.element(for: hyperparameters)
      guard unsafe kernels.packed != nil, obstacles.isEmpty else { return }
    } catch {
      add(error.sentence)
      return
    }
    let plan = PackedPlan(checkpoint, hyperparameters, packing: .kernels)
    if !plan.isEmpty { preparedFileBytes = plan.fileBytes }
  }

  private static func sum(_ first: Int, _ second: Int) -> Int {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? Int.max : sum
  }

  private static func text(_ shape: [Int]) -> String {
    shape.map(String.init).joined(separator: " x ")
  }
}
