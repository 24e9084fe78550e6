"""Compare what chat-template.jinja renders, byte for byte.

    check_template.py                   compare it with render.py, which writes the training data, on 2000 conversations
    check_template.py RENDERS.jsonl     compare it with recorded renders of LFM2.5-8B-A1B's own template, where there are any;
                                        lines: template, messages, tools, add_generation_prompt, kwargs, rendered | error

Rendering goes through transformers, so `tojson`, sandbox and block trimming are those of apply_chat_template.
"""
import hashlib
import json
import sys
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

TEMPLATE = Path(__file__).with_name("chat-template.jinja")


def own(text):
    from render import render
    from skills import any_example
    from words import TRAIN, Source
    source, bad = Source(3, TRAIN), 0
    for _ in range(2000):
        _, turns, tools = any_example(source)
        rendered, _ = render_jinja_template([turns], tools=tools, chat_template=text, bos_token="<|startoftext|>")
        bad += rendered[0] != render(turns, tools)
    print(f"{2000 - bad} equal, {bad} different; sha256 {hashlib.sha256(text.encode()).hexdigest()}")
    sys.exit(bool(bad))


def main():
    text = TEMPLATE.read_text(encoding="utf-8")
    if len(sys.argv) < 2:
        own(text)
    good = bad = 0
    for line in open(sys.argv[1], encoding="utf-8"):
        case = json.loads(line)
        if case["template"] != "LFM2.5-8B-A1B":
            continue
        try:
            rendered, _ = render_jinja_template(
                [case["messages"]], tools=case["tools"], chat_template=text, bos_token=case["bos_token"],
                add_generation_prompt=case["add_generation_prompt"],
                continue_final_message=case["continue_final_message"], **case["kwargs"])
            same = rendered[0] == case.get("rendered")
        except Exception as error:
            rendered, same = [repr(error)], case.get("rendered") is None
        good, bad = good + same, bad + (not same)
        if not same:
            print(f"DIFFERS {case['case']} {case['kwargs']}\n  got  {rendered[0]!r}\n  want {case.get('rendered')!r}")
    print(f"{good} equal, {bad} different; sha256 {hashlib.sha256(text.encode()).hexdigest()}")
    sys.exit(bool(bad or not good))


if __name__ == "__main__":
    main()
