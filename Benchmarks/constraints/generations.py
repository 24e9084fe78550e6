"""Generations of a model under random schemas, judged by `jsonschema` from PyPI.

    generations.py LFMD MODEL.gguf [--count 2500] [--seed 1]

Starts the daemon, asks for COUNT answers under as many random schemas (`Tools/language-fixtures/make_schemas.py`), eight at a time, at a
temperature that makes the model wander, and says how many ended by stop and what jsonschema thinks of those. Exit status 1 if
one of them breaks its schema. Needs protoc, and protobuf and jsonschema from PyPI.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import jsonschema

HERE = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(HERE / "Tests/python"), str(HERE / "Tools/language-fixtures")]

import generated  # noqa: E402
import make_schemas  # noqa: E402

modules = generated.make(str(HERE / "Protos"))

from lfm.v1 import chat_pb2 as chat, generation_pb2 as generation  # noqa: E402
from lfm_client import CallFailed, Connection  # noqa: E402

QUESTIONS = ["What is 2 plus 3?", "Hello", "Nora lives in Lisbon. Where does Nora live?", "Spell the word lamp.", "Write JSON.", "x"]
AT_A_TIME = 8


def request(r, schema, seed):
    return generation.GenerateRequest(
        chat=chat.Chat(messages=[chat.ChatMessage(role=b"user", text=r.choice(QUESTIONS).encode())]), max_tokens=250,
        sampling=generation.SamplingParameters(temperature=1.3, top_k=0, seed=seed), thinking=generation.ThinkingParameters(skip=r.random() < 0.8),
        constraint=generation.OutputConstraint(json_schema=json.dumps(schema, ensure_ascii=False).encode()))


def answer_of(call):
    """(the answer, the reason why it ended); the reason is the status where the call failed."""
    text, reason = b"", None
    try:
        for event in call:
            if event.HasField("answer"):
                text += event.answer.text
            if event.HasField("finished"):
                reason = generation.FinishReason.Name(event.finished.reason)
    except CallFailed as failure:
        reason = f"status {failure.status.code}"
    return text, reason


def connect(path):
    for _ in range(200):
        try:
            return Connection(path)
        except OSError:
            time.sleep(0.05)
    raise SystemExit("lfmd did not get ready")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lfmd")
    parser.add_argument("model")
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    r, ends, wrong = random.Random(a.seed), collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        daemon = subprocess.Popen([a.lfmd, "--model", a.model, "--socket", f"{folder}/s", "--log-level", "error"])
        try:
            connection, running, begun, judged = connect(f"{folder}/s"), collections.deque(), 0, 0
            while begun < a.count or running:
                while begun < a.count and len(running) < AT_A_TIME:
                    schema = make_schemas.schema(r)
                    if isinstance(schema, dict):
                        begun += 1
                        running.append((schema, connection.start("lfm.v1.LanguageModel/Generate", request(r, schema, begun))))
                schema, call = running.popleft()
                text, reason = answer_of(call)
                ends[reason] += 1
                if reason == "FINISH_REASON_STOP":
                    judged += 1
                    try:
                        jsonschema.Draft202012Validator(schema).validate(json.loads(text))
                    except (ValueError, jsonschema.ValidationError) as error:
                        wrong.append((schema, text.decode(errors="replace"), str(error).splitlines()[0]))
                if sys.stderr.isatty():
                    print(f"\r{sum(ends.values())} of {a.count}", end="", file=sys.stderr)
        finally:
            daemon.terminate()
            daemon.wait()
    print(f"\n{begun} generations: " + ", ".join(f"{count} {reason}" for reason, count in ends.most_common()))
    print(f"{judged} ended by stop, of which {len(wrong)} break their schema")
    for schema, text, error in wrong[:20]:
        print(json.dumps(schema, ensure_ascii=False), text, error, sep="\n  ")
    sys.exit(bool(wrong) or not judged)


if __name__ == "__main__":
    main()
