"""Compare this model's logits with transformers' Lfm2MoeForCausalLM on the same weights.

    check_forward.py MODEL.gguf

Also checks that a conversation alone, packed beside another, and token by token gives the same logits.
"""
import sys

import torch
from transformers import Lfm2MoeConfig, Lfm2MoeForCausalLM

from export import read
from vocabulary import BOS, EOS, PAD


def theirs(model):
    s = model.shape
    config = Lfm2MoeConfig(
        vocab_size=s.vocab, hidden_size=s.hidden, intermediate_size=s.dense, moe_intermediate_size=s.expert, num_hidden_layers=len(s.layers),
        num_attention_heads=s.heads, num_key_value_heads=s.kv_heads, max_position_embeddings=s.context, norm_eps=s.eps, conv_bias=False,
        conv_L_cache=s.taps, num_dense_layers=s.dense_layers, num_experts_per_tok=s.used, num_experts=s.experts, use_expert_bias=True,
        norm_topk_prob=True, routed_scaling_factor=1.0, tie_word_embeddings=True, bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD,
        rope_parameters={"rope_type": "default", "rope_theta": s.rope}, layer_types=["full_attention" if c == "a" else "conv" for c in s.layers])
    config._attn_implementation = "eager"
    other = Lfm2MoeForCausalLM(config).eval()
    state = {}
    for name, value in model.state_dict().items():
        if not name.startswith("blocks."):
            state[{"embed": "model.embed_tokens.weight", "norm.weight": "model.embedding_norm.weight"}[name]] = value
            continue
        _, i, rest = name.split(".", 2)
        dense = int(i) < s.dense_layers
        at = f"model.layers.{i}."
        if rest == "operator.conv":
            state[at + "conv.conv.weight"] = value[:, None]
        elif rest in ("operator.in_proj", "operator.out_proj"):
            state[at + "conv." + rest[9:] + ".weight"] = value
        elif rest in ("operator.q", "operator.k", "operator.v"):
            state[f"{at}self_attn.{rest[-1]}_proj.weight"] = value
        elif rest == "operator.output":
            state[at + "self_attn.out_proj.weight"] = value
        elif rest in ("operator.q_norm.weight", "operator.k_norm.weight"):
            state[f"{at}self_attn.{rest[9]}_layernorm.weight"] = value
        elif rest == "ffn.router":
            state[at + "feed_forward.gate.weight"] = value
        elif rest == "ffn.bias":
            state[at + "feed_forward.expert_bias"] = value
        elif dense and rest.startswith("ffn."):
            state[at + "feed_forward." + {"gate": "w1", "up": "w3", "down": "w2"}[rest[4:]] + ".weight"] = value
        elif rest == "ffn.gate":
            state[at + "feed_forward.experts.gate_up_proj"] = torch.cat([value, model.state_dict()[name.replace("gate", "up")]], 1)
        elif rest == "ffn.down":
            state[at + "feed_forward.experts.down_proj"] = value
        elif rest.endswith("_norm.weight"):
            state[at + rest] = value
    missing, unexpected = other.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    other.tie_weights()
    return other


@torch.no_grad()
def main():
    model = read(sys.argv[1])
    ids = torch.randint(0, model.shape.vocab, (2, 130), generator=torch.Generator().manual_seed(3))
    mine = model.logits(model(ids))
    far = (mine - theirs(model)(input_ids=ids).logits).abs().max().item()
    packed = model.logits(model(ids.view(1, -1), torch.arange(2).repeat_interleave(130)[None]))
    inside = (packed.view_as(mine) - mine).abs().max().item()
    past = []
    steps = torch.cat([model.continued(part, past) for part in (ids[:, :100], *ids[:, 100:].split(1, 1))], 1)
    stepped = (model.logits(steps) - mine).abs().max().item()
    print(f"largest logit {mine.abs().max():.3f}; largest difference from transformers {far:.2e}, of packing {inside:.2e}, of steps {stepped:.2e}")
    sys.exit(max(far, inside, stepped) > 1e-4)


if __name__ == "__main__":
    main()
