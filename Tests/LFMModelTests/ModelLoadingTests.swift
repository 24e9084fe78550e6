import LFMCheckpoint
import LFMModel
import Testing

/// Files that are well-formed and make no model: each is refused with a sentence that names what is wrong.
@Suite struct ModelLoadingTests {
  static let options = Model.Options(threads: 1, maximumRows: 16)

  /// The refusal of a checkpoint after a change to it.
  func refusal(_ change: (inout TestCheckpoint) -> Void) throws -> ModelError? {
    var checkpoint = TestCheckpoint()
    change(&checkpoint)
    let opened = try checkpoint.open()
    do {
      _ = try Model(opened, options: Self.options)
      return nil
    } catch {
      return error
    }
  }

  @Test func theGoodOneLoadsAndComputes() throws {
    let model = try Model(try TestCheckpoint().open(), options: Self.options)
    #expect(model.hyperparameters.layers == 2)
    #expect(model.hyperparameters.rewindLength == 2)
    #expect(model.hyperparameters.keyValueHeads == [1])
    #expect(model.hyperparameters.headDimension == 4)
    let rows = try model.logits(model.freshSequence(), [1, 9, 0])
    #expect(rows.count == 3 && rows.joined().allSatisfy { $0.isFinite })
    #expect(model.estimatedMemory(contextLength: 64) > model.privateBytes)
  }

  @Test func anotherArchitecture() throws {
    let error = try refusal { $0.metadata["general.architecture"] = .string("llama") }
    #expect(error?.kind == .unsupportedArchitecture)
    #expect(error?.sentence.contains("\"llama\"") == true)
    #expect(error?.sentence.contains("lfm2moe") == true)
  }

  /// Each key: missing, of another type, and out of range.
  @Test func hyperparameters() throws {
    for key in TestCheckpoint().metadata.keys.sorted()
    where key != "lfm2moe.leading_dense_block_count" {
      let missing = try refusal { $0.metadata[key] = nil }
      #expect(missing?.sentence.contains(key) == true, "\(key) missing")
      let mistyped = try refusal { $0.metadata[key] = .bool(true) }
      #expect(mistyped?.sentence.contains(key) == true, "\(key) as a bool")
    }
    let zeros = [
      "block_count", "context_length", "embedding_length", "feed_forward_length",
      "attention.head_count", "expert_count", "expert_used_count", "expert_feed_forward_length",
      "vocab_size", "shortconv.l_cache", "expert_gating_func",
    ]
    for name in zeros {
      for value in [0, UInt32.max] {
        let error = try refusal { $0.metadata["lfm2moe." + name] = .integer(value) }
        #expect(error?.kind == .badHyperparameter, "\(name) = \(value)")
        #expect(error?.sentence.contains("lfm2moe." + name) == true, "\(name) = \(value)")
      }
    }
  }

  @Test func hyperparametersThatDisagree() throws {
    let changes: [(String, TestCheckpoint.Value)] = [
      ("attention.head_count", .integer(3)), ("attention.head_count", .integer(8)),
      ("attention.head_count_kv", .integers([0, 3])), ("attention.head_count_kv", .integers([0])),
      ("attention.head_count_kv", .integers([0, -1])), ("expert_used_count", .integer(4)),
      ("expert_gating_func", .integer(1)), ("leading_dense_block_count", .integer(3)),
      ("rope.freq_base", .float(0)), ("rope.freq_base", .float(-1)),
      ("rope.freq_base", .float(.infinity)), ("rope.freq_base", .float(.nan)),
      ("attention.layer_norm_rms_epsilon", .float(0)),
      ("attention.layer_norm_rms_epsilon", .float(.nan)), ("shortconv.l_cache", .integer(1)),
      ("shortconv.l_cache", .integer(9)), ("expert_weights_scale", .float(-1)),
      ("expert_weights_norm", .integer(1)),
    ]
    for (name, value) in changes {
      let error = try refusal { $0.metadata["lfm2moe." + name] = value }
      #expect(error?.kind == .badHyperparameter, "\(name) = \(value)")
      #expect(error?.sentence.contains("lfm2moe." + name) == true, "\(name) = \(value)")
    }
  }

  /// Each tensor: missing, with another shape, of a type that is not computed with.
  @Test func tensors() throws {
    for (name, tensor) in TestCheckpoint().tensors {
      if name != "blk.1.exp_probs_b.bias" {
        let missing = try refusal { $0.tensors[name] = nil }
        #expect(missing?.kind == .badTensor, "\(name)")
        #expect(missing?.sentence.contains(name) == true)
      }
      for axis in tensor.shape.indices {
        for size in [tensor.shape[axis] + 1, tensor.shape[axis] - 1] {
          let error = try refusal { $0.tensors[name]?.shape[axis] = size }
          #expect(error?.kind == .badTensor, "\(name) axis \(axis)")
          #expect(error?.sentence.contains(name) == true)
        }
      }
      let integers = try refusal { $0.tensors[name]?.type = 25 }
      #expect(integers?.kind == .badTensor, "\(name) as I16")
      #expect(integers?.sentence.contains("I16") == true)
    }
  }

  @Test func aHeadOfItsOwnIsChecked() throws {
    #expect(try refusal { $0.tensors["output.weight"] = .init(shape: [8, 10]) } == nil)
    let error = try refusal { $0.tensors["output.weight"] = .init(shape: [8, 9]) }
    #expect(error?.kind == .badTensor)
    #expect(error?.sentence.contains("output.weight") == true)
  }

  @Test func optionsAreChecked() throws {
    let checkpoint = try TestCheckpoint().open()
    let bad = [
      Model.Options(threads: 0), Model.Options(threads: -1), Model.Options(threads: 5000),
      Model.Options(threads: 1, maximumRows: 0), Model.Options(threads: 1, maximumRows: .max),
      Model.Options(threads: 1, instructionSet: "sse9"),
    ]
    for options in bad {
      let error = #expect(throws: ModelError.self) { try Model(checkpoint, options: options) }
      #expect(error?.kind == .badOption)
    }
  }

  /// Numbers that are none in the weights give numbers that are none, and nothing worse.
  @Test func weightsThatAreNoNumbers() throws {
    for value in [Float.nan, .infinity, 1e38] {
      var checkpoint = TestCheckpoint()
      checkpoint.lastValue = value
      let model = try Model(try checkpoint.open(), options: Self.options)
      #expect(try model.logits(model.freshSequence(), [1, 9, 3, 3], chunks: [3, 1]).count == 4)
    }
  }
}
