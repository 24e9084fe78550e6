import LFMCheckpoint

/// Reads `Hyperparameters` from a checkpoint's metadata. Every key is checked for type and range, and then the keys
/// against each other; a sentence names what is at fault. The tensors are checked against the result by `Weights`.
extension Hyperparameters {
  /// Bounds that no real model comes near, chosen so that no product of sizes overflows.
  enum Limit {
    static let layers = 1...1024
    static let width = 1...(1 << 20)
    static let heads = 1...1024
    static let experts = 1...1024
    static let vocabulary = 1...(1 << 24)
    static let context = 1...(1 << 24)
    static let taps = 2...8
  }

  /// The architectures that this model computes: with experts, and with dense layers alone.
  package static let architectures = [withExperts, "lfm2"]
  private static let withExperts = "lfm2moe"

  /// - Throws: `ModelError`: `unsupportedArchitecture` or `badHyperparameter`.
  package init(_ checkpoint: Checkpoint) throws(ModelError) {
    do {
      let architecture = try Self.architecture(of: checkpoint)
      self = try Self.read(checkpoint.metadata, architecture, path: checkpoint.path)
      try checkAgreement(architecture, path: checkpoint.path)
    } catch let error as ModelError {
      throw error
    } catch {
      throw ModelError(.badHyperparameter, "\(error)")
    }
  }

  private static func architecture(of checkpoint: Checkpoint) throws -> String {
    let found = try checkpoint.architecture()
    guard architectures.contains(found) else {
      throw ModelError(
        .unsupportedArchitecture,
        "\(checkpoint.path): this file holds a model of architecture \"\(CheckpointError.printable(found))\"; "
          + "lfmd computes \"lfm2moe\" (LFM2.5-8B-A1B, LFM2-8B-A1B, LFM2-24B-A2B) and \"lfm2\" (LFM2 and LFM2.5 "
          + "of 350M to 2.6B). Give it a GGUF of one of those."
      )
    }
    return found
  }

  private static func read(
    _ metadata: Metadata, _ architecture: String, path: String
  ) throws -> Hyperparameters {
    func key(_ name: String) -> String { "\(architecture).\(name)" }
    func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
      try metadata.integer(key(name), in: range)
    }
    func optional(_ name: String, _ range: ClosedRange<Int>, _ fallback: Int) throws -> Int {
      metadata.contains(key(name)) ? try integer(name, range) : fallback
    }
    let layers = try integer("block_count", Limit.layers)
    let keyValueHeads = try metadata.integers(
      key("attention.head_count_kv"), count: layers, in: 0...Limit.heads.upperBound)
    let embedding = try vocabularyCount(metadata, key("vocab_size"))
    var found = Hyperparameters(
      operators: keyValueHeads.map {
        $0 == 0 ? .shortConvolution : .attention(keyValueHeads: $0)
      },
      hidden: try integer("embedding_length", Limit.width),
      feedForward: try integer("feed_forward_length", Limit.width),
      denseLayers: layers,
      experts: 0,
      expertsPerToken: 0,
      expertFeedForward: 0,
      normalizesExpertWeights: true,
      routedScaling: 1,
      heads: try integer("attention.head_count", Limit.heads),
      ropeBase: Float(try metadata.float(key("rope.freq_base"))),
      normEpsilon: Float(try metadata.float(key("attention.layer_norm_rms_epsilon"))),
      convolutionTaps: try integer("shortconv.l_cache", Limit.taps),
      vocabularyCount: embedding,
      contextLength: try integer("context_length", Limit.context))
    guard architecture == withExperts else { return found }
    let gating = try integer("expert_gating_func", 0...255)
    guard gating == 2 else {
      throw ModelError(
        .badHyperparameter,
        "\(path): key \(key("expert_gating_func")): found \(gating), expected 2 (sigmoid).")
    }
    found.denseLayers = try optional("leading_dense_block_count", 0...layers, 0)
    found.experts = try integer("expert_count", Limit.experts)
    found.expertsPerToken = try integer("expert_used_count", Limit.experts)
    found.expertFeedForward = try integer("expert_feed_forward_length", Limit.width)
    let norm = key("expert_weights_norm")
    if metadata.contains(norm) { found.normalizesExpertWeights = try metadata.bool(norm) }
    // llama.cpp's files write 0, or nothing, for "no scaling".
    let scale = try optionalFloat(metadata, key("expert_weights_scale")) ?? 0
    found.routedScaling = scale == 0 ? 1 : Float(scale)
    return found
  }

  /// The key, or, in files without it, the number of tokens.
  private static func vocabularyCount(_ metadata: Metadata, _ key: String) throws -> Int {
    let tokens = "tokenizer.ggml.tokens"
    if !metadata.contains(key), metadata.contains(tokens) {
      let count = try metadata.strings(tokens).count
      if Limit.vocabulary.contains(count) { return count }
    }
    return try metadata.integer(key, in: Limit.vocabulary)
  }

  private static func optionalFloat(_ metadata: Metadata, _ key: String) throws -> Double? {
    metadata.contains(key) ? try metadata.float(key) : nil
  }

  /// What no single key shows.
  private func checkAgreement(_ architecture: String, path: String) throws(ModelError) {
    func refuse(_ name: String, _ found: String, _ expected: String) -> ModelError {
      ModelError(
        .badHyperparameter,
        "\(path): key \(architecture).\(name): found \(found), expected \(expected).")
    }
    guard hidden % heads == 0, headDimension % 2 == 0 else {
      throw refuse(
        "attention.head_count", "\(heads)",
        "a number that divides embedding_length (\(hidden)) into heads of an even size")
    }
    for count in keyValueHeads where heads % count != 0 {
      throw refuse(
        "attention.head_count_kv", "\(count)", "0 or a divisor of attention.head_count (\(heads))")
    }
    guard expertsPerToken <= experts else {
      throw refuse(
        "expert_used_count", "\(expertsPerToken)", "at most expert_count (\(experts))")
    }
    guard ropeBase.isFinite, ropeBase > 0 else {
      throw refuse("rope.freq_base", "\(ropeBase)", "a positive number")
    }
    guard normEpsilon.isFinite, normEpsilon > 0, normEpsilon < 1 else {
      throw refuse(
        "attention.layer_norm_rms_epsilon", "\(normEpsilon)", "a number between 0 and 1")
    }
    guard routedScaling.isFinite, routedScaling > 0 else {
      throw refuse("expert_weights_scale", "\(routedScaling)", "a positive number")
    }
  }
}
