#!/usr/bin/env python3
"""Make small random checkpoints with Hugging Face transformers' Lfm2MoeForCausalLM and Lfm2ForCausalLM (cases without
experts), and save what they compute.

    pip install torch transformers gguf
    make_reference.py [OUT]        (default: Tests/LFMModelTests/Fixtures)

For each case below: NAME.gguf (the weights, as llama.cpp names and lays them out), NAME.json (the tokens) and NAME.f32
(logits, float32 little-endian, a row a position). Quantised weights are quantised first and the model computes with what
they dequantise to, so the same numbers are meant to the last bit. One forward pass over the whole prompt, without a
cache: transformers' continuation of a cached prompt by several tokens is wrong for the short convolutions.

A case whose router came within 1e-4 of choosing another expert is drawn again: there float32 may rightly differ.
rotary.json holds cosines and sines at far positions.
"""
import json
import pathlib
import sys

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Q
from transformers import Lfm2Config, Lfm2ForCausalLM, Lfm2MoeConfig, Lfm2MoeForCausalLM
from transformers.models.lfm2_moe.modeling_lfm2_moe import Lfm2MoeRotaryEmbedding, Lfm2MoeTopKRouter

root = pathlib.Path(__file__).resolve().parents[2]
out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "Tests/LFMModelTests/Fixtures"
out.mkdir(parents=True, exist_ok=True)

# layers: c = short convolution, a = attention. types: of the matrices, taken in turn.
CASES = [
    dict(name="odd-f32", types=[Q.F32], layers="caca", hidden=36, heads=6, kv=2, ff=44, dense=1, experts=5, used=2,
         eff=20, vocab=97, tokens=150),
    dict(name="untied-f16", types=[Q.F16], layers="acc", hidden=60, heads=5, kv=5, ff=70, dense=0, experts=3, used=3,
         eff=26, vocab=65, tokens=70, tied=False, bias=False),
    dict(name="taps-bf16", types=[Q.BF16], layers="ccca", hidden=48, heads=4, kv=1, ff=50, dense=2, experts=6, used=1,
         eff=18, vocab=70, tokens=66, taps=4, scaling=1.5),
    dict(name="plain-q8_0", types=[Q.Q8_0], layers="cacca", hidden=64, heads=4, kv=2, ff=96, dense=2, experts=6, used=4,
         eff=32, vocab=80, tokens=200),
    dict(name="all-dense-q4_0", types=[Q.Q4_0], layers="aacc", hidden=96, heads=3, kv=3, ff=64, dense=4, experts=2,
         used=1, eff=32, vocab=64, tokens=1),
    dict(name="mixed-q4_0", types=[Q.Q4_0, Q.Q8_0], layers="cac", hidden=96, heads=6, kv=3, ff=64, dense=1, experts=4,
         used=2, eff=64, vocab=90, tokens=130),
    dict(name="k-quants", types=[Q.Q4_K, Q.Q5_K, Q.Q6_K], layers="a", hidden=256, heads=4, kv=2, ff=256, dense=0,
         experts=2, used=1, eff=256, vocab=64, tokens=65),
    dict(name="lfm2-f32", types=[Q.F32], layers="ccac", hidden=36, heads=6, kv=2, ff=44, dense=4, experts=0, used=0,
         vocab=83, tokens=140),
    dict(name="lfm2-q8_0", types=[Q.Q8_0], layers="cacac", hidden=64, heads=4, kv=2, ff=96, dense=5, experts=0, used=0,
         vocab=75, tokens=120),
]


def halves(rng, n, scale):
    return (scale * (0.75 + 0.5 * rng.random(n))).astype(np.float16).view(np.uint8).reshape(n, 2)


def random_blocks(rng, q, n, std):
    """gguf-py does not quantise to K-quants: draw blocks whose values have about this deviation."""
    raw = lambda k: rng.integers(0, 256, (n, k), dtype=np.uint8)
    if q == Q.Q4_K:
        return np.concatenate([halves(rng, n, std / 150), halves(rng, n, std / 20), raw(12), raw(128)], 1)
    if q == Q.Q5_K:
        return np.concatenate([halves(rng, n, std / 300), halves(rng, n, std / 20), raw(12), raw(32), raw(128)], 1)
    scales = rng.integers(-100, 100, (n, 16)).astype(np.int8).view(np.uint8)
    return np.concatenate([raw(128), raw(64), scales, halves(rng, n, std / 1100)], 1)


class Checkpoint:
    """Draws weights, remembers them as the file stores them and as float32."""

    def __init__(self, case, seed):
        self.case, self.rng, self.stored, self.turn = case, np.random.default_rng(seed), [], 0

    def matrix(self, name, shape, gain=1.0):
        q = self.case["types"][self.turn % len(self.case["types"])]
        self.turn += 1
        std = gain / np.sqrt(shape[-1])
        block, size = gguf.GGML_QUANT_SIZES[q]
        if q in (Q.Q4_K, Q.Q5_K, Q.Q6_K):
            n = int(np.prod(shape)) // block
            stored = random_blocks(self.rng, q, n, std).reshape(*shape[:-1], shape[-1] // block * size)
        else:
            stored = gguf.quants.quantize((std * self.rng.standard_normal(shape)).astype(np.float32), q)
        self.stored.append((name, stored, q))
        return torch.from_numpy(np.array(gguf.quants.dequantize(stored, q), dtype=np.float32).reshape(shape))

    def vector(self, name, shape, mean, std):
        x = (mean + std * self.rng.standard_normal(shape)).astype(np.float32)
        self.stored.append((name, x, Q.F32))
        return torch.from_numpy(x.copy())

    def router(self, name, shape):
        return self.vector(name, shape, 0, 2 / np.sqrt(shape[-1]))


def fill(case, model, w):
    """Draw every weight, under the file's name, and put it where transformers has it."""
    h, layers = case["hidden"], case["layers"]
    hd = h // case["heads"]
    model.model.embed_tokens.weight.data = w.matrix("token_embd.weight", (case["vocab"], h), gain=4)
    if not case.get("tied", True):
        model.lm_head.weight.data = w.matrix("output.weight", (case["vocab"], h), gain=2)
    model.model.embedding_norm.weight.data = w.vector("token_embd_norm.weight", h, 1, 0.2)
    for i, layer in enumerate(model.model.layers):
        b = f"blk.{i}."
        layer.operator_norm.weight.data = w.vector(b + "attn_norm.weight", h, 1, 0.2)
        layer.ffn_norm.weight.data = w.vector(b + "ffn_norm.weight", h, 1, 0.2)
        if layers[i] == "a":
            a = layer.self_attn
            a.q_proj.weight.data = w.matrix(b + "attn_q.weight", (h, h))
            a.k_proj.weight.data = w.matrix(b + "attn_k.weight", (case["kv"] * hd, h))
            a.v_proj.weight.data = w.matrix(b + "attn_v.weight", (case["kv"] * hd, h))
            a.out_proj.weight.data = w.matrix(b + "attn_output.weight", (h, h))
            a.q_layernorm.weight.data = w.vector(b + "attn_q_norm.weight", hd, 1.5, 0.3)
            a.k_layernorm.weight.data = w.vector(b + "attn_k_norm.weight", hd, 1.5, 0.3)
        else:
            c, taps = layer.conv, case.get("taps", 3)
            c.in_proj.weight.data = w.matrix(b + "shortconv.in_proj.weight", (3 * h, h))
            c.conv.weight.data = w.vector(b + "shortconv.conv.weight", (h, taps), 0, 0.6).reshape(h, 1, taps)
            c.out_proj.weight.data = w.matrix(b + "shortconv.out_proj.weight", (h, h))
        f = layer.feed_forward
        if i < case["dense"]:
            f.w1.weight.data = w.matrix(b + "ffn_gate.weight", (case["ff"], h))
            f.w3.weight.data = w.matrix(b + "ffn_up.weight", (case["ff"], h))
            f.w2.weight.data = w.matrix(b + "ffn_down.weight", (h, case["ff"]))
            continue
        n, e = case["experts"], case["eff"]
        f.gate.weight.data = w.router(b + "ffn_gate_inp.weight", (n, h))
        if case.get("bias", True):
            f.expert_bias = w.vector(b + "exp_probs_b.bias", n, 0, 0.2)
        gates = w.matrix(b + "ffn_gate_exps.weight", (n, e, h))
        ups = w.matrix(b + "ffn_up_exps.weight", (n, e, h))
        f.experts.gate_up_proj.data = torch.cat([gates, ups], 1)
        f.experts.down_proj.data = w.matrix(b + "ffn_down_exps.weight", (n, h, e))


def build(case, seed):
    names = {"c": "conv", "a": "full_attention"}
    shared = dict(
        vocab_size=case["vocab"], hidden_size=case["hidden"], intermediate_size=case["ff"],
        num_hidden_layers=len(case["layers"]), num_attention_heads=case["heads"],
        num_key_value_heads=case["kv"], conv_L_cache=case.get("taps", 3), norm_eps=1e-5,
        layer_types=[names[x] for x in case["layers"]], tie_word_embeddings=case.get("tied", True),
        rope_parameters={"rope_type": "default", "rope_theta": 5e6}, max_position_embeddings=4096,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, attn_implementation="eager")
    if case["experts"]:
        model = Lfm2MoeForCausalLM(Lfm2MoeConfig(
            **shared, moe_intermediate_size=case["eff"], num_dense_layers=case["dense"], num_experts=case["experts"],
            num_experts_per_tok=case["used"], use_expert_bias=case.get("bias", True),
            routed_scaling_factor=case.get("scaling", 1.0), experts_implementation="eager"))
    else:
        # The adjustment of the inner width is made by whoever writes a GGUF: the file has the result.
        model = Lfm2ForCausalLM(Lfm2Config(**shared, block_auto_adjust_ff_dim=False))
    model = model.eval().float()
    w = Checkpoint(case, seed)
    with torch.no_grad():
        fill(case, model, w)
    if case.get("tied", True):
        model.tie_weights()
    return model, w


def closest_route(model, case, run):
    """Run, and find how near any row came to other experts."""
    gaps = []

    def look(router, inputs, output):
        scores = output[0].sigmoid() + (inputs[1] if len(inputs) > 1 and inputs[1] is not None else 0)
        ranked = scores.sort(dim=-1, descending=True).values
        if case["used"] < case["experts"]:
            gaps.append((ranked[:, case["used"] - 1] - ranked[:, case["used"]]).min().item())

    hooks = [m.register_forward_hook(look) for m in model.modules() if isinstance(m, Lfm2MoeTopKRouter)]
    result = run()
    for hook in hooks:
        hook.remove()
    return result, min(gaps, default=1.0)


def write(case, w, path):
    g = gguf.GGUFWriter(path, "lfm2moe" if case["experts"] else "lfm2")
    layers = case["layers"]
    g.add_name(case["name"])
    g.add_block_count(len(layers)), g.add_context_length(4096), g.add_embedding_length(case["hidden"])
    g.add_feed_forward_length(case["ff"]), g.add_head_count(case["heads"])
    g.add_head_count_kv([case["kv"] if x == "a" else 0 for x in layers])
    g.add_rope_freq_base(5e6), g.add_layer_norm_rms_eps(1e-5)
    if case["experts"]:
        g.add_expert_count(case["experts"]), g.add_expert_used_count(case["used"])
        g.add_expert_feed_forward_length(case["eff"]), g.add_leading_dense_block_count(case["dense"])
        g.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    g.add_vocab_size(case["vocab"]), g.add_shortconv_l_cache(case.get("taps", 3))
    if "scaling" in case:
        g.add_expert_weights_scale(case["scaling"])
    for name, x, q in w.stored:
        g.add_tensor(name, np.ascontiguousarray(x), raw_dtype=q)
    g.write_header_to_file(), g.write_kv_data_to_file(), g.write_tensors_to_file()
    g.close()


torch.manual_seed(0)
for case in CASES:
    for seed in range(200):
        model, w = build(case, seed)
        tokens = np.random.default_rng(seed + 1000).integers(0, case["vocab"], case["tokens"])
        with torch.no_grad():
            run = lambda: model(torch.from_numpy(tokens)[None], use_cache=False).logits[0].numpy()
            logits, gap = closest_route(model, case, run)
        if gap > 1e-4:
            break
    else:
        sys.exit(f"{case['name']}: no seed keeps the router away from ties")
    path = out / f"{case['name']}.gguf"
    write(case, w, path)
    logits.astype("<f4").tofile(out / f"{case['name']}.f32")
    (out / f"{case['name']}.json").write_text(json.dumps({"tokens": tokens.tolist()}) + "\n")
    print(f"{case['name']}: seed {seed}, route gap {gap:.1e}, {path.stat().st_size} bytes, "
          f"logits {logits.shape} up to {np.abs(logits).max():.2f}")

positions = [0, 1, 63, 4097, 65535, 127999]
config = Lfm2MoeConfig(hidden_size=256, num_attention_heads=4,
                       rope_parameters={"rope_type": "default", "rope_theta": 5e6})
cos, sin = Lfm2MoeRotaryEmbedding(config)(torch.zeros(1, 1, 256), torch.tensor([positions]))
(out / "rotary.json").write_text(json.dumps({
    "base": 5e6, "positions": positions,
    "cosines": cos[0, :, :32].double().tolist(), "sines": sin[0, :, :32].double().tolist()}) + "\n")
