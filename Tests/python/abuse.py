#!/usr/bin/python3
"""Breaks the rules against a running lfmd: it goes on serving, and its descriptors, work and memory come back.

usage: abuse.py SOCKET PROTOS PID     (PROTOS: the folder of the .proto files; PID: the daemon's)
"""
import os
import pathlib
import socket
import struct
import sys
import time

import generated

path, pid = sys.argv[1], sys.argv[3]
modules = generated.make(sys.argv[2])

import lfm_client as lfm  # noqa: E402
from lfm_client import generation, health, lm, wire  # noqa: E402

GENERATE, CHECK = "lfm.v1.LanguageModel/Generate", "grpc.health.v1.Health/Check"
STATUS = "lfm.v1.LanguageModel/Status"
honest = lfm.Connection(path)


def descriptors():
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory():
    """Private memory in MiB."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:"))


def served():
    assert honest.ask(CHECK, health.HealthCheckRequest()).status == 1


def eventually(what, holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.002)


def is_idle():
    status = honest.ask(STATUS, lm.StatusRequest())
    activity = status.activity
    return (status.connections, status.calls, activity.waiting, activity.running) == (1, 1, 0, 0)


def frame(kind, call, payload, flags=0, length=None):
    return lfm.HEADER.pack(len(payload) if length is None else length, call, kind, flags, 0) + payload


def start(call, method, message):
    payload = wire.CallStart(method=method, first_message=message, half_close=True).SerializeToString()
    return frame(lfm.START, call, payload)


def raw(data):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(60)
    peer.connect(path)
    peer.sendall(data)
    return peer


def statuses(peer):
    """The codes of all statuses by call, read to the end of the connection."""
    data, codes = b"", {}
    while more := peer.recv(65536):
        data += more
    while data:
        length, call, kind, _, _ = lfm.HEADER.unpack(data[:12])
        if kind == lfm.STATUS:
            assert call not in codes, call
            codes[call] = wire.CallStatus.FromString(data[12:12 + length]).code
        data = data[12 + length:]
    return codes


ask = generation.GenerateRequest(text=generation.RawText(text=b"Nora lives"), max_tokens=3)
hello = frame(lfm.HELLO, 0, wire.Hello(oldest_version=1, newest_version=1).SerializeToString())
served()
list(honest.start(GENERATE, ask))
before = descriptors(), memory()

# A client that dies at every byte: killed, no longer reading, or only no longer writing.
talk = hello + start(1, GENERATE, ask.SerializeToString())
whole = len(talk)
talk += start(3, "lfm.v1.LanguageModel/Tokenize", lm.TokenizeRequest(text=b"a b").SerializeToString())
for length in range(len(talk) + 1):
    raw(talk[:length]).close()
    peer = raw(b"")
    peer.shutdown(socket.SHUT_RD)
    try:
        peer.sendall(talk[:length])
    except BrokenPipeError:
        pass
    peer.close()
    peer = raw(talk[:length])
    peer.shutdown(socket.SHUT_WR)
    expected = {call: 0 for call, end in [(1, whole), (3, len(talk))] if length >= end}
    assert statuses(peer) == expected, length
    served()
eventually("idle after deaths", is_idle)

# A message of two-byte turns that would be sixty times as large in memory; one that is announced and never held.
turns = b"\x0a\x00" * (7 << 20)
size = len(turns)
varint = bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128, size >> 21])
for _ in range(3):
    try:
        honest.ask("lfm.v1.LanguageModel/Render", b"\x0a" + varint + turns)
        assert False, "fourteen million bytes of empty turns were rendered"
    except lfm.CallFailed as failure:
        assert failure.status.code == 8, failure
peer = raw(hello + frame(lfm.START, 1, b"", length=2**32 - 1))
for _ in range(200):
    peer.sendall(bytes(100_000))
served()
peer.close()
del turns

# Thousands of calls that are cancelled as soon as they have begun.
for batch in range(100):
    first, calls = honest.next_id, []
    for _ in range(50):
        calls.append(honest.start(GENERATE, ask))
        calls[-1].cancel()
    for call in calls:
        try:
            list(call)
        except lfm.CallFailed as failure:
            assert failure.status.code == 1, failure
eventually("idle after cancelling", is_idle)

# Without credit nothing is generated: the count stands still, and goes on when there is credit.
poor = lfm.Connection(path, initial_window_bytes=200)
endless = generation.GenerateRequest(
    text=ask.text, stop=generation.StopParameters(ignore_end_of_generation=True), max_tokens=500,
    # Chatter: behind its end a model may say nothing but tokens that have no text.
    sampling=generation.SamplingParameters(temperature=3, seed=1))


def generated_tokens():
    return honest.ask(STATUS, lm.StatusRequest()).activity.generated_tokens


begun = generated_tokens()
call = poor.start(GENERATE, endless)
eventually("the first token", lambda: generated_tokens() > begun)
last = [begun]


def stands_still():
    last.append(generated_tokens())
    time.sleep(0.1)
    return last[-1] == last[-2]


eventually("it rests", stands_still)
assert last[-1] - begun < 100, last[-1] - begun
list(honest.start(GENERATE, ask))
assert len(list(call)) > 10
poor.socket.close()

eventually("idle at the end", is_idle)
eventually("descriptors come back", lambda: descriptors() <= before[0])
eventually("memory comes back", lambda: memory() < before[1] + 32)
served()
print(f"{descriptors()} descriptors, {memory():.0f} MiB, before {before[0]} and {before[1]:.0f}")
