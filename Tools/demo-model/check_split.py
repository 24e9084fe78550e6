"""Check that the evaluation shares no sentence pattern, no name and no question with training.

    check_split.py
"""
import skills
from words import EVAL, TRAIN, NAMES, Source, held


def patterns():
    for name, value in vars(skills).items():
        if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, list) for v in value):
            yield name, value
    for name, relation in skills.RELATIONS.items():
        for part in ("facts", "asks", "who"):
            if getattr(relation, part):
                yield f"{name}.{part}", getattr(relation, part)


def main():
    count = 0
    for name, (training, evaluation) in patterns():
        shared = set(training) & set(evaluation)
        assert not shared, (name, shared)
        count += len(evaluation)
    drawn = {split: {Source(n, split).name() for n in range(5000)} for split in (TRAIN, EVAL)}
    assert not drawn[TRAIN] & drawn[EVAL] and any(map(held, NAMES))
    asked = {split: set() for split in (TRAIN, EVAL)}
    for split, number in ((TRAIN, 40000), (EVAL, 4000)):
        source = Source(11, split)
        for _ in range(number):
            _, turns, _ = skills.any_example(source)
            asked[split].add(" || ".join(t["content"] for t in turns if t["role"] == "user"))
    assert not asked[TRAIN] & asked[EVAL], sorted(asked[TRAIN] & asked[EVAL])[:5]
    print(f"{count} patterns of the evaluation, none in training; {len(asked[EVAL])} questions, none among {len(asked[TRAIN])} of training")


if __name__ == "__main__":
    main()
