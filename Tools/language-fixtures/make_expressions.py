#!/usr/bin/env python3
"""Writes Tests/LFMLanguageTests/Fixtures/expressions.jsonl: what Python's `re` says of expressions that people write.

A line has a pattern and texts with two truths each, `search` and `fullmatch`. Patterns and texts are such that Python (with
re.ASCII, and no line feeds) and ECMA-262 agree.
"""

import json
import pathlib
import random
import re

PATTERNS = r"""
^[a-z]+$
^[A-Z][a-z]*( [A-Z][a-z]*)*$
^\d{3}-\d{2}-\d{4}$
^\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}$
^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$
^(https?|ftp)://[^\s/$.?#].[^\s]*$
^#?([a-f0-9]{6}|[a-f0-9]{3})$
^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$
^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$
^v?\d+\.\d+\.\d+(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+)?$
^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$
^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[A-Za-z\d]{6,10}$
^(?!.*(foo|bar))[a-z]*$
^(?!-)[a-z0-9-]{1,8}(?<!-)$
\b(cat|dog)s?\b
\bfoo\B
(?<![\w-])x(?![\w-])
^(a|ab)(c|bcd)(d*)$
^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$
^\s*(\w+)\s*=\s*"([^"\\]|\\.)*"\s*$
^<([a-z]+)>[^<]*</[a-z]+>$
^[^,]*(,[^,]*){2}$
(foo)+?bar*
x{2,4}y{0,2}?z{1,}
^(?i:abc)d$
^.{0,3}$
^[\w.-]+$
^(-?[1-9]\d*|0)$
a|b|cd|
^(one|two|three)(,(one|two|three))*$
^[^\W\d_]+$
^[\da-fA-F]{2}(:[\da-fA-F]{2}){2}$
\$\{[a-z]+\}
^\[\]\{\}\(\)\|\+\*\?$
^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$
^((?!ab).)*$
^(?:(?!b)[ab]|b(?=a))*$
^(?P<left>a+)(?P<right>b+)$
^a(?=b(?!c))..$
(?<=\$)\d+
(?:^|(?<=,))[a-z]+(?=,|$)
^$|^-$
^(([a-c]){0,2}x){1,3}$
""".strip().split("\n")

SEEDS = ["abc", "John Smith", "123-45-6789", "(555) 123-4567", "joe@example.com", "https://x.org/a?b", "#a3f", "2024-02-30",
         "23:59:01", "v1.2.3-rc.1+b", "-1.5e3", "Passw0rd", "food", "a-b-c", "cats", "foods", "-x-", "abcd", "10.0.255.1",
         'k = "v\\"w"', "<b>x</b>", "a,b,c", "foofoobarr", "xxxyyz", "ABCd", "a_b", "0", "one,two", "de:ad:00", "${var}",
         "[]{}()|+*?", "YWJjZA==", "aab", "abab", "aabb", "abd", "$42", "", "-", "axbx"]


def main():
    generator = random.Random(4)
    alphabet = "abcxyzABC019-_.,:/@$ #\"\\<>{}()+=é\t"
    target = pathlib.Path(__file__).parents[2] / "Tests/LFMLanguageTests/Fixtures/expressions.jsonl"
    with open(target, "w") as out:
        for pattern in PATTERNS:
            compiled = re.compile(pattern, re.ASCII)
            texts = set(SEEDS)
            for _ in range(30):
                text = list(generator.choice(SEEDS))
                for _ in range(generator.randint(1, 2)):
                    place = generator.randint(0, len(text))
                    text[place:place + generator.randint(0, 1)] = [generator.choice(alphabet)] * generator.randint(0, 1)
                texts.add("".join(text))
            cases = [[text, bool(compiled.search(text)), bool(compiled.fullmatch(text))] for text in sorted(texts)]
            out.write(json.dumps({"pattern": pattern, "cases": cases}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
