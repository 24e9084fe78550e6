import Foundation
import LFMCheckpoint

/// A GGUF written byte by byte, for models with something wrong in them: starts as a good one of two layers (attention
/// with experts, dense short convolution), all zeros and ones in F32.
struct TestCheckpoint {
  enum Value {
    case integer(UInt32)
    case float(Float)
    case bool(Bool)
    case string(String)
    case integers([Int32])
  }

  struct Tensor {
    var shape: [Int]
    /// GGUF's number, and bytes an element as a fraction.
    var type: UInt32 = 0
    var bytes: Int {
      shape.reduce(1, *) * (type == 0 ? 4 : type == 8 ? 34 : 2) / (type == 8 ? 32 : 1)
    }
  }

  var metadata: [String: Value] = [
    "general.architecture": .string("lfm2moe"),
    "lfm2moe.block_count": .integer(2),
    "lfm2moe.context_length": .integer(64),
    "lfm2moe.embedding_length": .integer(8),
    "lfm2moe.feed_forward_length": .integer(12),
    "lfm2moe.attention.head_count": .integer(2),
    "lfm2moe.attention.head_count_kv": .integers([0, 1]),
    "lfm2moe.attention.layer_norm_rms_epsilon": .float(1e-5),
    "lfm2moe.rope.freq_base": .float(1e6),
    "lfm2moe.expert_count": .integer(3),
    "lfm2moe.expert_used_count": .integer(2),
    "lfm2moe.expert_feed_forward_length": .integer(6),
    "lfm2moe.leading_dense_block_count": .integer(1),
    "lfm2moe.expert_gating_func": .integer(2),
    "lfm2moe.vocab_size": .integer(10),
    "lfm2moe.shortconv.l_cache": .integer(3),
  ]

  var tensors: [String: Tensor] = [
    "token_embd.weight": Tensor(shape: [8, 10]),
    "token_embd_norm.weight": Tensor(shape: [8]),
    "blk.0.attn_norm.weight": Tensor(shape: [8]),
    "blk.0.ffn_norm.weight": Tensor(shape: [8]),
    "blk.0.shortconv.in_proj.weight": Tensor(shape: [8, 24]),
    "blk.0.shortconv.conv.weight": Tensor(shape: [3, 8]),
    "blk.0.shortconv.out_proj.weight": Tensor(shape: [8, 8]),
    "blk.0.ffn_gate.weight": Tensor(shape: [8, 12]),
    "blk.0.ffn_up.weight": Tensor(shape: [8, 12]),
    "blk.0.ffn_down.weight": Tensor(shape: [12, 8]),
    "blk.1.attn_norm.weight": Tensor(shape: [8]),
    "blk.1.ffn_norm.weight": Tensor(shape: [8]),
    "blk.1.attn_q.weight": Tensor(shape: [8, 8]),
    "blk.1.attn_k.weight": Tensor(shape: [8, 4]),
    "blk.1.attn_v.weight": Tensor(shape: [8, 4]),
    "blk.1.attn_output.weight": Tensor(shape: [8, 8]),
    "blk.1.attn_q_norm.weight": Tensor(shape: [4]),
    "blk.1.attn_k_norm.weight": Tensor(shape: [4]),
    "blk.1.ffn_gate_inp.weight": Tensor(shape: [8, 3]),
    "blk.1.exp_probs_b.bias": Tensor(shape: [3]),
    "blk.1.ffn_gate_exps.weight": Tensor(shape: [8, 6, 3]),
    "blk.1.ffn_up_exps.weight": Tensor(shape: [8, 6, 3]),
    "blk.1.ffn_down_exps.weight": Tensor(shape: [6, 8, 3]),
  ]

  /// What the last float of every tensor is, the others being 1.
  var lastValue: Float = 1

  func bytes() -> [UInt8] {
    var file: [UInt8] = Array("GGUF".utf8)
    func append<T: FixedWidthInteger>(_ value: T) {
      for shift in 0..<T.bitWidth / 8 {
        file.append(UInt8(truncatingIfNeeded: value >> (8 * shift)))
      }
    }
    func append(_ text: String) {
      append(UInt64(text.utf8.count))
      file += Array(text.utf8)
    }
    append(UInt32(3))
    append(UInt64(tensors.count))
    append(UInt64(metadata.count))
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      append(key)
      switch value {
      case .integer(let number):
        append(UInt32(4))
        append(number)
      case .float(let number):
        append(UInt32(6))
        append(number.bitPattern)
      case .bool(let flag):
        append(UInt32(7))
        file.append(flag ? 1 : 0)
      case .string(let text):
        append(UInt32(8))
        append(text)
      case .integers(let numbers):
        append(UInt32(9))
        append(UInt32(5))
        append(UInt64(numbers.count))
        for number in numbers { append(number) }
      }
    }
    var offset = 0
    let ordered = tensors.sorted(by: { $0.key < $1.key })
    for (name, tensor) in ordered {
      append(name)
      append(UInt32(tensor.shape.count))
      for dimension in tensor.shape { append(UInt64(dimension)) }
      append(tensor.type)
      append(UInt64(offset))
      offset += (tensor.bytes + 31) / 32 * 32
    }
    while file.count % 32 != 0 { file.append(0) }
    for (_, tensor) in ordered {
      let start = file.count
      if tensor.type == 0 {
        let count = tensor.bytes / 4
        for index in 0..<count { append((index == count - 1 ? lastValue : 1).bitPattern) }
      }
      file += [UInt8](repeating: 0, count: (tensor.bytes + 31) / 32 * 32 - (file.count - start))
    }
    return file
  }

  /// Open it from a file that is gone again when this returns (the mapping lives on).
  func open() throws -> Checkpoint {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).gguf")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(bytes()).write(to: url)
    return try Checkpoint(path: url.path)
  }
}
