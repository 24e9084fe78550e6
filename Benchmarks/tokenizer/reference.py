#!/usr/bin/env python3
"""Ours against Hugging Face's `tokenizers` on one text, single-threaded, in CPU time: reference.py GGUF TOKENIZER_JSON TEXT

Ours is `lfmctl tokenize`, less its start with an empty text; checks that the ids are equal. Needs `make` (or LFMCTL=path)
and `pip install tokenizers`.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer  # noqa: E402

LFMCTL = os.environ.get("LFMCTL") or pathlib.Path(__file__).parents[2] / ".build/release/lfmctl"


def ours(model, text):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run([LFMCTL, "--model", model, "tokenize", "--json"], input=text, check=True,
                            stdout=subprocess.PIPE).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(output)["ids"], after.ru_utime - before.ru_utime


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    model, reference, path = sys.argv[1:]
    text = pathlib.Path(path).read_bytes()
    start = min(ours(model, b"")[1] for _ in range(5))
    runs = [ours(model, text) for _ in range(5)]
    seconds = max(min(run[1] for run in runs) - start, 1e-4)
    tokenizer = Tokenizer.from_file(reference)
    theirs = []
    for _ in range(5):
        begin = time.process_time()
        encoding = tokenizer.encode_batch_fast([text.decode()], add_special_tokens=False)[0]
        theirs.append(time.process_time() - begin)
    print(f"{len(text)} bytes, {len(encoding.ids)} tokens, ids equal: {encoding.ids == runs[0][0]}")
    for name, time_ in (("lfmctl (reading and printing included)", seconds),
                        ("tokenizers, encode_batch_fast", min(theirs))):
        print(f"{name}: {time_:.3f} s, {len(text) / time_ / 1e6:.1f} MB/s")


if __name__ == "__main__":
    main()
