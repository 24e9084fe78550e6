#!/usr/bin/python3
"""Calls every method of a running lfmd through lfm_client.py, and stops the daemon at the end.

usage: drive.py SOCKET PROTOS PID     (PROTOS: the folder of the .proto files; PID: the daemon's, to see it drain)
"""
import os
import signal
import struct
import sys

import generated

path, pid = sys.argv[1], int(sys.argv[3])
modules = generated.make(sys.argv[2])

import lfm_client as lfm  # noqa: E402
from lfm_client import generation, health, lm  # noqa: E402
from lfm.v1 import chat_pb2 as chat  # noqa: E402

GENERATE, SERVING, NOT_SERVING, SERVICE_UNKNOWN = "lfm.v1.LanguageModel/Generate", 1, 2, 3


def code(replies):
    try:
        for _ in replies:
            pass
        return 0
    except lfm.CallFailed as failure:
        assert failure.status.sentence
        return failure.status.code


def events(call):
    """The names of the events, the answer and the end of a generation."""
    all_events = list(call)
    text = b"".join(e.answer.text for e in all_events if e.WhichOneof("event") == "answer")
    return [e.WhichOneof("event") for e in all_events], text, all_events[-1].finished


# Fragments of 1000 bytes, so that replies come in several.
connection = lfm.Connection(path, max_fragment_bytes=1000)
ask, start = connection.ask, connection.start
connection.ping(2**64 - 1)

# Health, and what the daemon says of itself.
request = health.HealthCheckRequest
assert ask("grpc.health.v1.Health/Check", request()).status == SERVING
assert code(start("grpc.health.v1.Health/Check", request(service="nobody"))) == 5
statuses = ask("grpc.health.v1.Health/List", health.HealthListRequest()).statuses
assert {name: s.status for name, s in statuses.items()} == dict.fromkeys(
    ["", "lfm.v1.LanguageModel", "grpc.health.v1.Health"], SERVING), statuses
watch = start("grpc.health.v1.Health/Watch", request(service="lfm.v1.LanguageModel"))
unknown = start("grpc.health.v1.Health/Watch", request(service="nobody"))
assert next(iter(watch)).status == SERVING and next(iter(unknown)).status == SERVICE_UNKNOWN
unknown.cancel()
assert code(unknown) == 1
model = ask("lfm.v1.LanguageModel/ModelInfo", lm.ModelInfoRequest())
assert model.vocabulary_size > 0 and model.architecture == b"lfm2moe" and model.allows_logits
status = ask("lfm.v1.LanguageModel/Status", lm.StatusRequest())
assert status.connections == 1 and status.calls == 2 and not status.draining, status

# Text and tokens, in fragments with pings between them, in the call's start or behind it.
text = "Hello wörld \U0001f408\r\n".encode() * 8000
long = lm.TokenizeRequest(text=text)
ids = ask("lfm.v1.LanguageModel/Tokenize", long, between=lambda: connection.ping(7)).ids
assert ask("lfm.v1.LanguageModel/Tokenize", long, apart=True, size=5000).ids == ids
assert ask("lfm.v1.LanguageModel/Detokenize", lm.DetokenizeRequest(ids=ids)).text == text
conversation = chat.Chat(messages=[chat.ChatMessage(role=b"user", text=b"What is 2 plus 3?")])
rendered = ask("lfm.v1.LanguageModel/Render", lm.RenderRequest(chat=conversation)).text
assert b"<|im_start|>user\nWhat is 2 plus 3?<|im_end|>" in rendered, rendered
call = start("lfm.v1.LanguageModel/Logits", lm.LogitsRequest(ids=ids[:20]))
rows = [struct.unpack(f"<{model.vocabulary_size}f", row.values) for row in call]
assert len(rows) == 20 and call.fragments > 20, (len(rows), call.fragments)

# Generation: a chat, raw text beside it on the same connection, and the same again.
greedy = generation.SamplingParameters(temperature=0)
asked = generation.GenerateRequest(chat=conversation, sampling=greedy, max_tokens=32)
story = generation.GenerateRequest(text=generation.RawText(text=b"Nora lives in"), sampling=greedy, max_tokens=24)
both = [events(call) for call in [start(GENERATE, asked), start(GENERATE, story)]]
alone = [events(start(GENERATE, asked)), events(start(GENERATE, story, apart=True))]
for (names, answer, end), (_, other, _) in zip(both, alone):
    assert names[-1] == "finished" and "answer" in names and answer == other, (names, answer, other)
    assert end.usage.prompt_tokens > 0 and end.reason > 0

# What the output is held to: a schema, a call of a tool, thinking that is ended.
import json  # noqa: E402

schema = generation.OutputConstraint(
    json_schema=b'{"type":"object","properties":{"a":{"enum":[1,2]}},"required":["a"],"additionalProperties":false}')
names, answer, end = events(start(GENERATE, generation.GenerateRequest(
    chat=conversation, sampling=greedy, constraint=schema, max_tokens=300,
    thinking=generation.ThinkingParameters(max_tokens=20))))
assert json.loads(answer)["a"] in (1, 2) and end.reason == 1, (answer, end)
for bad in [b'{"type":"x"}', b'{', b'{"uniqueItems":true,"items":{"type":"string"},"type":"array"}']:
    assert code(start(GENERATE, generation.GenerateRequest(
        chat=conversation, constraint=generation.OutputConstraint(json_schema=bad)))) == 3, bad
tool = b'{"name":"turn","parameters":{"type":"object","properties":{"to":{"enum":["left","right"]}},"required":["to"]}}'
told = list(start(GENERATE, generation.GenerateRequest(
    chat=chat.Chat(messages=conversation.messages, tools=[tool]), sampling=greedy, max_tokens=300,
    thinking=generation.ThinkingParameters(max_tokens=20),
    tool_use=generation.ToolUse(choice=generation.TOOL_CHOICE_REQUIRED, single_call=True))))
calls = [e.tool_call for e in told if e.WhichOneof("event") == "tool_call"]
assert [c.name for c in calls] == [b"turn"] and not calls[0].problems, told
assert json.loads(calls[0].arguments)["to"] in ("left", "right") and told[-1].finished.reason == 6, told
thinker = start(GENERATE, generation.GenerateRequest(
    tokens=generation.TokenList(ids=ask("lfm.v1.LanguageModel/Tokenize", lm.TokenizeRequest(
        text=b"<|im_start|>assistant\n<think>", parse_special_tokens=True)).ids),
    stop=generation.StopParameters(ignore_end_of_generation=True), sampling=greedy, max_tokens=400))
ask("lfm.v1.LanguageModel/EndThinking", lm.EndThinkingRequest(call=thinker.id))
assert events(thinker)[2].thinking_end in (1, 3)
assert code(start("lfm.v1.LanguageModel/EndThinking", lm.EndThinkingRequest(call=9999))) == 5

# Ends: cancelled, out of time, never begun.
endless = generation.GenerateRequest(
    text=generation.RawText(text=b"Once"), stop=generation.StopParameters(ignore_end_of_generation=True))
call = start(GENERATE, endless)
assert next(e for e in call if e.WhichOneof("event") == "answer")
call.cancel()
assert code(call) == 1
assert code(start(GENERATE, endless, seconds=0.02)) == 4
assert code(start(GENERATE, endless, seconds=0)) == 4
assert code(start(GENERATE, generation.GenerateRequest())) == 3
assert code(start("lfm.v1.LanguageModel/Sing", lm.StatusRequest())) == 12

# The daemon stops: who watches is told, then the connection ends.
os.kill(pid, signal.SIGTERM)
assert next(iter(watch)).status == NOT_SERVING
assert code(watch) == 14
try:
    while True:
        connection.turn()
except EOFError:
    assert connection.go_away.code == 0 and connection.go_away.last_accepted_call == connection.next_id - 2
print("every method answered")
