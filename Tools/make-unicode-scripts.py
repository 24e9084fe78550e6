#!/usr/bin/env python3
"""Writes Sources/LFMLanguage/Constraints/Regular/UnicodeScripts.swift: the characters of the scripts that `\\p{Script=…}` knows.

Needs `pip install fonttools==4.68.0`, which carries Scripts.txt of Unicode 18.0.
"""

import pathlib

from fontTools.unicodedata import Scripts

NAMES = {
    "Arab": "Arabic", "Armn": "Armenian", "Beng": "Bengali", "Cyrl": "Cyrillic", "Deva": "Devanagari", "Geor": "Georgian",
    "Grek": "Greek", "Hang": "Hangul", "Hani": "Han", "Hebr": "Hebrew", "Hira": "Hiragana", "Kana": "Katakana",
    "Latn": "Latin", "Taml": "Tamil", "Thai": "Thai",
}
TARGET = pathlib.Path(__file__).parent.parent / "Sources/LFMLanguage/Constraints/Regular/UnicodeScripts.swift"

def ranges(code):
    starts = [*Scripts.RANGES, 0x110000]
    result = []
    for first, end, name in zip(starts, starts[1:], Scripts.VALUES):
        if name != code:
            continue
        if result and result[-1][1] + 1 == first:
            result[-1] = (result[-1][0], end - 1)
        else:
            result.append((first, end - 1))
    return result


lines = [
    "// Made by Tools/make-unicode-scripts.py from Unicode 18.0's Scripts.txt. Not edited by hand.",
    "",
    "/// Characters by script, as ranges of scalar values, ascending.",
    "enum UnicodeScripts {",
    "  /// By the short name (ISO 15924) and the long one.",
    "  static let ranges: [String: [ClosedRange<UInt32>]] = {",
    "    var result: [String: [ClosedRange<UInt32>]] = [:]",
    "    for (short, long, bounds) in bounds {",
    "      let list = stride(from: 0, to: bounds.count, by: 2).map { bounds[$0]...bounds[$0 + 1] }",
    "      result[short] = list",
    "      result[long] = list",
    "    }",
    "    return result",
    "  }()",
    "",
    "  private static let bounds: [(String, String, [UInt32])] = [",
]
for code, name in NAMES.items():
    lines.append("    (")
    lines.append(f'      "{code}", "{name}",')
    lines.append("      [")
    row = "       "
    for number in [number for pair in ranges(code) for number in pair]:
        word = f" 0x{number:X},"
        if len(row) + len(word) > 100:
            lines.append(row)
            row = "       "
        row += word
    lines += [row, "      ]", "    ),"]
lines += ["  ]", "}"]
TARGET.write_text("\n".join(lines) + "\n")
