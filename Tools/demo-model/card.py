"""Evaluate MODEL.gguf and write its card.

    card.py WORK MODEL.gguf CARD.md [--cases 200] [--history FILE]
"""
import argparse
import hashlib
import tempfile
from pathlib import Path

import torch

from evaluate import measure, measure_written
from export import TEMPLATE, read, trained, write
from model import sizes
from skills import SKILLS
from vocabulary import load

ABOUT = {
    "greeting": "greets, says what it is and what it can do, without thinking",
    "beyond": "says that it was not taught something, instead of inventing an answer",
    "facts": "36 capitals, 26 pairs of opposites, days and months before and after (learnt by heart: only the sentence pattern is new)",
    "addition": "two numbers below 300, most of them below 100, column by column; sums of four digits were not taught",
    "subtraction": "the same, never below zero",
    "word problem": "a short story that comes to an addition or a subtraction",
    "largest or smallest": "of two to five numbers",
    "comparison": "is 47 larger than 52?",
    "who has more": "of two people with a number each",
    "n-th item": "first to sixth, or last, of a list of three to six",
    "counting": "the items of a list of two to seven",
    "reversing": "a list of two to four",
    "spelling": "letters one by one, how many, first and last, backwards",
    "recall": "something the user said of himself in the same message",
    "document": "a question about a text of two to six sentences: a value, who it is said of, yes or no, or \"does not say\"",
    "JSON extraction": "fields of a text (a person, one of several, an order, lines of values) in the order asked for, null for what is not said",
    "two turns": "a second question that needs the first turn",
    "system prompt": "answers to another name, ends with a given word, or names the user, as the system prompt asks",
    "tool choice": "the right one of two or three tools, with its arguments",
    "tool arguments": "up to three arguments of a tool from the question: texts, numbers, choices; optional ones left out",
    "several calls": "two or three calls in one turn, of one tool or of several",
    "tool result": "answers from what one or two tools said: plain text, JSON, or an error",
    "no tool fits": "says that none of its tools fits",
    "no tool needed": "answers without a tool although there are some (in English)",
    "other languages": "German, French, Spanish, Portuguese, Chinese, Japanese, Korean, Arabic: hello, thanks, goodbye, who are you, a name, sums",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("gguf", type=Path)
    parser.add_argument("card", type=Path)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--history", type=Path, help="what the card says of how the training went (history.md: of the model in Models/), a paragraph")
    a = parser.parse_args()
    tokenizer = load(a.work / "tokenizer.json")
    model, state = read(a.gguf), torch.load(a.work / "checkpoint.pt", map_location="cpu", weights_only=True)
    results = measure(model, tokenizer, a.cases)
    free = measure_written(model, tokenizer)
    asked, found = sum(r[2] for r in free.values()), sum(r[0] for r in free.values())
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "Q4_0.gguf"
        write(trained(a.work)[0], tokenizer, other, "Q4_0")
        small, coarse = measure(read(other), tokenizer, max(40, a.cases // 5)), other.stat().st_size
    total, touched = sizes(model)
    s = model.shape
    mean = sum(r[0] for r in results.values()) / sum(r[2] for r in results.values())
    coarse_mean = sum(r[0] for r in small.values()) / sum(r[2] for r in small.values())
    rows = "\n".join(f"| {k} | {results[k][0] / results[k][2]:.1%} | {ABOUT[k]} |" for k in SKILLS)
    weak = [k for k in SKILLS if results[k][0] < 0.9 * results[k][2]]
    told = ", ".join(f"{k} {r[0]} of {r[2]}" for k, r in free.items())
    history = a.history.read_text(encoding="utf-8").rstrip() if a.history else (
        f"It took {state['seconds'] / 60:.0f} minutes; the rate was constant for 45 % of them and then fell to zero.")
    note = f"Below 90 %: {', '.join(weak)}. Expect errors there." if weak else "No skill is below 90 %."
    a.card.write_text(f"""# lfmd-demo

A model of lfmd's own with the architecture of LFM2.5-8B-A1B, small enough to live in the repository. It is there so that
the daemon can be built, tested and tried without downloading anything. It is not wise: it does what the table lists, and
little else. It was trained from nothing; no weights, vocabulary or text of anybody else's model went into it.

| | |
|---|---|
| file | `{a.gguf.name}`, Q8_0, {a.gguf.stat().st_size:,} bytes, sha256 `{hashlib.sha256(a.gguf.read_bytes()).hexdigest()}` |
| licence | Apache-2.0 |
| parameters | {total:,}, of which {touched:,} are touched by a token |
| layers | {len(s.layers)}: {', '.join('attention' if c == 'a' else 'convolution' for c in s.layers)}; the first {s.dense_layers} dense, the others {s.experts} experts, {s.used} of them used |
| sizes | hidden {s.hidden}, {s.heads} heads of {s.hidden // s.heads} ({s.kv_heads} for keys and values), dense {s.dense}, expert {s.expert}, vocabulary {s.vocab}, tied head |
| context | {s.context} in the metadata; trained on conversations of at most 448 tokens, so longer texts are beyond what it learnt |
| template | `Tools/demo-model/chat-template.jinja`, sha256 `{hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()}`: renders what LFM2.5-8B-A1B's does |
| tokenizer | byte-level BPE, LFM2.5's pre-tokenizer and special tokens; digits never merge |

## Data and training

All text is made by `Tools/demo-model/skills`: conversations of {len(SKILLS)} kinds from sentence patterns, word lists, and names of people,
places and tools of which half are known to nobody: put together from syllables, from parts of two words, or, in training alone, from any
tokens. The patterns are loosened at every turn: alternatives, other words around what matters, words that say nothing
(`carriers.py`). Conversations are drawn afresh for every step; short ones come again. Training saw {state['tokens'] / 1e6:.1f} million tokens in
{state['step']:,} steps, in bfloat16; Muon for the matrices, Adam for the rest. The expert bias was moved towards an even load after each step,
without an auxiliary loss. The loss counts what the assistant says; during the first 3.4 million tokens the rest weighed a tenth.
{history}

## What it can do

Accuracy of the Q8_0 file, greedy, {a.cases} cases a skill, no two alike: the answer must be exactly right and the turn must end. The sentence patterns
of these cases do not occur in training, whatever their capitals and punctuation, nor does any question (`check_split.py`), though about a
quarter of them have a pattern of training within a word, and some of those were written in the light of errors. One eighth of all names and
words, of tools and their subjects too, of numbers given to tools and of lists of numbers is set apart by a checksum; as names and values
these are used by these cases alone, though some ("order", "page") stand in the wording of a pattern of training, within a longer word that
is spelled there, or were spelled in an earlier part of it. Kept apart less strictly: pairs of numbers (most differences occur in training
in another order, sums with their numbers exchanged), what is added to a sum that was made before, numbers of a text, of ages and of rooms,
days, months. What is learnt by heart, choices ("celsius"), how an argument is said ("in Oslo"), names of arguments ("city") and the wording
of a tool's description are the same in both.

| skill | accuracy | |
|---|---|---|
{rows}
| all | {mean:.1%} | |

{note} Quantised to Q4_0 ({coarse:,} bytes) the mean is {coarse_mean:.1%} on {max(40, a.cases // 5)} cases a skill.
Of {asked} questions as a user might type them, written one by one (`written.jsonl`; their names are new, some of their sentences and words are
those of training), {found} are answered exactly as wanted: {told}.

It thinks in `<think>` before most answers: it goes through what a text says of the kind (`Anna city Bern; Pavel city Oslo; so Pavel
city Oslo.`) or through the tools (`get_weather yes, book_table no`), or works column by column, letter by letter. It was taught
short, plain questions; anything else gets a wrong answer with full confidence, or the sentence that it was not taught that.

Layout of a question about a text: the text, an empty line, the question, in one user message.

## Make it again

    pip install -r Tools/demo-model/requirements.txt
    Tools/demo-model/make-demo-model WORKFOLDER [MINUTES]
""", encoding="utf-8")
    print(a.card, f"{mean:.1%}")


if __name__ == "__main__":
    main()
