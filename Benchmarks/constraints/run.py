#!/usr/bin/env python3
"""Masks of tokens: ours beside llguidance's, on the same constraints, texts and vocabulary, in one run.

    python3 -m venv /tmp/v && /tmp/v/bin/pip install llguidance numpy
    /tmp/v/bin/python Benchmarks/constraints/run.py VOCABULARY.gguf TOKENIZER.json [--tokens 128000]

VOCABULARY.gguf and TOKENIZER.json are the same tokenizer (../shared/testdata/tokenizers/lfm2). `lfmctl` is taken from
.build/release, or from LFMCTL. Every mask of every text is timed, in processor time of the one thread, none computed ahead. First: a constraint just compiled,
and so with empty caches. Again: the same texts with the same compiled constraint. llguidance keeps no masks; its first is its again.
With --tokens, only ours, over a vocabulary enlarged to so many.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cases import cases  # noqa: E402


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else float("nan")


def row(name, compile_ms, first, again):
    def us(values, part):
        return f"{percentile(values, part) / 1000:9.1f}"

    print(f"{name:28} {compile_ms:9.2f} {len(first):7} {us(first, .5)} {us(first, .99)} {us(first, 1)}"
          f" {us(again, .5)} {us(again, .99)} {us(again, 1)}", flush=True)


def ours(vocabulary, work, tokens):
    root = pathlib.Path(__file__).resolve().parents[2]
    lfmctl = os.environ.get("LFMCTL", str(root / ".build/release/lfmctl"))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(case) + "\n" for case in work)
        file.flush()
        command = [lfmctl, "constrain", "--bench", file.name, "--model", vocabulary]
        if tokens:
            command += ["--tokens", str(tokens)]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def theirs(tokenizer, work):
    import llguidance
    import llguidance.numpy
    words = llguidance.LLTokenizer(tokenizer)
    mask = llguidance.numpy.allocate_token_bitmask(1, words.vocab_size)
    for case in work:
        start = time.thread_time_ns()
        if "schema" in case:
            grammar = llguidance.LLMatcher.grammar_from_json_schema(json.dumps(case["schema"]))
        elif "regex" in case:
            grammar = llguidance.LLMatcher.grammar_from_regex(case["regex"])
        else:
            yield {"name": case["name"], "skipped": "GBNF is not its notation"}
            continue
        matcher = llguidance.LLMatcher(words, grammar)
        compile_ns = time.thread_time_ns() - start
        first, again, wrong = [], [], 0
        for times in (first, again):
            for text in case["texts"]:
                one = llguidance.LLMatcher(words, grammar)
                for token in words.tokenize_str(text) + [-1]:
                    start = time.thread_time_ns()
                    llguidance.numpy.fill_next_token_bitmask(one, mask, 0)
                    times.append(time.thread_time_ns() - start)
                    if token < 0:
                        break
                    if not mask[0, token // 32] >> (token % 32) & 1 or not one.consume_token(token):
                        wrong += 1
                        break
        if matcher.get_error():
            yield {"name": case["name"], "skipped": matcher.get_error()}
            continue
        yield {"name": case["name"], "compile_ns": [compile_ns], "first_ns": first, "again_ns": again,
               "wrong": wrong}


def report(title, results):
    print(f"\n{title}\n{'':28} {'compile':>9} {'masks':>7} {'first: median, 99 %, most':>29} "
          f"{'again: median, 99 %, most':>29}")
    print(f"{'':28} {'ms':>9} {'':7} {'µs':>29} {'µs':>29}")
    first, again, compiling = [], [], []
    for result in results:
        if "skipped" in result:
            print(f"{result['name']:28} skipped: {result['skipped']}")
            continue
        compile_ms = percentile(result["compile_ns"], .5) / 1e6
        row(result["name"] + (f" ({result['wrong']} texts refused)" if result.get("wrong") else ""),
            compile_ms, result["first_ns"], result["again_ns"])
        first += result["first_ns"]
        again += result["again_ns"]
        compiling.append(compile_ms)
    row("all", max(compiling), first, again)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vocabulary")
    parser.add_argument("tokenizer")
    parser.add_argument("--tokens", type=int)
    arguments = parser.parse_args()
    work = list(cases())
    results = ours(arguments.vocabulary, work, arguments.tokens)
    report("lfmctl", results)
    print(f"the vocabulary itself: {results[0]['vocabulary_ms']:.0f} ms")
    if not arguments.tokens:
        report("llguidance", list(theirs(arguments.tokenizer, work)))


if __name__ == "__main__":
    main()
