#!/usr/bin/env python3
"""Makes Tests/LFMEngineTests/Fixtures/tiny.gguf: a whole model file, small and random.

    pip install gguf
    make-engine-fixture.py [OUT]

Every operator of the architecture, a vocabulary of the 256 bytes, two merges and LFM2.5's special tokens, and the
demo model's chat template. What it says is noise, but always the same noise. No truth is derived from it: that the
arithmetic is right is Tools/reference's matter.
"""
import pathlib
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Q

ROOT = pathlib.Path(__file__).resolve().parents[1]
OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/LFMEngineTests/Fixtures/tiny.gguf"
LAYERS, HIDDEN, HEADS, KV, FF, EXPERTS, USED, EFF, DENSE = "caca", 64, 4, 2, 96, 6, 3, 32, 1
SPECIAL = [
    "<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>",
    "<|tool_call_start|>", "<|tool_call_end|>",
]

rng = np.random.default_rng(7)


def letters():
    """GPT-2's letters, one for each byte, in the order of the bytes."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x144))
    return [chr(b) if b in visible else chr(next(others)) for b in range(256)]


def matrix(g, name, *shape, gain=1.0):
    x = (gain / np.sqrt(shape[-1]) * rng.standard_normal(shape)).astype(np.float32)
    g.add_tensor(name, gguf.quants.quantize(x, Q.Q8_0), raw_dtype=Q.Q8_0)


def vector(g, name, *shape, mean=1.0, std=0.2):
    g.add_tensor(name, (mean + std * rng.standard_normal(shape)).astype(np.float32))


def layer(g, i, kind):
    b, head = f"blk.{i}.", HIDDEN // HEADS
    vector(g, b + "attn_norm.weight", HIDDEN)
    vector(g, b + "ffn_norm.weight", HIDDEN)
    if kind == "a":
        matrix(g, b + "attn_q.weight", HIDDEN, HIDDEN)
        matrix(g, b + "attn_k.weight", KV * head, HIDDEN)
        matrix(g, b + "attn_v.weight", KV * head, HIDDEN)
        matrix(g, b + "attn_output.weight", HIDDEN, HIDDEN)
        vector(g, b + "attn_q_norm.weight", head, mean=1.5)
        vector(g, b + "attn_k_norm.weight", head, mean=1.5)
    else:
        matrix(g, b + "shortconv.in_proj.weight", 3 * HIDDEN, HIDDEN)
        vector(g, b + "shortconv.conv.weight", HIDDEN, 3, mean=0, std=0.6)
        matrix(g, b + "shortconv.out_proj.weight", HIDDEN, HIDDEN)
    if i < DENSE:
        matrix(g, b + "ffn_gate.weight", FF, HIDDEN)
        matrix(g, b + "ffn_up.weight", FF, HIDDEN)
        matrix(g, b + "ffn_down.weight", HIDDEN, FF)
        return
    vector(g, b + "ffn_gate_inp.weight", EXPERTS, HIDDEN, mean=0, std=2 / np.sqrt(HIDDEN))
    vector(g, b + "exp_probs_b.bias", EXPERTS, mean=0)
    matrix(g, b + "ffn_gate_exps.weight", EXPERTS, EFF, HIDDEN)
    matrix(g, b + "ffn_up_exps.weight", EXPERTS, EFF, HIDDEN)
    matrix(g, b + "ffn_down_exps.weight", EXPERTS, HIDDEN, EFF)


tokens = letters() + ["th", "the"] + SPECIAL
kinds = [1] * 258 + [3] * len(SPECIAL)
g = gguf.GGUFWriter(OUT, "lfm2moe")
g.add_name("tiny random model")
g.add_block_count(len(LAYERS)), g.add_context_length(2048), g.add_embedding_length(HIDDEN)
g.add_feed_forward_length(FF), g.add_head_count(HEADS)
g.add_head_count_kv([KV if x == "a" else 0 for x in LAYERS])
g.add_rope_freq_base(5e6), g.add_layer_norm_rms_eps(1e-5)
g.add_expert_count(EXPERTS), g.add_expert_used_count(USED), g.add_expert_feed_forward_length(EFF)
g.add_leading_dense_block_count(DENSE), g.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
g.add_vocab_size(len(tokens)), g.add_shortconv_l_cache(3)
g.add_tokenizer_model("gpt2"), g.add_tokenizer_pre("lfm2")
g.add_token_list(tokens), g.add_token_types(kinds), g.add_token_merges(["t h", "th e"])
g.add_bos_token_id(tokens.index("<|startoftext|>")), g.add_eos_token_id(tokens.index("<|im_end|>"))
g.add_pad_token_id(tokens.index("<|pad|>")), g.add_add_bos_token(True)
g.add_chat_template((ROOT / "Tools/demo-model/chat-template.jinja").read_text())
matrix(g, "token_embd.weight", len(tokens), HIDDEN, gain=4)
vector(g, "token_embd_norm.weight", HIDDEN)
for i, kind in enumerate(LAYERS):
    layer(g, i, kind)
g.write_header_to_file(), g.write_kv_data_to_file(), g.write_tensors_to_file()
g.close()
print(f"{OUT.stat().st_size} bytes: {OUT}")
