"""Accuracy per skill of a GGUF file (or of WORK's checkpoint), on names, values and sentence patterns kept out of training.

    evaluate.py WORK [MODEL.gguf] [--cases 200] [--show 3] [--split eval|train]

A case counts when greedy decoding gives exactly the right answer and ends the turn. One pass over the right text tells
whether greedy decoding would have said every token of it, thinking included; only where it would not is the answer
really generated, since other thoughts may lead to the same answer.
"""
import argparse
import json
import zlib
from pathlib import Path

import torch

from export import read, trained
from render import Encoder
from skills import SKILLS, example
from vocabulary import EOS, PAD, load
from words import EVAL, Source

LONGEST = 160


@torch.no_grad()
def agrees(model, cases):
    """For each (ids, said): whether the likeliest token is the right one wherever the model speaks."""
    order = sorted(range(len(cases)), key=lambda i: len(cases[i][0]))
    result = [False] * len(cases)
    for at in range(0, len(order), 32):
        some = order[at : at + 32]
        longest = max(len(cases[i][0]) for i in some)
        ids = torch.full((len(some), longest), PAD)
        for row, i in enumerate(some):
            ids[row, : len(cases[i][0])] = torch.tensor(cases[i][0])
        best = model.logits(model(ids)).argmax(-1)
        for row, i in enumerate(some):
            said = torch.tensor(cases[i][1])
            right = best[row, : len(said) - 1] == ids[row, 1 : len(said)]
            result[i] = bool(right[said[1:]].all())
    return result


@torch.no_grad()
def generate(model, ids):
    past, said, fresh = [], [], list(ids)
    while len(said) < LONGEST:
        said.append(int(model.logits(model.continued(torch.tensor([fresh]), past)[:, -1]).argmax()))
        if said[-1] == EOS:
            break
        fresh = said[-1:]
    return said


def cases_of(skill, count, split, seed=2024):
    source = Source(seed + zlib.crc32(skill.encode()), split)
    return [example(source, skill) for _ in range(count)]


def measure(model, tokenizer, count=200, show=0, split=EVAL):
    """{skill: (right, of which word for word, cases)}"""
    encoder, results = Encoder(tokenizer), {}
    for skill in SKILLS:
        cases = cases_of(skill, count, split)
        encoded = [encoder.conversation(*c) for c in cases]
        exact = agrees(model, encoded)
        right, shown = sum(exact), 0
        for (turns, tools), (ids, _), fine in zip(cases, encoded, exact):
            if fine:
                continue
            prompt = encoder.prompt(turns[:-1], tools)
            said = generate(model, prompt)
            text = tokenizer.decode(said, skip_special_tokens=False)
            want = tokenizer.decode(ids[len(prompt) : -1], skip_special_tokens=False)
            same = text.rpartition("</think>")[2] == want.rpartition("</think>")[2] and turns[-2]["role"] != "tool"
            right += same
            if not same and shown < show:
                shown += 1
                print(f"  {skill}: {turns[-2]['content']!r}\n    want {want!r}\n    said {text!r}")
        results[skill] = (right, sum(exact), count)
        print(f"{skill:20} {right / count:6.1%}   word for word {sum(exact) / count:6.1%}", flush=True)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("gguf", type=Path, nargs="?")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--split", default=EVAL)
    parser.add_argument("--json", type=Path)
    a = parser.parse_args()
    model = read(a.gguf) if a.gguf else trained(a.work)[0]
    results = measure(model, load(a.work / "tokenizer.json"), a.cases, a.show, a.split)
    print(f"{'all':20} {sum(r[0] for r in results.values()) / sum(r[2] for r in results.values()):6.1%}")
    if a.json:
        a.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
