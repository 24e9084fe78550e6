#!/usr/bin/env python3
"""Writes Sources/LFMTokenizer/UnicodeRanges.swift: the letters, numbers and whitespace of Unicode 16.0.

Version 16.0 because Hugging Face's `tokenizers` (0.23, Oniguruma 6.9.10) reads \\p{L}, \\p{N} and \\s by it, which
`--check` proves scalar by scalar where that library is installed. Needs a Python whose unicodedata is 16.0
(3.14), or `pip install unicodedata2==16.0.0`.
"""

import argparse
import pathlib
import sys

VERSION = "16.0.0"
TARGET = pathlib.Path(__file__).parent.parent / "Sources/LFMTokenizer/UnicodeRanges.swift"
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
# The property White_Space, which Python does not know. It has not changed since Unicode 6.3.
WHITESPACE = [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
              0x202F, 0x205F, 0x3000]


def unicode_data():
    for name in ("unicodedata", "unicodedata2"):
        try:
            module = __import__(name)
        except ImportError:
            continue
        if module.unidata_version == VERSION:
            return module
    sys.exit(f"needs unicodedata of Unicode {VERSION}: pip install unicodedata2=={VERSION}")


def category(letter):
    data = unicode_data()
    return [c for c in SCALARS if data.category(chr(c))[0] == letter]


def ranges(scalars):
    result = []
    for c in scalars:
        if result and result[-1][1] == c - 1:
            result[-1][1] = c
        else:
            result.append([c, c])
    return result


def listing(name, what, scalars):
    lines = [f"  /// {what}", f"  static let {name}: [UInt32] = ["]
    line = "   "
    for first, last in ranges(scalars):
        pair = f" 0x{first:X}, 0x{last:X},"
        if len(line) + len(pair) > 100:
            lines.append(line)
            line = "   "
        line += pair
    return "\n".join([*lines, line, "  ]"])


def check(letters, numbers):
    """Compares with what the reference's expressions match."""
    from tokenizers import Regex, pre_tokenizers

    for pattern, ours in ((r"\p{L}", letters), (r"\p{N}", numbers), (r"\s", WHITESPACE)):
        split = pre_tokenizers.Split(Regex(pattern), "removed")
        theirs = []
        for start in range(0, len(SCALARS), 4096):
            block = SCALARS[start:start + 4096]
            left = set("".join(t for t, _ in split.pre_tokenize_str("".join(map(chr, block)))))
            theirs += [c for c in block if chr(c) not in left]
        if theirs != list(ours):
            sys.exit(f"{pattern} differs: {[hex(c) for c in sorted(set(theirs) ^ set(ours))][:20]}")
        print(f"{pattern}: {len(theirs)} scalars, equal")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with tokenizers' classes too")
    arguments = parser.parse_args()
    letters, numbers = category("L"), category("N")
    TARGET.write_text("\n".join([
        f"// Made by Tools/make-unicode-tables.py from Unicode {VERSION}. Not edited by hand.",
        "",
        "/// Ranges of scalars, first and last of each, ascending.",
        "enum UnicodeRanges {",
        listing("letters", "General category L.", letters),
        "",
        listing("numbers", "General category N.", numbers),
        "",
        listing("whitespace", "Property White_Space, CR and LF included.", WHITESPACE),
        "}",
        "",
    ]))
    if arguments.check:
        check(letters, numbers)


if __name__ == "__main__":
    main()
