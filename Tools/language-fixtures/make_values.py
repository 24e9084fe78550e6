"""Make random JSON values, and how Python writes them: `json.dumps(ensure_ascii=False)` and `repr`.

    make_values.py --count 400 --seed 1 --out values.jsonl

A line holds `json`, `dumps` and `repr`. Many are floats, because shortest digits are where implementations differ.
"""
import argparse
import json
import math
import random
import struct

from make_chats import Maker


def float_text(source):
    kind = source.randrange(4)
    if kind == 0:
        value = math.ldexp(1.0, source.randrange(-1074, 1024))
    elif kind == 1:
        value = struct.unpack("<d", source.randbytes(8))[0]
    elif kind == 2:
        value = source.randrange(10 ** source.randrange(1, 18)) / 10 ** source.randrange(20)
    else:
        return f"{source.randrange(10**9)}.{source.randrange(10**9)}e{source.randrange(-30, 30)}"
    return repr(value) if math.isfinite(value) and "." in repr(value) else "1.5"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=400)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", required=True)
    options = arguments.parse_args()
    maker = Maker(options.seed)
    with open(options.out, "w", encoding="utf-8") as out:
        for number in range(options.count):
            text = maker.write(maker.value()) if number % 2 else float_text(maker.random)
            value = json.loads(text)
            case = {"json": text, "dumps": json.dumps(value, ensure_ascii=False), "repr": repr(value)}
            out.write(json.dumps(case, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
