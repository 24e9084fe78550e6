#!/usr/bin/python3
"""Two hundred callers of an lfmd that has descriptors for few: those that are in are served, the others wait and are served
when there is room, and its descriptors come back.

usage: crowd.py SOCKET PROTOS PID     (PID: a daemon that was started with a limit of 40 or so descriptors)
"""
import os
import socket
import sys
import time

import generated

path, pid = sys.argv[1], sys.argv[3]
modules = generated.make(sys.argv[2])

import lfm_client as lfm  # noqa: E402
from lfm_client import health  # noqa: E402


def descriptors():
    return len(os.listdir(f"/proc/{pid}/fd"))


def ask(connection):
    assert connection.ask("grpc.health.v1.Health/Check", health.HealthCheckRequest()).status == 1


first = lfm.Connection(path)
ask(first)
before = descriptors()
crowd = []
for _ in range(200):
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(path)
    crowd.append(peer)
# A hello is the sign that one was accepted. The first callers get theirs, and then there are no descriptors left.
crowd[0].settimeout(60)
assert crowd[0].recv(1)
time.sleep(0.3)
accepted = 0
for peer in crowd:
    peer.setblocking(False)
    try:
        accepted += len(peer.recv(1))
    except BlockingIOError:
        pass
assert 0 < accepted < 100, accepted
ask(first)

# Who leaves makes room for who waits.
for peer in crowd[:-1]:
    peer.close()
crowd[-1].settimeout(60)
assert crowd[-1].recv(1)
crowd[-1].close()
ask(lfm.Connection(path))
ask(first)
deadline = time.monotonic() + 60
while descriptors() > before:
    assert time.monotonic() < deadline, (descriptors(), before)
    time.sleep(0.01)
print(f"{accepted} of 200 were in at a time")
