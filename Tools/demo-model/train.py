"""Train the demo model from nothing on generated conversations; stops and resumes at any time.

    train.py WORK --minutes 100 [--workers 2] [--begin MODEL.gguf [--peak 0.4]]
        WORK/tokenizer.json in, WORK/checkpoint.pt out (again and again, by rename); begins with the weights of MODEL.gguf, if one
        is named and there is no checkpoint yet; layers that it does not have begin without effect

The learning rate is constant, at `peak` of the full one, for 45 % of the minutes and then falls to zero in a straight line; the minutes
count training time only, a second run with other minutes continues and bends the schedule. Matrices learn by Muon, all else by Adam. Uses a GPU if
there is one, in one worker. On CPUs several workers of one thread each, which share out the rows of a step, bear a busy machine better
than one worker of several threads.
"""
import argparse
import os
import signal
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F

from export import read, read_tokenizer
from model import Experts, Model, Shape, sizes
from render import Encoder
from skills import any_example
from vocabulary import PAD, load
from words import TRAIN, Source, learn_pieces

QUIET = 0.1                  # weight of tokens that the model is not to say itself,
QUIET_TOKENS = 3_400_000     # during the first so many; later only what it says counts


def batch(encoder, seed, rows, length):
    """Rows of whole conversations: ids, weights of the next tokens, and which conversation each place belongs to."""
    source = Source(seed, TRAIN)
    ids = torch.full((rows, length), PAD)
    weights, segments = torch.zeros(rows, length), torch.full((rows, length), -1)
    filled, misses, number = [0] * rows, 0, 0
    while misses < 30:
        _, turns, tools = any_example(source)
        tokens, said = encoder.conversation(turns, tools)
        n = len(tokens)
        row = next((r for r in range(rows) if filled[r] + n <= length), None)
        if row is None:
            misses += 1
            continue
        at = slice(filled[row], filled[row] + n)
        ids[row, at] = torch.tensor(tokens)
        weights[row, at] = torch.tensor([1.0 if s else QUIET for s in said[1:]] + [0.0])
        segments[row, at] = number
        filled[row], number = filled[row] + n, number + 1
    return ids, weights, segments


def orthogonal(x, steps=5):
    """The nearest (semi-)orthogonal matrix, roughly, by Newton-Schulz; batched over leading dimensions."""
    wide = x.shape[-2] < x.shape[-1]
    x = x.bfloat16()
    x = x / (x.flatten(-2).norm(dim=-1)[..., None, None] + 1e-7)
    x = x if wide else x.mT
    for _ in range(steps):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return (x if wide else x.mT).float()


class Team:
    """The workers of this training; a team of one has nothing to exchange."""

    def __init__(self, rank, size, folder):
        self.rank, self.size = rank, size
        if size > 1:
            torch.set_num_threads(1)
            dist.init_process_group("gloo", init_method=f"file://{folder / 'meeting'}", rank=rank, world_size=size)

    def average(self, tensors, dtype=torch.bfloat16):
        if self.size > 1:
            flat = torch.cat([t.flatten().to(dtype) for t in tensors])
            dist.all_reduce(flat)
            for t, part in zip(tensors, flat.split([t.numel() for t in tensors])):
                t.copy_(part.view_as(t)).div_(self.size)

    def map(self, function, x):
        """function(x), each worker doing a share of the leading dimension."""
        if self.size == 1:
            return function(x)
        share = -(-len(x) // self.size)
        mine = torch.zeros(share, *x.shape[1:], dtype=torch.bfloat16)
        part = x[self.rank * share : (self.rank + 1) * share]
        mine[: len(part)] = function(part)
        parts = [torch.empty_like(mine) for _ in range(self.size)]
        dist.all_gather(parts, mine)
        return torch.cat(parts)[: len(x)].float()


class Optimizer:
    def __init__(self, model, matrix_rate, other_rate, team):
        self.team = team
        named = [(n, p) for n, p in model.named_parameters()]
        plain = lambda n, p: p.ndim < 2 or n == "embed" or n.endswith((".conv", ".router"))
        self.matrices = [p for n, p in named if not plain(n, p)]
        self.momentum = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.AdamW([p for n, p in named if plain(n, p)], lr=other_rate, betas=(0.9, 0.97), weight_decay=0.0)
        self.matrix_rate, self.other_rate = matrix_rate, other_rate
        shapes = {}
        for i, p in enumerate(self.matrices):
            shapes.setdefault(p.shape[-2:], []).append(i)
        self.groups = list(shapes.values())

    @torch.no_grad()
    def step(self, factor, momentum=0.95):
        for group in self.adam.param_groups:
            group["lr"] = self.other_rate * factor
        self.adam.step()
        grads = [p.grad for p in self.matrices]
        torch._foreach_mul_(self.momentum, momentum)
        torch._foreach_add_(self.momentum, grads)
        ahead = torch._foreach_add(grads, self.momentum, alpha=momentum)
        for group in self.groups:
            parts = [ahead[i].reshape(-1, *ahead[i].shape[-2:]) for i in group]
            update = self.team.map(orthogonal, torch.cat(parts))
            scale = self.matrix_rate * factor * max(1.0, update.shape[-2] / update.shape[-1]) ** 0.5
            for i, u in zip(group, update.split([len(p) for p in parts])):
                self.matrices[i].mul_(1 - 0.1 * self.matrix_rate * factor).sub_(u.view_as(self.matrices[i]), alpha=scale)

    def state(self):
        return {"momentum": self.momentum, "adam": self.adam.state_dict()}

    def restore(self, state):
        for mine, saved in zip(self.momentum, state["momentum"]):
            mine.copy_(saved)
        self.adam.load_state_dict(state["adam"])


def grown(name, old, new):
    """The name of a parameter in a model that has more layers, all in one place behind what the two have in common."""
    same = len(os.path.commonprefix([old.layers, new.layers]))
    more = len(new.layers) - len(old.layers)
    if more < 0 or new.layers[same + more :] != old.layers[same:] or same < new.dense_layers:
        raise SystemExit(f"a model of the layers {new.layers} cannot begin with one of {old.layers}")
    block, _, rest = name.removeprefix("blocks.").partition(".")
    return f"blocks.{int(block) + more}.{rest}" if name.startswith("blocks.") and int(block) >= same else name


@torch.no_grad()
def begin(model, tokenizer, path):
    """The weights of an earlier model; a token that it did not have starts as the mean of its parts."""
    old, parts = read(path), read_tokenizer(path)
    state = {grown(name, old.shape, model.shape): value for name, value in old.state_dict().items()}
    for name, value in model.state_dict().items():
        if name not in state:
            # What writes to the residual stream: a new layer adds nothing at first.
            state[name] = torch.zeros_like(value) if name.endswith(("operator.output", "operator.out_proj", "ffn.down")) else value
    rows = model.embed.detach().clone()
    for token in range(model.shape.vocab):
        text = tokenizer.decode([token], skip_special_tokens=False)
        ids = parts.encode(text, add_special_tokens=False).ids
        if ids and "\ufffd" not in text:
            rows[token] = state["embed"][ids].mean(0)
        elif token < 256:
            rows[token] = state["embed"][token]
    state["embed"] = rows
    model.load_state_dict(state)


def save(path, state):
    fresh = path.with_suffix(".new")
    torch.save(state, fresh)
    os.replace(fresh, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--layers", default=Shape.layers)
    parser.add_argument("--rows", type=int, default=18)
    parser.add_argument("--length", type=int, default=448)
    parser.add_argument("--begin", type=Path)
    parser.add_argument("--peak", type=float, default=0.6)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--other-rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1 << 30, help="stop after this many steps, for tests")
    parser.add_argument("--workers", type=int, default=1)
    a = parser.parse_args()
    (a.work / "meeting").unlink(missing_ok=True)
    if torch.cuda.is_available():
        a.workers = 1
    if a.workers > 1:
        # A signal to the parent is for the workers, who save and leave together.
        signal.signal(signal.SIGTERM, lambda *_: [os.kill(p.pid, signal.SIGTERM) for p in torch.multiprocessing.active_children()])
        torch.multiprocessing.spawn(train, (a,), a.workers)
    else:
        train(0, a)


def train(rank, a):
    team = Team(rank, a.workers, a.work)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(a.seed)
    encoder = Encoder(load(a.work / "tokenizer.json"))
    learn_pieces(encoder.tokenizer)
    model = Model(Shape(layers=a.layers)).to(device)
    optimizer = Optimizer(model, a.rate, a.other_rate, team)
    mean = [p.detach().clone() for p in model.parameters()]
    step, seconds, tokens = 0, 0.0, 0
    if a.begin:
        begin(model, encoder.tokenizer, a.begin)
        mean = [p.detach().clone() for p in model.parameters()]
    path = a.work / "checkpoint.pt"
    if path.exists():
        state = torch.load(path, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.restore(state["optimizer"])
        mean = [m.to(device) for m in state["mean"]]
        step, seconds, tokens = state["step"], state["seconds"], state["tokens"]
    if rank == 0:
        print(f"{device}, {sizes(model)} parameters (all, touched), from step {step}", flush=True)

    def checkpoint():
        save(path, {"model": model.state_dict(), "mean": mean, "optimizer": optimizer.state(), "shape": model.shape.dict(),
                    "step": step, "seconds": seconds, "tokens": tokens})

    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    model.train()
    saved = shown = time.monotonic()
    sums = torch.zeros(2)
    recent = 0
    while seconds < 60 * a.minutes and step < a.steps:
        begun = time.monotonic()
        left = 1 - seconds / (60 * a.minutes)
        factor = min((step + 1) / 60, a.peak * min(1, left / 0.55))
        ids, weights, segments = (x.to(device) for x in batch(encoder, (a.seed * 1_000_003 + step) * team.size + rank, a.rows // team.size, a.length))
        hidden = model(ids, segments, torch.bfloat16)
        weight = weights[:, :-1].flatten()
        counted = (weight > (0 if tokens < QUIET_TOKENS else QUIET)).nonzero().flatten()
        weight = weight[counted]
        logits = model.logits(hidden[:, :-1].flatten(0, 1)[counted]).float()
        loss = F.cross_entropy(logits, ids[:, 1:].flatten()[counted], reduction="none")
        (loss @ weight / weight.sum()).backward()
        with torch.no_grad():
            for said in (0, 1):
                sums[said] += loss[weight == (1.0 if said else weights.new_tensor(QUIET))].mean().nan_to_num().item()
        experts = [part for part in model.modules() if isinstance(part, Experts)]
        count = torch.tensor([float((segments >= 0).sum())])
        team.average([p.grad for p in model.parameters()])
        team.average([part.load for part in experts] + [count], torch.float32)
        torch.nn.utils.clip_grad_norm_(optimizer.adam.param_groups[0]["params"], 1.0)
        optimizer.step(factor)
        model.zero_grad(set_to_none=True)
        for part in experts:
            part.balance(0.001 * factor)
        with torch.no_grad():
            torch._foreach_lerp_(mean, list(model.parameters()), max(0.01, 1 / (step + 2)))
        step, tokens, recent = step + 1, tokens + round(float(count)) * team.size, recent + 1
        clock = torch.tensor([time.monotonic() - begun, len(stop)], dtype=torch.float64)
        team.average([clock], torch.float64)
        seconds += float(clock[0])
        if rank == 0 and (recent == 20 or step < 4):
            now = time.monotonic()
            bias = max(float(part.bias.abs().max()) for part in experts)
            print(f"{step} {tokens / 1e6:.2f}M {seconds / 60:.1f}min rate {factor:.3f} quiet {sums[0] / recent:.3f} said {sums[1] / recent:.4f} "
                  f"bias {bias:.2f} {a.rows * a.length * recent / (now - shown):.0f}/s", flush=True)
            shown, recent = now, 0
            sums.zero_()
        if rank == 0 and time.monotonic() - saved > 150:
            checkpoint()
            saved = time.monotonic()
        if clock[1] > 0:
            break
    if rank == 0:
        checkpoint()


if __name__ == "__main__":
    main()
