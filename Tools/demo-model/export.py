"""Write the model as GGUF, and read such a file back.

    export.py WORK OUT.gguf [--others CHECKPOINT...] [--type Q8_0|Q4_0|F16|BF16|F32] [--fresh]      --fresh: random weights, no checkpoint needed

Norms, router, expert bias and convolution kernels stay F32, as in the published files.
"""
import argparse
import os
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Q

from model import Model, Shape
from vocabulary import BOS, EOS, PAD, SPECIAL, assemble, load

TEMPLATE = Path(__file__).with_name("chat-template.jinja")
FILE_TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q8_0": 7, "BF16": 32}
BLOCK = {"operator_norm.weight": "attn_norm.weight", "ffn_norm.weight": "ffn_norm.weight",
         "operator.in_proj": "shortconv.in_proj.weight", "operator.out_proj": "shortconv.out_proj.weight", "operator.conv": "shortconv.conv.weight",
         "operator.q": "attn_q.weight", "operator.k": "attn_k.weight", "operator.v": "attn_v.weight", "operator.output": "attn_output.weight",
         "operator.q_norm.weight": "attn_q_norm.weight", "operator.k_norm.weight": "attn_k_norm.weight",
         "ffn.router": "ffn_gate_inp.weight", "ffn.bias": "exp_probs_b.bias"}
PLAIN = ("norm.weight", "ffn_gate_inp.weight", "shortconv.conv.weight", "exp_probs_b.bias")


def file_name(name, dense):
    """The GGUF name of a parameter."""
    if not name.startswith("blocks."):
        return {"embed": "token_embd.weight", "norm.weight": "token_embd_norm.weight"}[name]
    _, layer, rest = name.split(".", 2)
    if rest in ("ffn.gate", "ffn.up", "ffn.down"):
        return f"blk.{layer}.ffn_{rest[4:]}{'' if int(layer) < dense else '_exps'}.weight"
    return f"blk.{layer}.{BLOCK[rest]}"


def trained(work, *others):
    """The model with the running mean of its weights, or with the mean of these and of other checkpoints' of one training."""
    states = [torch.load(path, map_location="cpu", weights_only=True) for path in (work / "checkpoint.pt", *others)]
    model = Model(Shape(**states[0]["shape"]))
    model.load_state_dict(states[0]["model"])
    with torch.no_grad():
        for p, *means in zip(model.parameters(), *(s["mean"] for s in states)):
            p.copy_(sum(m.float() for m in means) / len(states))
        for name, b in model.named_buffers():
            if name in states[0]["model"]:
                b.copy_(sum(s["model"][name].float() for s in states) / len(states))
    return model.eval(), states[0]


def write(model, tokenizer, path, kind):
    s = model.shape
    w = gguf.GGUFWriter(str(path) + ".new", "lfm2moe")
    w.add_name("lfmd-demo"), w.add_license("apache-2.0"), w.add_size_label(f"{s.experts}x1M"), w.add_file_type(FILE_TYPES[kind])
    w.add_quantization_version(2)
    w.add_block_count(len(s.layers)), w.add_context_length(s.context), w.add_embedding_length(s.hidden), w.add_feed_forward_length(s.dense)
    w.add_head_count(s.heads), w.add_head_count_kv([s.kv_heads if c == "a" else 0 for c in s.layers])
    w.add_rope_freq_base(s.rope), w.add_layer_norm_rms_eps(s.eps)
    w.add_expert_count(s.experts), w.add_expert_used_count(s.used), w.add_expert_feed_forward_length(s.expert)
    w.add_leading_dense_block_count(s.dense_layers), w.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    w.add_vocab_size(s.vocab), w.add_shortconv_l_cache(s.taps)
    vocabulary = {i: t for t, i in tokenizer.get_vocab().items()}
    tokens = [vocabulary[i] for i in range(s.vocab)]
    types = [gguf.TokenType.CONTROL if t in SPECIAL else gguf.TokenType.UNUSED if t.startswith("<|unused") else gguf.TokenType.NORMAL for t in tokens]
    import json
    merges = [" ".join(m) if isinstance(m, list) else m for m in json.loads(tokenizer.to_str())["model"]["merges"]]
    w.add_tokenizer_model("gpt2"), w.add_tokenizer_pre("lfm2")
    w.add_token_list(tokens), w.add_token_types([int(t) for t in types]), w.add_token_merges(merges)
    w.add_bos_token_id(BOS), w.add_eos_token_id(EOS), w.add_pad_token_id(PAD)
    w.add_chat_template(TEMPLATE.read_text(encoding="utf-8"))
    for name, value in model.state_dict().items():
        stored, array = file_name(name, s.dense_layers), value.float().numpy()
        plain = stored.endswith(PLAIN)
        q = Q.F32 if plain else Q[kind]
        w.add_tensor(stored, gguf.quantize(np.ascontiguousarray(array), q), raw_dtype=q)
    w.write_header_to_file(), w.write_kv_data_to_file(), w.write_tensors_to_file()
    w.close()
    os.replace(str(path) + ".new", path)


def read(path):
    """The model of a GGUF file, dequantised: what the evaluation measures."""
    reader = gguf.GGUFReader(path)
    field = lambda name: reader.fields[name].contents()
    kv = field("lfm2moe.attention.head_count_kv")
    s = Shape(layers="".join("a" if n else "c" for n in kv), hidden=field("lfm2moe.embedding_length"), heads=field("lfm2moe.attention.head_count"),
              kv_heads=max(kv), dense=field("lfm2moe.feed_forward_length"), dense_layers=field("lfm2moe.leading_dense_block_count"),
              experts=field("lfm2moe.expert_count"), expert=field("lfm2moe.expert_feed_forward_length"), used=field("lfm2moe.expert_used_count"),
              vocab=field("lfm2moe.vocab_size"), rope=field("lfm2moe.rope.freq_base"), eps=field("lfm2moe.attention.layer_norm_rms_epsilon"),
              taps=field("lfm2moe.shortconv.l_cache"), context=field("lfm2moe.context_length"))
    model = Model(s).eval()
    tensors = {t.name: t for t in reader.tensors}
    state = {}
    for name, old in model.state_dict().items():
        t = tensors.pop(file_name(name, s.dense_layers))
        state[name] = torch.from_numpy(np.array(gguf.dequantize(t.data, t.tensor_type), dtype=np.float32)).view_as(old)
    assert not tensors, f"left over: {list(tensors)}"
    model.load_state_dict(state)
    return model


@torch.no_grad()
def known(path):
    """The line of SelfTest.swift that knows this file: a checksum of all before the tensors' bytes, and how "Hello" goes on."""
    reader = gguf.GGUFReader(path)
    head = 0xCBF29CE484222325
    for byte in path.read_bytes()[: reader.data_offset]:
        head = (head ^ byte) * 0x100000001B3 % 2**64
    model, ids = read(path), [BOS] + read_tokenizer(path).encode("Hello", add_special_tokens=False).ids
    said = []
    for _ in range(2):
        said.append(int(model.logits(model(torch.tensor([ids + said])))[0, -1].argmax()))
    digits = f"{head:016x}"
    return f'KnownModel(name: "lfmd-demo", head: 0x{"_".join(digits[i : i + 4] for i in range(0, 16, 4))}, tokens: {said})'


def read_tokenizer(path):
    """The tokenizer that a GGUF file of this maker holds."""
    fields = gguf.GGUFReader(path).fields
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    return assemble(merges, len(fields["tokenizer.ggml.tokens"].contents()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--type", default="Q8_0", choices=FILE_TYPES)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--others", type=Path, nargs="+", default=[], metavar="CHECKPOINT")
    a = parser.parse_args()
    torch.manual_seed(0)
    model = Model(Shape()).eval() if a.fresh else trained(a.work, *a.others)[0]
    write(model, load(a.work / "tokenizer.json"), a.out, a.type)
    print(a.out, a.out.stat().st_size, "bytes")
    print("for SelfTest.known:", known(a.out))


if __name__ == "__main__":
    main()
