"""Conversations to text and token ids, as chat-template.jinja renders them (tests compare the two)."""
import json
import re

from skills import any_example
from vocabulary import EOS, IM_START, SPECIAL
from words import TRAIN, Source


def literal(value):
    return f"'{value}'" if isinstance(value, str) else repr(value)


def render(turns, tools=None, prompt=False):
    out, turns = ["<|startoftext|>"], list(turns)
    system = turns.pop(0)["content"] if turns[0]["role"] == "system" else ""
    if tools:
        system += ("\n" if system else "") + "List of tools: [" + ", ".join(json.dumps(t, ensure_ascii=False) for t in tools) + "]"
    if system:
        out.append(f"<|im_start|>system\n{system}<|im_end|>\n")
    last = max(i for i, t in enumerate(turns) if t["role"] == "user")
    for i, turn in enumerate(turns):
        out.append(f"<|im_start|>{turn['role']}\n")
        if i > last and "thinking" in turn:
            out.append(f"<think>{turn['thinking']}</think>")
        out.append(turn["content"])
        if "tool_calls" in turn:
            calls = [t["function"] for t in turn["tool_calls"]]
            written = [c["name"] + "(" + ", ".join(f"{k}={literal(v)}" for k, v in c["arguments"].items()) + ")" for c in calls]
            out.append(f"<|tool_call_start|>[{', '.join(written)}]<|tool_call_end|>")
        out.append("<|im_end|>\n")
    if prompt:
        out.append("<|im_start|>assistant\n")
    return "".join(out)


def plain_texts(count, seed):
    """Texts without special tokens, for the tokenizer's training."""
    source = Source(seed, TRAIN)
    specials = re.compile("|".join(map(re.escape, SPECIAL)))
    for _ in range(count):
        _, turns, tools = any_example(source)
        yield from filter(None, specials.split(render(turns, tools)))


class Encoder:
    """Token ids of a conversation and, for each, whether the model is to say it."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.opening = tokenizer.encode("assistant\n", add_special_tokens=False).ids
        self.user = tokenizer.encode("user\n", add_special_tokens=False).ids[0]

    def conversation(self, turns, tools=None):
        ids = self.tokenizer.encode(render(turns, tools), add_special_tokens=False).ids
        said, n = [False] * len(ids), len(self.opening)
        last = max(i for i in range(len(ids) - 1) if ids[i] == IM_START and ids[i + 1] == self.user)
        i = last
        while i < len(ids):
            if ids[i] == IM_START and ids[i + 1 : i + 1 + n] == self.opening:
                i += 1 + n
                while True:
                    said[i] = True
                    i += 1
                    if ids[i - 1] == EOS:
                        break
            else:
                i += 1
        return ids, said

    def prompt(self, turns, tools=None):
        return self.tokenizer.encode(render(turns, tools, prompt=True), add_special_tokens=False).ids
