"""Accuracy per skill of a GGUF file (or of WORK's checkpoint), on names, values and sentence patterns kept out of training.

    evaluate.py WORK [MODEL.gguf] [--cases 200] [--show 3] [--split eval|train] [--skill NAME]... [--written] [--json FILE]

A case counts when greedy decoding gives exactly the right answer of the last turn and ends it. One pass over the right text
tells whether greedy decoding would have said every token of it, thinking included; only where it would not is the answer
really generated, since other thoughts may lead to the same answer. --written asks instead the questions of written.jsonl, which
were written one by one.
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
from words import EVAL, TRAIN, Source

LONGEST = 256


@torch.no_grad()
def agrees(model, cases):
    """For each (ids, length of the prompt): whether the likeliest token is the right one behind the prompt, as far as the turn goes."""
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
            end = cases[i][0].index(EOS, cases[i][1])
            result[i] = bool((best[row, cases[i][1] - 1 : end] == ids[row, cases[i][1] : end + 1]).all())
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
    """`count` conversations of which no two begin alike, or fewer where there are not so many."""
    source, cases = Source(seed + zlib.crc32(skill.encode()), split), {}
    for _ in range(40 * count):
        turns, tools = example(source, skill)
        cases.setdefault(json.dumps([turns[:-1], tools]), (turns, tools))
        if len(cases) == count:
            break
    return list(cases.values())


def written():
    """(skill, conversation) of the questions that were written one by one."""
    for line in Path(__file__).with_name("written.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        answer = {"role": "assistant", "content": case.get("answer", "")}
        if "calls" in case:
            answer["tool_calls"] = [{"type": "function", "function": {"name": n, "arguments": a}} for n, a in case["calls"]]
        yield case["skill"], (case["messages"] + [answer], case.get("tools"))


def judge(model, tokenizer, encoder, cases, show=0, name=""):
    """(right, of which word for word)"""
    prompts = [encoder.prompt(turns[:-1], tools) for turns, tools in cases]
    encoded = [encoder.conversation(*c)[0] for c in cases]
    exact = agrees(model, [(ids, len(prompt)) for ids, prompt in zip(encoded, prompts)])
    right, shown = sum(exact), 0
    for (turns, _), prompt, ids, fine in zip(cases, prompts, encoded, exact):
        if fine:
            continue
        text = tokenizer.decode(generate(model, prompt), skip_special_tokens=False)
        want = tokenizer.decode(ids[len(prompt) : -1], skip_special_tokens=False)
        same = text.rpartition("</think>")[2] == want.rpartition("</think>")[2]
        right += same
        if not same and shown < show:
            shown += 1
            print(f"  {name}: {[t['content'] for t in turns[:-1] if t['role'] in ('user', 'tool')]!r}\n    want {want!r}\n    said {text!r}")
    return right, sum(exact)


def measure(model, tokenizer, count=200, show=0, split=EVAL, skills=SKILLS):
    """{skill: (right, of which word for word, cases)}"""
    encoder, results = Encoder(tokenizer), {}
    for skill in skills:
        cases = cases_of(skill, count, split)
        right, exact = judge(model, tokenizer, encoder, cases, show, skill)
        results[skill] = (right, exact, len(cases))
        print(f"{skill:20} {right / len(cases):6.1%}   word for word {exact / len(cases):6.1%}   of {len(cases)}", flush=True)
    return results


def measure_written(model, tokenizer, show=0):
    """{skill: (right, of which word for word, cases)} of the questions that were written one by one."""
    encoder, cases = Encoder(tokenizer), {}
    for skill, case in written():
        cases.setdefault(skill, []).append(case)
    return {skill: (*judge(model, tokenizer, encoder, some, show, skill), len(some)) for skill, some in cases.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("gguf", type=Path, nargs="?")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--split", default=EVAL, choices=(TRAIN, EVAL))
    parser.add_argument("--skill", action="append", choices=SKILLS)
    parser.add_argument("--written", action="store_true")
    parser.add_argument("--json", type=Path)
    a = parser.parse_args()
    model = read(a.gguf) if a.gguf else trained(a.work)[0]
    tokenizer = load(a.work / "tokenizer.json")
    if a.written:
        results = measure_written(model, tokenizer, a.show)
        for skill, (right, _, count) in results.items():
            print(f"{skill:20} {right} of {count}")
    else:
        results = measure(model, tokenizer, a.cases, a.show, a.split, a.skill or SKILLS)
    print(f"{'all':20} {sum(r[0] for r in results.values()) / sum(r[2] for r in results.values()):6.1%}")
    if a.json:
        a.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
