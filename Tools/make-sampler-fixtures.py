#!/usr/bin/env python3
"""Makes Tests/LFMEngineTests/Fixtures/sampler.json: what transformers' logits processors keep, and with which probability.

Needs torch and transformers (5.x). Deterministic: the same versions give the same file.
Cases whose verdict hangs on the last bits of a float32 sum are left out, unless they are exact ties.
"""
import json
import pathlib
import random

import torch
import transformers
from transformers.generation.logits_process import (
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

OUT = pathlib.Path(__file__).parent.parent / "Tests/LFMEngineTests/Fixtures/sampler.json"
NEG_INF = "-inf"


def f32(x):
    return torch.tensor(x, dtype=torch.float32).item()


def processed(logits, ids, p):
    """The scores after the processors, as transformers' generate() chains them."""
    scores = torch.tensor([logits], dtype=torch.float32)
    ids = torch.tensor([ids], dtype=torch.long)
    if p["repetition_penalty"] != 1 and ids.shape[1] > 0:
        scores = RepetitionPenaltyLogitsProcessor(float(p["repetition_penalty"]))(ids, scores)
    greedy = int(scores[0].argmax())
    if p["temperature"] == 0:
        return scores, greedy, True
    if p["temperature"] != 1:
        scores = TemperatureLogitsWarper(float(p["temperature"]))(ids, scores)
    if p["top_k"] > 0:
        scores = TopKLogitsWarper(p["top_k"])(ids, scores)
    safe = True
    if p["top_p"] < 1:
        ascending = scores[0].double().softmax(-1).sort().values.cumsum(-1)
        safe = bool(((ascending - (1 - p["top_p"])).abs() > 2e-6).all())
        # torch.sort is not stable from some length on: which of several equals it drops first is then nobody's promise.
        order = scores[0].sort(stable=True)
        removed = order.values.softmax(-1).cumsum(-1) <= 1 - p["top_p"]
        removed[-1] = False
        stable = scores[0].masked_fill(torch.zeros_like(removed).scatter(0, order.indices, removed), float("-inf"))
        scores = TopPLogitsWarper(float(p["top_p"]))(ids, scores)
        safe = safe and torch.equal(stable, scores[0])
    if p["min_p"] > 0:
        w = scores[0].double().softmax(-1)
        ratio = w / w.max()
        near = (ratio - p["min_p"]).abs() < 2e-6
        safe = safe and not bool((near & (ratio != p["min_p"])).any())
        scores = MinPLogitsWarper(float(p["min_p"]))(ids, scores)
    return scores, greedy, safe


def case(name, logits, ids, **overrides):
    p = dict(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0)
    p.update(overrides)
    p = {k: (f32(v) if isinstance(v, float) else v) for k, v in p.items()}
    logits = [f32(x) for x in logits]
    scores, greedy, safe = processed(logits, ids, p)
    if not safe:
        return None
    kept = [i for i in range(len(logits)) if scores[0, i].item() > float("-inf")]
    probabilities = scores[0].double().softmax(-1)
    logsoftmax = torch.tensor(logits, dtype=torch.float64).log_softmax(-1)
    top = torch.argsort(logsoftmax, descending=True, stable=True)[:5].tolist()
    top = [i for i in top if logsoftmax[i].item() > float("-inf")]
    return {
        "name": name,
        "logits": [NEG_INF if x == float("-inf") else x for x in logits],
        "ids": ids,
        "parameters": p,
        "greedy": greedy,
        "kept": kept,
        "probabilities": [float(f"{probabilities[i].item():.7g}") for i in kept],
        "top": top,
        "logprobs": [float(f"{logsoftmax[i].item():.7g}") for i in top],
    }


def hand_made():
    inf = float("inf")
    flat = [0.0] * 12
    stairs = [float(i % 4) for i in range(16)]
    yield case("liquid's defaults", [i / 7 for i in range(120)], [3, 119, 119, 5], temperature=0.2, top_k=80, repetition_penalty=1.05)
    yield case("flat, top-k keeps ties", flat, [], top_k=3)
    yield case("flat, top-p keeps the later ties", flat, [], top_p=0.49)
    yield case("flat, top-p all but nothing", flat, [], top_p=0.01)
    yield case("flat, min-p 1 keeps all", flat, [], min_p=1.0)
    yield case("stairs, top-k on an edge of ties", stairs, [], top_k=4)
    yield case("stairs, top-k inside ties", stairs, [], top_k=6)
    yield case("stairs, top-p inside ties", stairs, [], top_p=0.3)
    yield case("stairs, min-p 1", stairs, [], min_p=1.0)
    yield case("stairs, greedy takes the first", stairs, [], temperature=0.0)
    yield case("greedy after the penalty", [2.0, 1.9, 0.0], [0], temperature=0.0, repetition_penalty=1.5)
    yield case("greedy, penalised to a tie", [3.0, 2.0, 2.0], [0], temperature=0.0, repetition_penalty=1.5)
    yield case("greedy, negative logits", [-1.0, -1.2, -9.0], [0], temperature=0.0, repetition_penalty=2.0)
    yield case("a token counts once", [4.0, 3.0, -1.0, 0.0], [0, 0, 0, 2, 2, 3], repetition_penalty=2.0)
    yield case("a penalty below one rewards", [1.0, 1.0, -1.0, -1.0], [0, 2], repetition_penalty=0.5)
    yield case("zeros of both signs", [0.0, -0.0, -1.0, -0.0], [1], top_k=1, repetition_penalty=1.3)
    yield case("ruled out tokens", [1.0, -inf, 0.5, -inf, 0.0], [1, 2], top_k=4, repetition_penalty=1.2)
    yield case("fewer possible than top-k", [-inf, -inf, 0.5, -inf], [], top_k=3)
    yield case("one token", [7.0], [0], top_k=1, top_p=0.5, min_p=0.5, repetition_penalty=1.1)
    yield case("top-k beyond the vocabulary", [3.0, 1.0, 2.0], [], top_k=100)
    yield case("top-p one", [3.0, 1.0, 2.0], [], top_p=1.0)
    yield case("one certain token", [1000.0, 0.0, -1000.0], [], top_p=0.9, min_p=0.1)
    yield case("far apart", [88.0, -88.0, 0.0, 87.5], [1], top_k=3, repetition_penalty=1.05)
    yield case("hot", [5.0, -3.0, 0.25, 8.0], [], temperature=100.0, top_p=0.8)
    yield case("cold", [5.0, 4.99, 4.0, 1.0], [], temperature=0.01)
    yield case("everything at once", [i * 0.37 % 5 for i in range(64)], list(range(0, 64, 5)), temperature=0.7, top_k=30, top_p=0.9, min_p=0.05, repetition_penalty=1.3)


def random_case(rng, index):
    size = rng.choice([2, 3, 7, 16, 33, 50])
    kind = rng.choice(["fine", "coarse", "wide", "holes"])
    if kind == "fine":
        logits = [round(rng.gauss(0, 3) * 1024) / 1024 for _ in range(size)]
    elif kind == "coarse":
        logits = [round(rng.gauss(0, 2) * 2) / 2 for _ in range(size)]
    elif kind == "wide":
        logits = [round(rng.gauss(0, 30) * 64) / 64 for _ in range(size)]
    else:
        logits = [round(rng.gauss(0, 2) * 512) / 512 if rng.random() < 0.7 else float("-inf") for _ in range(size)]
        logits[rng.randrange(size)] = 0.0
    ids = [rng.randrange(size) for _ in range(rng.choice([0, 1, 4, 20]))]
    overrides = {}
    if rng.random() < 0.6:
        overrides["temperature"] = rng.choice([0.0, 0.2, 0.5, 0.8, 1.3, 3.0])
    if rng.random() < 0.6:
        overrides["top_k"] = rng.choice([1, 2, 5, 20, 80, 1000])
    if rng.random() < 0.6:
        overrides["top_p"] = rng.choice([0.05, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99])
    if rng.random() < 0.5:
        overrides["min_p"] = rng.choice([0.01, 0.05, 0.1, 0.3, 0.9, 1.0])
    if rng.random() < 0.6:
        overrides["repetition_penalty"] = rng.choice([0.7, 1.05, 1.1, 1.5, 3.0])
    return case(f"random {index}, {kind}", logits, ids, **overrides)


def main():
    rng = random.Random(20)
    cases = [c for c in hand_made()]
    assert all(cases), "a hand-made case hangs on rounding"
    cases += [c for c in (random_case(rng, i) for i in range(260)) if c]
    text = ",\n".join(json.dumps(c, allow_nan=False, separators=(",", ":")) for c in cases)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(f'{{"transformers":"{transformers.__version__}","cases":[\n{text}\n]}}\n')
    print(f"{len(cases)} cases, {OUT.stat().st_size} bytes: {OUT}")


if __name__ == "__main__":
    main()
