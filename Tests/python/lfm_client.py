"""A client of lfmd in plain Python: lfmd-protocol(7) over a standard socket, messages by the official protobuf runtime.

It reads the frames of a connection only while somebody waits for one, which is enough for a script with one thread.
"""
import collections
import socket
import struct

from grpc.health.v1 import health_pb2 as health
from lfm.v1 import connection_pb2 as wire, language_model_pb2 as lm, generation_pb2 as generation

HELLO, START, MESSAGE, HALF_CLOSE, CANCEL, WINDOW, STATUS, PING, GO_AWAY = range(1, 10)
MORE, TOTAL, CONTINUATION = 1, 2, 4
FRAGMENT = 65536
HEADER = struct.Struct(">IIBBH")

REPLIES = {
    "lfm.v1.LanguageModel/Generate": generation.GenerateEvent,
    "lfm.v1.LanguageModel/EndThinking": lm.EndThinkingReply,
    "lfm.v1.LanguageModel/Tokenize": lm.TokenizeReply,
    "lfm.v1.LanguageModel/Detokenize": lm.DetokenizeReply,
    "lfm.v1.LanguageModel/Render": lm.RenderReply,
    "lfm.v1.LanguageModel/Logits": lm.LogitsRow,
    "lfm.v1.LanguageModel/ModelInfo": lm.ModelInfoReply,
    "lfm.v1.LanguageModel/Status": lm.StatusReply,
    "grpc.health.v1.Health/Check": health.HealthCheckResponse,
    "grpc.health.v1.Health/Watch": health.HealthCheckResponse,
    "grpc.health.v1.Health/List": health.HealthListResponse,
}


class CallFailed(Exception):
    """A call ended with another status than OK; `status` is the daemon's CallStatus."""

    def __init__(self, status):
        super().__init__(f"{status.code}: {status.sentence}")
        self.status = status


class Connection:
    """One connection, any number of calls at a time."""

    def __init__(self, path, **limits):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.calls, self.next_id, self.pongs, self.go_away = {}, 1, collections.deque(), None
        self.write(HELLO, 0, wire.Hello(oldest_version=1, newest_version=1, agent="lfm.py", **limits))
        kind, _, _, payload = self.frame()
        assert kind == HELLO, kind
        self.hello = wire.Hello.FromString(payload)
        assert self.hello.oldest_version <= 1 <= self.hello.newest_version

    def write(self, kind, call, message, flags=0):
        payload = message if isinstance(message, bytes) else message.SerializeToString()
        try:
            self.socket.sendall(HEADER.pack(len(payload), call, kind, flags, 0) + payload)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The daemon has closed. What it said before is still to be read, and then its end.

    def write_whole(self, kind, call, payload, size=FRAGMENT, between=lambda: None):
        """Writes a message that may need fragments; `between` is called between two of them."""
        if len(payload) <= size:
            return self.write(kind, call, payload)
        payload, flags = struct.pack(">I", len(payload)) + payload, MORE | TOTAL
        while len(payload) > size:
            self.write(kind, call, payload[:size], flags)
            between()
            payload, flags = payload[size:], MORE | CONTINUATION
        self.write(kind, call, payload, CONTINUATION)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                more = self.socket.recv(count - len(data))
            except ConnectionResetError:  # It closed before it had read our last frames.
                more = b""
            if not more:
                raise EOFError("the daemon closed the connection")
            data += more
        return data

    def frame(self):
        length, call, kind, flags, zero = HEADER.unpack(self.exactly(HEADER.size))
        assert zero == 0 and length <= FRAGMENT
        return kind, call, flags, self.exactly(length)

    def turn(self):
        """Takes one frame, whomever it is for."""
        kind, call, flags, payload = self.frame()
        if kind == PING:
            ping = wire.Ping.FromString(payload)
            if ping.acknowledgement:
                self.pongs.append(ping.opaque)
            else:
                self.write(PING, 0, wire.Ping(opaque=ping.opaque, acknowledgement=True))
        elif kind == GO_AWAY:
            self.go_away = wire.GoAway.FromString(payload)
        elif call in self.calls:
            self.calls[call].take(kind, flags, payload)

    def ping(self, opaque):
        self.write(PING, 0, wire.Ping(opaque=opaque))
        while opaque not in self.pongs:
            self.turn()
        self.pongs.remove(opaque)

    def start(self, method, request, seconds=None, apart=False, **how):
        """Begins a call; `apart` sends the request (or its bytes) in a frame of its own instead of in the call's start."""
        body = request if isinstance(request, bytes) else request.SerializeToString()
        call = Call(self, self.next_id, REPLIES.get(method))
        self.calls[call.id], self.next_id = call, self.next_id + 2
        start = wire.CallStart(method=method, half_close=not apart)
        if seconds is not None:
            start.timeout_nanoseconds = int(seconds * 1e9)
        if not apart:
            start.first_message = body
        self.write_whole(START, call.id, start.SerializeToString(), **how)
        if apart:
            self.write_whole(MESSAGE, call.id, body, **how)
            self.write(HALF_CLOSE, call.id, wire.HalfClose())
        return call

    def ask(self, method, request, **how):
        """The one reply of a call that has one."""
        (reply,) = self.start(method, request, **how)
        return reply


class Call:
    """A call that has begun. Iterating gives its replies and raises CallFailed at its end, unless that is OK."""

    def __init__(self, connection, number, reply):
        self.connection, self.id, self.reply = connection, number, reply
        self.replies, self.status, self.partial, self.fragments = collections.deque(), None, b"", 0

    def take(self, kind, flags, payload):
        if kind == STATUS:
            self.status = wire.CallStatus.FromString(payload)
            del self.connection.calls[self.id]
        elif kind == MESSAGE:
            self.connection.write(WINDOW, self.id, wire.Window(credit_bytes=max(1, len(payload))))
            self.fragments += flags != 0
            self.partial += payload[4:] if flags & TOTAL else payload
            if not flags & MORE:
                self.replies.append(self.reply.FromString(self.partial))
                self.partial = b""

    def cancel(self):
        self.connection.write(CANCEL, self.id, wire.Cancel())

    def __iter__(self):
        while True:
            while not self.replies and self.status is None:
                self.connection.turn()
            if self.replies:
                yield self.replies.popleft()
            elif self.status.code == 0:
                return
            else:
                raise CallFailed(self.status)
