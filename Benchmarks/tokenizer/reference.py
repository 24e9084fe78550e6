#!/usr/bin/env python3
"""Ours beside Hugging Face's `tokenizers`, each on one thread: reference.py GGUF TOKENIZER_JSON TEXT… [--rounds 5]

For every text, in turns, ours then theirs, `rounds` times: the whole text encoded; its lines one by one (theirs as one
batch); its ids decoded. Then the reading of the vocabulary: CPU time, and the private memory that it adds. Prints medians
in CPU seconds and the ratio; checks that the ids are equal. Both are warm: each has encoded the text once before.

Ours is `lfmctl tokenize --measure`, a new process each round. Theirs are the faster of `encode` and `encode_batch_fast`
(which makes no offsets), in a process that keeps its cache of words. Needs `make` (or LFMCTL=path) and
`pip install tokenizers==0.23.*`. `enlarge.py` makes a vocabulary of 128,000 rows out of another.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
import tokenizers  # noqa: E402

LFMCTL = os.environ.get("LFMCTL") or pathlib.Path(__file__).parents[2] / ".build/release/lfmctl"


def lfmctl(model, text, *words):
    output = subprocess.run([LFMCTL, "--model", model, "tokenize", *words], input=text, check=True,
                            stdout=subprocess.PIPE).stdout
    return json.loads(output)


def seconds(work):
    begin = time.process_time()
    work()
    return time.process_time() - begin


def theirs(tokenizer, text, lines):
    """CPU seconds by kind of work."""
    ids = tokenizer.encode_batch_fast([text], add_special_tokens=False)[0].ids
    whole = min(seconds(lambda: tokenizer.encode(text, add_special_tokens=False)),
                seconds(lambda: tokenizer.encode_batch_fast([text], add_special_tokens=False)))
    by_line = min(seconds(lambda: tokenizer.encode_batch(lines, add_special_tokens=False)),
                  seconds(lambda: tokenizer.encode_batch_fast(lines, add_special_tokens=False)))
    decode = seconds(lambda: tokenizer.decode(ids, skip_special_tokens=False))
    return ids, {"encode": whole, "lines": by_line, "decode": decode}


def row(name, count, ours, others):
    ours, others = statistics.median(ours), statistics.median(others)
    print(f"| {name} | {count / ours / 1e6:.1f} MB/s | {count / others / 1e6:.1f} MB/s | {others / ours:.1f} |")


def compare(model, tokenizer, path, rounds):
    raw = pathlib.Path(path).read_bytes()
    text = raw.decode()
    lines = [line + "\n" for line in text.split("\n")]
    ours, others = [], []
    for _ in range(rounds):
        ours.append(lfmctl(model, raw, "--measure"))
        ids, times = theirs(tokenizer, text, lines)
        others.append(times)
    if lfmctl(model, raw, "--json")["ids"] != ids:
        sys.exit(f"{path}: the ids differ")
    for kind, name in (("encode", "whole"), ("lines", f"{len(lines)} lines"), ("decode", "decoded")):
        row(f"{pathlib.Path(path).name}, {name}", len(raw), [run[f"{kind}_seconds"] for run in ours],
            [times[kind] for times in others])


LOAD = """
import re, sys, time
import tokenizers
def private():
    return int(re.search(r"Private_Dirty:\\s+(\\d+)", open("/proc/self/smaps_rollup").read())[1]) << 10
before, begin = private(), time.process_time()
tokenizer = tokenizers.Tokenizer.from_file(sys.argv[1])
print(time.process_time() - begin, private() - before)
"""


def loading(model, reference, rounds):
    """Each in a new process every round."""
    ours, others = [], []
    for _ in range(rounds):
        run = lfmctl(model, b"x", "--measure")
        ours.append((run["load_seconds"], run["vocabulary_bytes"]))
        words = subprocess.run([sys.executable, "-c", LOAD, reference], check=True, stdout=subprocess.PIPE)
        others.append(tuple(float(word) for word in words.stdout.split()))
    (load, size), (their_load, their_size) = (
        [statistics.median(run[index] for run in runs) for index in (0, 1)] for runs in (ours, others))
    print(f"| reading the vocabulary | {load * 1000:.0f} ms | {their_load * 1000:.0f} ms | {their_load / load:.1f} |")
    print(f"| its private memory | {size / 2**20:.1f} MiB | {their_size / 2**20:.1f} MiB | {their_size / size:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("reference", help="tokenizer.json of the same vocabulary")
    parser.add_argument("texts", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    tokenizer = tokenizers.Tokenizer.from_file(arguments.reference)
    print(f"| {tokenizer.get_vocab_size()} tokens | lfmd | tokenizers {tokenizers.__version__} | times |")
    print("|---|--:|--:|--:|")
    for path in arguments.texts:
        compare(arguments.model, tokenizer, path, arguments.rounds)
    loading(arguments.model, arguments.reference, arguments.rounds)


if __name__ == "__main__":
    main()
