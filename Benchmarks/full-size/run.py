#!/usr/bin/env python3
"""What a full-size model costs today: start, memory, prefill, decode, cancelling.

    make && Benchmarks/full-size/run.py MODEL.gguf [--prompt 512] [--decode 32] [--repeat 3]

Starts lfmd on the file, with a context of 8192 tokens, and prints one Markdown table:
- ready: from the start of the process until the health check says SERVING, page cache warm (the file is read once before);
- private memory: the daemon's own pages (anonymous and shared memory), after a sequence of the prompt's length;
- prefill and decode in tokens per second, as the daemon reports them, median and range;
- cancel: from SIGINT at lfmctl, in the midst of a prompt's prefill, until the daemon reports that nothing runs; the same for
  SIGKILL, which is a caller that vanishes.
"""
import argparse
import json
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("--prompt", type=int, default=512, help="tokens of the prompt")
parser.add_argument("--decode", type=int, default=32, help="tokens to generate")
parser.add_argument("--repeat", type=int, default=3)
parser.add_argument("--programs", default=None, help="folder of lfmd and lfmctl")
arguments = parser.parse_args()

root = pathlib.Path(__file__).resolve().parents[2]
programs = pathlib.Path(arguments.programs or root / ".build" / "release")
place = pathlib.Path(tempfile.mkdtemp(prefix="lfm-bench-"))
socket = place / "s"
environment = dict(os.environ, LFMD_SOCKET=str(socket))


def lfmctl(*words, **options):
    return subprocess.run([programs / "lfmctl", *words], env=environment, capture_output=True, **options)


def start_generate(tokens, count):
    words = ["generate", "--raw", "--ignore-end", "--temperature", "0", "--json",
             "--max-tokens", str(count), "--tokens", ",".join(map(str, tokens))]
    return subprocess.Popen([programs / "lfmctl", *words], env=environment, stdout=subprocess.PIPE)


def running():
    activity = json.loads(lfmctl("status", "--json", check=True).stdout)["activity"]
    return activity["running"] + activity["waiting"]


def private_mib(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    kib = sum(int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) for name in ("RssAnon", "RssShmem"))
    return kib / 1024


def until(condition, limit=120):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < limit, "waited too long"
        time.sleep(0.005)
    return time.monotonic() - begun


def cancelled_after(number, tokens):
    call = start_generate(tokens, 4)
    until(lambda: running() > 0)
    time.sleep(0.5)
    call.send_signal(number)
    waited = until(lambda: running() == 0)
    call.wait()
    return waited


with open(arguments.model, "rb") as file:
    while file.read(1 << 24):
        pass

begun = time.monotonic()
daemon = subprocess.Popen(
    [programs / "lfmd", "--config", "/dev/null", "--model", arguments.model, "--socket", socket,
     "--context", "8192", "--log-level", "warning"])
try:
    until(lambda: daemon.poll() is not None or lfmctl("health").returncode == 0)
    assert daemon.poll() is None, "lfmd did not start"
    ready = time.monotonic() - begun
    vocabulary = json.loads(lfmctl("status", "--json").stdout)["model"]["vocabulary"]
    prefill, decode = [], []
    for repeat in range(arguments.repeat):
        # Another prompt each time, so that nothing could come from a cache; ids of ordinary tokens.
        tokens = random.Random(repeat).choices(range(300, vocabulary * 9 // 10), k=arguments.prompt)
        call = start_generate(tokens, arguments.decode)
        usage = json.loads(call.communicate()[0])["usage"]
        prefill.append(usage["prompt_tokens"] / usage["prefill_seconds"])
        decode.append((arguments.decode - 1) / usage["decode_seconds"])
    memory = private_mib(daemon)
    interrupted = cancelled_after(signal.SIGINT, tokens)
    vanished = cancelled_after(signal.SIGKILL, tokens)
finally:
    daemon.terminate()
    daemon.wait()


def spread(values):
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


print(f"| {pathlib.Path(arguments.model).name} | |\n|---|---|")
print(f"| ready | {ready:.2f} s |")
print(f"| private memory | {memory:.0f} MiB |")
print(f"| prefill of {arguments.prompt} | {spread(prefill)} tokens/s |")
print(f"| decode of {arguments.decode} | {spread(decode)} tokens/s |")
print(f"| cancelled in prefill by SIGINT | idle after {interrupted * 1000:.0f} ms |")
print(f"| caller killed in prefill | idle after {vanished * 1000:.0f} ms |")
