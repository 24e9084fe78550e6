"""Check that the evaluation shares no sentence pattern, no name and no question with training.

    check_split.py [WORK/tokenizer.json]    (with it, training has its words woven from tokens, too)
"""
import sys

import skills
from words import EVAL, NAMES, TRAIN, Source, held, learn_pieces


def main():
    if len(sys.argv) > 1:
        from vocabulary import load
        learn_pieces(load(sys.argv[1]))
    drawn = {split: {Source(n, split).name() for n in range(5000)} for split in (TRAIN, EVAL)}
    assert not drawn[TRAIN] & drawn[EVAL] and any(map(held, NAMES))
    asked, used = {split: set() for split in (TRAIN, EVAL)}, {}
    for split, number in ((TRAIN, 60000), (EVAL, 8000)):
        source = Source(11, split)
        for _ in range(number):
            _, turns, tools = skills.any_example(source)
            names = [t.get("function", t)["name"] for t in tools or []]
            asked[split].add(" || ".join([t["content"] for t in turns if t["role"] == "user"] + names))
        used[split] = source.used
    assert not used[TRAIN] & used[EVAL], sorted(used[TRAIN] & used[EVAL])
    assert not asked[TRAIN] & asked[EVAL], sorted(asked[TRAIN] & asked[EVAL])
    print(f"{len(used[EVAL])} patterns of the evaluation, none among {len(used[TRAIN])} of training; "
          f"{len(asked[EVAL])} questions, none among {len(asked[TRAIN])} of training")


if __name__ == "__main__":
    main()
