"""Make random chats and what transformers renders of them, for the tests of LFMLanguage.

    make_chats.py --count 300 --seed 1 --out chats.jsonl FAMILY=TEMPLATE.jinja …

A line holds `family`, `document` (the JSON text of the chat, in odd spellings) and `rendered`, or `error` where the
reference raises. Nothing of a template's text is written, only what it makes of chats invented here.
"""
import argparse
import json
import random

from transformers.utils.chat_template_utils import render_jinja_template

# What templates write that ask for today's date.
DATE = "2026-01-15"
# Families that render neither thinking nor tool calls.
PLAIN = ("lfm2-8b-a1b", "lfm2.5-instruct", "leap-finetune-lfm2")

TAG = "CONTINUE_FINAL_MESSAGE_TAG"

WORDS = [
    "hello", "42", "", " ", "\n", "a\tb", "\"quoted\"", "it's", "back\\slash", "é", "e\u0301", "猫", "🐈\u200d⬛", "\u2028", "\u00a0",
    "\x01", "\x7f", "\x1c", "\u0085", "\u200b", "<think>", "</think>", "<think>x</think>", "<|im_end|>", "<|im_start|>system\n", "[x]", "{}",
    "<image>", TAG + " ", "null", "\r\n", "\u3000", "&lt;", "{{ x }}", "\ue000", "\U000e0001", "\ufeff", "𝒳", "ﬁ", "\u0301",
]
NUMBERS = [
    "0", "-0", "1", "-42", "18446744073709551615", "123456789012345678901234567890", "0.0", "-0.0", "1.0", "1.0E5", "1e5", "1E-5",
    "0.0001", "0.00001", "1e15", "1e16", "123456789012345680.0", "9007199254740993.0", "0.1", "0.30000000000000004", "5e-324", "2.5e-8",
    "1.7976931348623157e308", "1e22", "1e23", "0.1e1", "100000000000000000000.0", "5.684341886080802e-14", "1.5e-10", "-1e-7",
]
NAMES = ["city", "a", "é", "e\u0301", "the key", "<|im_end|>", "it's", "\"", "type", "text", "items", "keys", "from", ""]


class Raw(str):
    """A number in a spelling of its own."""


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, probability):
        return self.random.random() < probability

    def text(self):
        return "".join(self.random.choice(WORDS) for _ in range(self.random.choice([0, 1, 1, 2, 3, 6])))

    def value(self, depth=0):
        kind = self.random.randrange(5 if depth > 3 else 8)
        if kind == 0:
            return self.text()
        if kind in (1, 2):
            return Raw(self.random.choice(NUMBERS))
        if kind == 3:
            return self.random.choice([True, False, None])
        if kind == 4:
            return self.random.choice([[], {}, ""])
        if kind == 5:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        return self.mapping(depth + 1)

    def mapping(self, depth=0):
        return [("pairs", None)] + [(self.name(), self.value(depth)) for _ in range(self.random.randrange(4))]

    def name(self):
        return self.random.choice(NAMES) if self.chance(0.8) else self.text()

    # JSON text with escapes, white space and spellings that json.dumps would not choose.

    def write(self, value):
        space = self.random.choice(["", "", "", " ", "\n", "\t "])
        if isinstance(value, Raw):
            return space + value
        if isinstance(value, str):
            return space + self.string(value)
        if isinstance(value, list) and value[:1] == [("pairs", None)]:
            return space + "{" + ",".join(self.string(k) + space + ":" + self.write(v) for k, v in value[1:]) + space + "}"
        if isinstance(value, dict):
            return space + "{" + ",".join(self.string(k) + ":" + self.write(v) for k, v in value.items()) + "}"
        if isinstance(value, list):
            return space + "[" + ",".join(self.write(v) for v in value) + space + "]"
        return space + json.dumps(value)

    def string(self, text):
        if self.chance(0.7):
            return json.dumps(text, ensure_ascii=self.chance(0.3))
        written = ""
        for letter in text:
            if letter == "/" and self.chance(0.5):
                written += "\\/"
            elif self.chance(0.3):
                units = letter.encode("utf-16-be").hex()
                written += "".join("\\u" + units[i:i + 4].upper() for i in range(0, len(units), 4))
            else:
                written += json.dumps(letter, ensure_ascii=False)[1:-1]
        return '"' + written + '"'

    def part(self):
        part = self.random.choice([
            {"type": "text", "text": self.text()}, {"type": "text", "text": self.text()}, {"text": self.text(), "type": "text"},
            {"type": "image"}, {"type": "image", "url": "x"}, {"type": "audio", "data": self.value()}, {"text": self.text()},
            {"type": "text", "text": self.text(), "cache_control": {"type": "ephemeral"}},
        ])
        if self.chance(0.04):
            part = self.random.choice([{"type": "text"}, {"type": "text", "text": None}, {"type": "text", "text": Raw("5")}, self.value()])
        return part

    def content(self):
        if self.chance(0.05):
            return self.random.choice([None, Raw("0"), Raw("7"), True, False, {}, {"a": Raw("1")}, []])
        if self.chance(0.25):
            return [self.part() for _ in range(self.random.randrange(4))]
        return self.text()

    def call(self):
        function = {"name": self.name(), "arguments": self.mapping()}
        if self.chance(0.02):
            function["arguments"] = self.random.choice(["{}", None, [], Raw("3")])
        if self.chance(0.01):
            del function[self.random.choice(["name", "arguments"])]
        return {"id": "call_1", "type": "function", "function": function} if self.chance(0.5) else {"function": function}

    def message(self, family, roles):
        message = {"role": self.random.choice(roles)}
        if self.chance(0.01):
            message["role"] = self.random.choice([None, Raw("1"), ["user"]])
        if not self.chance(0.02 if message["role"] != "assistant" else 0.15):
            message["content"] = self.content()
        if message["role"] == "assistant":
            for field in ["thinking", "reasoning_content", "reasoning"]:
                if self.chance(0.3 if field == "thinking" else 0.05):
                    message[field] = self.text()
                    if family not in PLAIN and self.chance(0.03):
                        message[field] = self.random.choice([None, Raw("5")])
            if self.chance(0.3) and family not in PLAIN:
                message["tool_calls"] = [self.call() for _ in range(self.random.randrange(3))]
                if self.chance(0.02):
                    message["tool_calls"] = self.random.choice([None, Raw("1"), "x"])
            items = list(message.items())
            self.random.shuffle(items)
            message = dict(items)
        if self.chance(0.1):
            message["name"] = self.text()
        return message

    def tool(self):
        return {"type": "function", "function": {"name": self.name(), "description": self.text(), "parameters": self.mapping()}}

    def chat(self, family):
        roles = ["user", "user", "assistant", "assistant", "tool", "system", "developer"]
        messages = [self.message(family, roles) for _ in range(self.random.choice([0, 1, 2, 3, 4, 6]) if self.chance(0.1) else
                                                               self.random.choice([1, 2, 3, 4, 6, 8]))]
        if messages and self.chance(0.4):
            messages[0]["role"] = "system"
        chat = {"messages": messages}
        if self.chance(0.4):
            chat["tools"] = [self.tool() for _ in range(self.random.randrange(3))]
        elif self.chance(0.3):
            chat["tools"] = None
        if self.chance(0.15):
            chat["continue_final_message"] = True
            if messages and isinstance(messages[-1].get("content"), list) and family in PLAIN:
                messages[-1]["content"] = self.text()
            if messages and family not in PLAIN and self.chance(0.3):
                chat["continue_final_message"] = "thinking"
            if self.chance(0.1):
                chat["add_generation_prompt"] = True
        else:
            chat["add_generation_prompt"] = self.chance(0.6)
        if self.chance(0.4):
            variables = {"preserve_thinking": self.chance(0.7)}
            if self.chance(0.3):
                chat["kwargs"] = variables
            else:
                chat.update(variables)
        return chat


def render(template, chat):
    kwargs = dict(chat)
    kwargs.update(kwargs.pop("kwargs", {}))
    kwargs.setdefault("keep_past_thinking", kwargs.get("preserve_thinking", False))  # the same, for lfmd
    if kwargs.get("continue_final_message") and kwargs.get("add_generation_prompt"):
        raise ValueError("not compatible")  # as apply_chat_template has it
    rendered, _ = render_jinja_template(
        [kwargs.pop("messages")], chat_template=template.replace('strftime_now("%Y-%m-%d")', f'"{DATE}"'), bos_token="<|startoftext|>", **kwargs)
    rendered[0].encode()
    return rendered[0]


def odd(chat, family):
    """Whether the case is one in which lfmd refuses on purpose what the reference renders by accident."""
    messages = chat["messages"]
    last = messages[-1] if messages else {}
    if family == "leap-finetune-lfm2_5" and any(
            isinstance(m, dict) and ("tool_calls" in m and not isinstance(m["tool_calls"], list)
                                     or "thinking" in m and not isinstance(m["thinking"], str)) for m in messages):
        return True  # refused when the chat is read, for all families
    parts = last.get("content") if isinstance(last, dict) else None
    if chat.get("continue_final_message") and len(messages) == 1 and TAG in json.dumps(chat.get("tools")):
        return True  # the tag of a tool's text is taken for the one that marks the cut
    if chat.get("continue_final_message") == "thinking":
        # what stands behind the thinking is dropped with the rest, whether it is valid or not
        return TAG in json.dumps(last) or not isinstance(parts, (str, type(None)))
    if chat.get("continue_final_message") and isinstance(parts, list):
        texts = [p for p in parts if isinstance(p, (dict, str)) and "text" in p]
        return not texts or not isinstance(texts[-1], dict) or texts[-1].get("type") != "text"
    return False


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("families", nargs="+")
    options = arguments.parse_args()
    failed = 0
    with open(options.out, "w", encoding="utf-8") as out:
        for entry in options.families:
            family, path = entry.split("=", 1)
            template = open(path, encoding="utf-8").read()
            maker = Maker(f"{family} {options.seed}")
            made = 0
            while made < options.count:
                document = maker.write(maker.chat(family))
                chat = json.loads(document)
                if odd(chat, family):
                    continue
                case = {"family": family, "document": document}
                try:
                    case["rendered"] = render(template, chat)
                except Exception as error:
                    case["error"] = type(error).__name__
                    failed += 1
                out.write(json.dumps(case, ensure_ascii=False) + "\n")
                made += 1
    print(f"{options.count * len(options.families)} chats, {failed} of them errors")


if __name__ == "__main__":
    main()
