#!/usr/bin/env python3
"""How far the fast family's probabilities are from the exact family's, beside llama.cpp's from the same truth.

    Benchmarks/quality/run.py --llama FOLDER -f wiki.test.raw

FOLDER holds llama-quantize and llama-perplexity (Benchmarks/peers/README.md builds llama-bench; these are targets beside
it). The demo model, or --model, is quantised to each type; the exact family scores the text and saves its
log-probabilities, with keys and values in f32: the truth for both, for `lfmctl perplexity --kl-divergence` with the fast
family and keys and values as the daemon keeps them (or --kv), and `llama-perplexity --kl-divergence`. What differs is how activations, keys and
values are rounded; the weights are the same bits. Prints a Markdown table.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TYPES = ["Q4_0", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "BF16", "F16"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("-f", "--file", type=pathlib.Path, required=True, metavar="TEXT")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "Models" / "demo.gguf")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build" / "release")
    parser.add_argument("--only", default=",".join(TYPES), help="types, with commas between")
    parser.add_argument("--chunks", type=int, default=150, help="windows of 512 tokens")
    parser.add_argument("--kv", help="how our fast family keeps keys and values")
    parser.add_argument("--llama-options", default="", help="more words for llama-perplexity")
    a = parser.parse_args()
    print("| type | mean KL divergence | llama.cpp | 99.9 % | llama.cpp | same top token | llama.cpp |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for kind in a.only.split(","):
        with tempfile.TemporaryDirectory(prefix="lfm-quality-") as folder:
            ours, theirs = measure(a, kind, pathlib.Path(folder))
        cells = [f"{side[key]:.{digits}f}" for key, digits in (("mean", 6), ("tail", 4), ("top", 2))
                 for side in (ours, theirs)]
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)


def measure(a, kind, folder):
    model, base = folder / f"{kind}.gguf", folder / "base.bin"
    run([a.llama / "llama-quantize", "--allow-requantize", a.model, model, kind])
    lfmctl = a.programs / "lfmctl"
    run([lfmctl, "perplexity", "--model", model, "-f", a.file, "--chunks", str(a.chunks),
         "--kv", "f32", "--save-logits", base], LFM_ISA="exact")
    said = json.loads(run([lfmctl, "perplexity", "--model", model, "--kl-divergence", base, "--json"]
                          + (["--kv", a.kv] if a.kv else []),
                          LFM_ISA="fast"))
    theirs = run([a.llama / "llama-perplexity", "-m", model, "--kl-divergence", "--kl-divergence-base",
                  base, *a.llama_options.split()])
    return ours_of(said), llama_of(theirs)


def ours_of(said):
    return {"mean": said["kl_divergence"]["value"], "tail": said["kl_divergence_percentiles"]["99.9"],
            "top": said["same_top"]["value"] * 100}


def llama_of(text):
    def number(pattern):
        return float(re.search(pattern, text).group(1))

    return {"mean": number(r"Mean\s+KLD:\s+([-\d.]+)"), "tail": number(r"99\.9%\s+KLD:\s+([-\d.]+)"),
            "top": number(r"Same top p:\s+([\d.]+)")}


def run(command, **variables):
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | variables)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
