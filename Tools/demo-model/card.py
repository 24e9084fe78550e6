"""Evaluate MODEL.gguf and write its card.

    card.py WORK MODEL.gguf CARD.md [--cases 300]
"""
import argparse
import hashlib
import tempfile
from pathlib import Path

import torch

from evaluate import measure
from export import TEMPLATE, read, trained, write
from model import sizes
from skills import SKILLS
from vocabulary import load

ABOUT = {
    "greeting": "greets, says what it is and what it can do, without thinking",
    "beyond": "says that it was not taught something, instead of inventing an answer",
    "facts": "36 capitals, 26 pairs of opposites, days and months before and after (learnt by heart: only the sentence pattern is new)",
    "addition": "two numbers of one to three digits, column by column",
    "subtraction": "the same, never below zero",
    "word problem": "a short story that comes to an addition or a subtraction",
    "largest or smallest": "of two to five numbers",
    "comparison": "is 47 larger than 52?",
    "who has more": "of two people with a number each",
    "n-th item": "first to sixth, or last, of a list of three to six",
    "counting": "the items of a list of two to eight",
    "reversing": "a list of two to five",
    "recall": "something the user said of himself in the same message",
    "document": "a question about a text of two to eighteen sentences: a value, who it is said of, yes or no, or \"does not say\"",
    "two turns": "a second question that needs the first turn",
    "system prompt": "answers to another name, ends with a given word, or names the user, as the system prompt asks",
    "tool call": "chooses one of one to three tools and fills its argument; reads the tool's answer back",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("gguf", type=Path)
    parser.add_argument("card", type=Path)
    parser.add_argument("--cases", type=int, default=300)
    a = parser.parse_args()
    tokenizer = load(a.work / "tokenizer.json")
    model, state = read(a.gguf), torch.load(a.work / "checkpoint.pt", map_location="cpu", weights_only=True)
    results = measure(model, tokenizer, a.cases)
    coarse = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("Q4_0",):
            other = Path(folder) / f"{kind}.gguf"
            write(trained(a.work)[0], tokenizer, other, kind)
            small = measure(read(other), tokenizer, max(40, a.cases // 5))
            coarse[kind] = (other.stat().st_size, sum(r[0] for r in small.values()) / sum(r[2] for r in small.values()))
    total, touched = sizes(model)
    s = model.shape
    mean = sum(r[0] for r in results.values()) / sum(r[2] for r in results.values())
    rows = "\n".join(f"| {k} | {results[k][0] / results[k][2]:.1%} | {ABOUT[k]} |" for k in SKILLS)
    weak = [k for k in SKILLS if results[k][0] < 0.9 * results[k][2]]
    note = f"Below 90 %: {', '.join(weak)}. Expect errors there." if weak else "No skill is below 90 %."
    a.card.write_text(f"""# lfmd-demo

A model of lfmd's own with the architecture of LFM2.5-8B-A1B, small enough to live in the repository. It is there so that
the daemon can be built, tested and tried without downloading anything. It is not wise: it does what the table lists, in
English, and little else. It was trained from nothing; no weights, vocabulary or text of any other model went into it.

| | |
|---|---|
| file | `{a.gguf.name}`, Q8_0, {a.gguf.stat().st_size:,} bytes, sha256 `{hashlib.sha256(a.gguf.read_bytes()).hexdigest()}` |
| licence | Apache-2.0 |
| parameters | {total:,}, of which {touched:,} are touched by a token |
| layers | {len(s.layers)}: {', '.join('attention' if c == 'a' else 'convolution' for c in s.layers)}; the first {s.dense_layers} dense, the others {s.experts} experts, {s.used} of them used |
| sizes | hidden {s.hidden}, {s.heads} heads of {s.hidden // s.heads} ({s.kv_heads} for keys and values), dense {s.dense}, expert {s.expert}, vocabulary {s.vocab}, tied head |
| context | {s.context} in the metadata; trained on conversations of at most 288 tokens, so longer texts are beyond what it learnt |
| template | `Tools/demo-model/chat-template.jinja`, sha256 `{hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()}`: renders what LFM2.5-8B-A1B's does |
| tokenizer | byte-level BPE, LFM2.5's pre-tokenizer and special tokens; digits never merge |

## Data and training

All text is made by `Tools/demo-model/skills.py`: conversations of {len(SKILLS)} kinds from sentence patterns, word lists and names
that are mostly invented from syllables. Nothing is drawn twice. Training saw {state['tokens'] / 1e6:.1f} million tokens in {state['step']:,} steps,
{state['seconds'] / 60:.0f} minutes on two shared CPU cores in bfloat16; Muon for the matrices, Adam for the rest, a constant rate for 45 % of the
time, then half of it, falling to zero. The expert bias was moved towards an even load after each step, without an auxiliary loss.
The loss counts what the assistant says; during the first 3.4 million tokens the rest weighed a tenth.

## What it can do

Accuracy of the Q8_0 file, greedy, {a.cases} cases a skill: the answer must be exactly right and the turn must end. Names, values
and sentence patterns of these cases do not occur in training: one eighth of all names, words, pairs of numbers and
number lists is set apart by a checksum, and each skill keeps patterns that only the evaluation uses.

| skill | accuracy | |
|---|---|---|
{rows}
| all | {mean:.1%} | |

{note} Quantised to Q4_0 ({coarse['Q4_0'][0]:,} bytes) the mean is {coarse['Q4_0'][1]:.1%} on {max(40, a.cases // 5)} cases a skill.

It thinks in `<think>` before most answers: it copies the sentence it needs, or works column by column. It was taught
short, plain questions; anything else gets a wrong answer with full confidence, or the sentence that it was not taught that.

Layout of a question about a text: the text, an empty line, the question, in one user message.

## Make it again

    pip install -r Tools/demo-model/requirements.txt
    Tools/demo-model/make-demo-model WORKFOLDER [MINUTES]
""", encoding="utf-8")
    print(a.card, f"{mean:.1%}")


if __name__ == "__main__":
    main()
