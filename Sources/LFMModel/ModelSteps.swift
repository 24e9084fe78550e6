/// What surrounds a step: checks before it, the commit after it, and the memory that a context takes.
extension Model {
  static let busy = ModelError(
    .badStep, "a sequence takes part twice, or in two steps at once; each may be in one")

  /// Everything about a step that does not depend on the states.
  func checkStep(_ segments: [Segment]) throws(ModelError) {
    guard !segments.isEmpty else {
      throw ModelError(.badStep, "a step needs at least one segment")
    }
    var rows = 0
    for segment in segments {
      guard !segment.tokens.isEmpty else {
        throw ModelError(.badStep, "a segment needs at least one token")
      }
      rows += segment.tokens.count
      try checkTokens(segment.tokens)
    }
    guard rows <= options.maximumRows else {
      throw ModelError(
        .badStep, "\(rows) rows in a step; this model was loaded for at most \(options.maximumRows)"
      )
    }
  }

  func checkTokens(_ tokens: [Int32]) throws(ModelError) {
    let count = hyperparameters.vocabularyCount
    for token in tokens where token < 0 || Int(token) >= count {
      throw ModelError(.badStep, "token \(token) is outside the vocabulary of \(count)")
    }
  }

  /// Take the states into the step and reserve their pages; the position of each.
  func begin(_ segments: [Segment]) throws(ModelError) -> [Int] {
    var begun: [SequenceState] = []
    do throws(ModelError) {
      for segment in segments {
        guard segment.state.beginStep() else { throw Self.busy }
        begun.append(segment.state)
        try admit(segment)
      }
    } catch {
      for state in begun { state.endStep() }
      throw error
    }
    return segments.map { $0.state.position }
  }

  private func admit(_ segment: Segment) throws(ModelError) {
    let state = segment.state
    let layout = hyperparameters.kvLayout(element: state.pool.layout.element)
    guard state.pool.layout == layout,
      state.convolution.count == hyperparameters.convolutionStateCount
    else {
      throw ModelError(.badStep, "a sequence belongs to a model of another shape")
    }
    let end = state.position + segment.tokens.count
    guard end <= hyperparameters.contextLength else {
      throw ModelError(
        .contextExceeded,
        "\(end) tokens exceed the model's context of \(hyperparameters.contextLength)")
    }
    try state.reserve(segment.tokens.count)
  }

  /// The tokens of parts that were not cancelled become part of their sequences.
  func commit(_ step: Step) -> [SegmentResult] {
    var row = 0
    return step.parts.map { part in
      guard part.active else { return SegmentResult(committed: false, logitsRows: row..<row) }
      part.state.commit(part.tokens.count)
      let count =
        switch part.logits {
        case .none: 0
        case .last: 1
        case .all: part.tokens.count
        }
      defer { row += count }
      return SegmentResult(committed: true, logitsRows: row..<row + count)
    }
  }

  /// Bytes of private memory for one sequence of this many tokens: workspace, vectors, pages, convolution columns.
  /// The mapped weights (`mappedBytes`) come on top.
  package func estimatedMemory(
    contextLength: Int, element: KVLayout.Element = .float32
  ) -> Int {
    let length = max(0, min(contextLength, hyperparameters.contextLength))
    return privateBytes + hyperparameters.stateBytes(contextLength: length, element: element)
  }
}

extension Hyperparameters {
  /// Bytes of one sequence's state at this length: pages, and the columns twice (committed and pending).
  package func stateBytes(contextLength: Int, element: KVLayout.Element = .float32) -> Int {
    KVLayout.pages(for: contextLength) * kvLayout(element: element).pageBytes
      + 2 * convolutionStateCount * MemoryLayout<Float>.stride
  }
}
