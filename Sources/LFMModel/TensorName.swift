/// The names of all tensors, in one table; the rest of the program has properties (`Weights`).
///
/// The names are llama.cpp's for the architectures `lfm2moe` and `lfm2`. Beware of `token_embd_norm`: it is the output norm.
enum TensorName {
  static let embedding = "token_embd.weight"
  static let outputNorm = "token_embd_norm.weight"
  /// Absent where the head is tied to the embedding.
  static let output = "output.weight"

  /// The tensors of one layer.
  enum InLayer: String {
    case operatorNorm = "attn_norm.weight"
    case feedForwardNorm = "ffn_norm.weight"
    case query = "attn_q.weight"
    case key = "attn_k.weight"
    case value = "attn_v.weight"
    case attentionOutput = "attn_output.weight"
    case queryNorm = "attn_q_norm.weight"
    case keyNorm = "attn_k_norm.weight"
    case convolutionInput = "shortconv.in_proj.weight"
    case convolutionKernel = "shortconv.conv.weight"
    case convolutionOutput = "shortconv.out_proj.weight"
    case gate = "ffn_gate.weight"
    case up = "ffn_up.weight"
    case down = "ffn_down.weight"
    case router = "ffn_gate_inp.weight"
    case expertBias = "exp_probs_b.bias"
    case expertGates = "ffn_gate_exps.weight"
    case expertUps = "ffn_up_exps.weight"
    case expertDowns = "ffn_down_exps.weight"
  }

  static func layer(_ index: Int, _ tensor: InLayer) -> String {
    "blk.\(index).\(tensor.rawValue)"
  }
}
