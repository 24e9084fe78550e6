#!/usr/bin/env python3
"""Makes a larger vocabulary out of one: enlarge.py TOKENIZER_JSON FOLDER [--rows 128000]

Joins tokens in pairs, each pair a merge behind those that there are, until there are so many rows; writes `tokenizer.json`
and `vocabulary.gguf` (metadata only) into the folder. For measuring how reading and memory grow: as a vocabulary it is nonsense.
"""

import argparse
import json
import pathlib
import random
import struct

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5


def enlarge(tokenizer, rows):
    model = tokenizer["model"]
    vocabulary = model["vocab"]
    added = {token["id"] for token in tokenizer["added_tokens"]}
    normal = [text for text, number in vocabulary.items() if number not in added]
    taken = set(vocabulary.values()) | added
    free = (number for number in range(rows) if number not in taken)
    rng = random.Random(1)
    for number in free:
        left, right = rng.choice(normal), rng.choice(normal)
        while left + right in vocabulary or len(left + right) > 24:
            left, right = rng.choice(normal), rng.choice(normal)
        vocabulary[left + right] = number
        model["merges"].append([left, right])


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, value):
    """One key: a string, or a list of strings (type 8) or of integers (type 5)."""
    if isinstance(value, str):
        return string(key) + struct.pack("<I", 8) + string(value)
    texts = isinstance(value[0], str)
    body = b"".join(string(item) if texts else struct.pack("<i", item) for item in value)
    return string(key) + struct.pack("<IIQ", 9, 8 if texts else 5, len(value)) + body


def gguf(tokenizer, rows):
    texts = [f"[PAD{row}]" for row in range(rows)]
    kinds = [UNUSED] * rows
    for text, number in tokenizer["model"]["vocab"].items():
        texts[number], kinds[number] = text, NORMAL
    for token in tokenizer["added_tokens"]:
        texts[token["id"]] = token["content"]
        kinds[token["id"]] = CONTROL if token["special"] else USER_DEFINED
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in tokenizer["model"]["merges"]]
    entries = [("general.architecture", "lfm2"), ("tokenizer.ggml.model", "gpt2"), ("tokenizer.ggml.pre", "lfm2"),
               ("tokenizer.ggml.tokens", texts), ("tokenizer.ggml.token_type", kinds),
               ("tokenizer.ggml.merges", merges)]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries)) + b"".join(entry(*pair) for pair in entries)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=128_000)
    arguments = parser.parse_args()
    tokenizer = json.loads(pathlib.Path(arguments.reference).read_text())
    enlarge(tokenizer, arguments.rows)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    (arguments.folder / "vocabulary.gguf").write_bytes(gguf(tokenizer, arguments.rows))


if __name__ == "__main__":
    main()
