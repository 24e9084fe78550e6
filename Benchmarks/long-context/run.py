#!/usr/bin/env python3
"""What a context of 100,000 tokens costs, and whether its logits depend on how its prompt was cut.

    make && Benchmarks/long-context/run.py MODEL.gguf [--tokens 100000] [--cache-directory FOLDER]
    make && Benchmarks/long-context/run.py --chunks TEXT

The first starts lfmd on the file (prepared weights are taken from the cache directory), gives it a prompt of about so many random
tokens and prints one Markdown table: prefill of the whole prompt and decode behind it, in tokens per second, as the daemon
reports them, and the daemon's own memory (anonymous and shared pages, the most that was seen) beside what
`lfmctl inspect --context` says it will be.

The second scores a text in one window of so many tokens with the demo model, whose context is only said to be longer in a copy, in chunks of
512 tokens and of other sizes, with the fast family and keys and values as the daemon keeps them, and prints the
divergence of each from the first (the file of it keeps 16 bits of a logarithm, hence what is seen of 512 beside itself), and the
perplexity in full. It is the code that carries a full-size model, at a size at which every logit can be kept.
"""
import argparse
import json
import os
import pathlib
import random
import re
import struct
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTEXT_KEY = b"lfm2moe.context_length"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--tokens", type=int, default=100_000)
    parser.add_argument("--decode", type=int, default=128, help="tokens to generate behind them")
    parser.add_argument("--chunks", type=pathlib.Path, metavar="TEXT", help="compare chunks of a prompt, on this text")
    parser.add_argument("--rows", default="500,96,17", help="with --chunks: the other sizes")
    parser.add_argument("--cache-directory")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build" / "release")
    a = parser.parse_args()
    if (a.model is None) == (a.chunks is None):
        parser.error("name a model, or a text with --chunks")
    with tempfile.TemporaryDirectory(prefix="lfm-long-") as folder:
        (compare if a.chunks else serve)(a, pathlib.Path(folder))


def run(words, **options):
    return subprocess.run(words, stdout=subprocess.PIPE, check=True, **options).stdout


def private_bytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return 1024 * sum(int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) for name in ("RssAnon", "RssShmem"))


def serve(a, folder):
    lfmctl, socket = a.programs / "lfmctl", folder / "s"
    context = a.tokens + a.tokens // 50 + a.decode  # the text's last tokens may be cut otherwise
    estimate = json.loads(run([lfmctl, "inspect", a.model, "--no-tensors", "--json", "--context", str(context)],
                              stderr=subprocess.DEVNULL))
    ids = random.Random(1).choices(range(300, estimate["tokenizer"]["tokens"] * 9 // 10), k=a.tokens)
    words = [a.programs / "lfmd", "--config", "/dev/null", "--model", a.model, "--socket", socket,
             "--context", str(context), "--log-level", "warning"]
    if a.cache_directory:
        words += ["--cache-directory", a.cache_directory]
    daemon = subprocess.Popen(words)
    try:
        environment = dict(os.environ, LFMD_SOCKET=str(socket))
        run([lfmctl, "health", "--wait", "--timeout", "600"], env=environment, stderr=subprocess.DEVNULL)
        # What random tokens read as is cut into others, and more, again: so many of these are the prompt.
        text = run([lfmctl, "detokenize"], env=environment, input=" ".join(map(str, ids)).encode())
        cut = json.loads(run([lfmctl, "tokenize", "--json"], env=environment, input=text))
        ids = cut["ids"][: a.tokens]
        text = run([lfmctl, "detokenize"], env=environment, input=" ".join(map(str, ids)).encode())
        call = subprocess.Popen([lfmctl, "generate", "--raw", "--ignore-end", "--temperature", "0", "--json",
                                 "--max-tokens", str(a.decode)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        call.stdin.write(text)
        call.stdin.close()
        most = 0
        while call.poll() is None:
            most = max(most, private_bytes(daemon))
            time.sleep(0.2)
        if call.returncode != 0:
            raise SystemExit(f"lfmctl generate ended with {call.returncode}")
        usage = json.loads(call.stdout.read())["usage"]
    finally:
        daemon.terminate()
        daemon.wait()
    prompt = usage["prompt_tokens"]
    print(f"| {pathlib.Path(a.model).name}, {prompt:,} tokens | |\n|---|---|")
    print(f"| prefill of them all | {prompt / usage['prefill_seconds']:.1f} tokens/s ({usage['prefill_seconds']:.0f} s) |")
    print(f"| decode of {a.decode} behind them | {(a.decode - 1) / usage['decode_seconds']:.1f} tokens/s |")
    print(f"| memory of the daemon's own, at most | {most / 1e6:,.0f} MB |")
    print(f"| estimate for a context of {context:,} | {estimate['memory']['private_bytes'] / 1e6:,.0f} MB |")


def longer(source, target, tokens):
    """A copy of a model file that says its context has so many tokens."""
    data = bytearray(source.read_bytes())
    place = data.index(CONTEXT_KEY) + len(CONTEXT_KEY)
    if struct.unpack_from("<I", data, place)[0] != 4:
        raise SystemExit(f"{source}: {CONTEXT_KEY.decode()} is no uint32")
    struct.pack_into("<I", data, place + 4, tokens)
    target.write_bytes(data)


def compare(a, folder):
    model, base = folder / "longer.gguf", folder / "base.bin"
    longer(ROOT / "Models" / "demo.gguf", model, a.tokens)
    words = [a.programs / "lfmctl", "perplexity", "--model", model, "--no-prepared", "--json"]
    environment = dict(os.environ, LFM_ISA="fast")
    run([*words, "-f", a.chunks, "--context", str(a.tokens), "--chunks", "1", "--rows", "512", "--save-logits", base],
        env=environment)
    print("| tokens of a chunk | perplexity | mean KL divergence from 512 | largest | same top token |\n|---|---|---|---|---|")
    for rows in [512, *map(int, a.rows.split(","))]:
        said = json.loads(run([*words, "--rows", str(rows), "--kl-divergence", base], env=environment))
        divergence = said["kl_divergence"]["value"], said["kl_divergence_percentiles"]["100.0"]
        print(f"| {rows} | {said['perplexity']['value']!r} | {divergence[0]:.1e} | {divergence[1]:.1e} | {said['same_top']['value']:.2%} |",
              flush=True)


if __name__ == "__main__":
    main()
