#!/usr/bin/env python3
"""Writes random schemas with instances, and whether `jsonschema` calls them valid: one JSON object a line.

    make_schemas.py COUNT SEED > schemas.jsonl

Needs jsonschema from PyPI. Instances are made with the schema in view, so that some are valid and many almost are.
"""
import json
import random
import sys

import jsonschema

KEYS = ["a", "b", "c", "kind"]
WORDS = ["x", "y", "ab", "abc", "é"]
PATTERNS = ["^a", "b$", "^[a-c]+$", "c", "^x?y?$"]


def scalar(r):
    return r.choice([None, True, False, 0, 1, 2, 3, -1, 1.5, 2.0, "", "x", "y", "ab", "abc", "é"])


def value(r, depth=0):
    k = r.random()
    if depth > 2 or k < 0.6:
        return scalar(r)
    if k < 0.8:
        return [value(r, depth + 1) for _ in range(r.randint(0, 3))]
    return {key: value(r, depth + 1) for key in r.sample(KEYS, r.randint(0, 3))}


def schema(r, depth=0):
    k = r.random()
    if k < 0.05:
        return r.choice([True, False])
    if k < 0.12 and depth > 0:
        return {"$ref": r.choice(["#/$defs/one", "#/$defs/two"])}
    s = {}
    def sub():
        return schema(r, depth + 1)
    simple = depth >= 3
    if r.random() < 0.5:
        types = ["null", "boolean", "integer", "number", "string", "array", "object"]
        s["type"] = r.choice(types) if r.random() < 0.7 else r.sample(types, r.randint(1, 3))
    for _ in range(r.randint(0, 3)):
        what = r.randint(0, 11 if simple else 27)
        if what == 0: s["enum"] = [value(r) for _ in range(r.randint(1, 4))]
        elif what == 1: s["const"] = value(r)
        elif what == 2: s["minimum"] = r.choice([-1, 0, 1, 1.5, 2])
        elif what == 3: s["exclusiveMaximum"] = r.choice([0, 1, 2, 2.5, 3])
        elif what == 4: s["multipleOf"] = r.choice([1, 2, 0.5, 3])
        elif what == 5: s["minLength"] = r.randint(0, 3)
        elif what == 6: s["maxLength"] = r.randint(0, 3)
        elif what == 7: s["pattern"] = r.choice(PATTERNS)
        elif what == 8: s["required"] = r.sample(KEYS, r.randint(1, 2))
        elif what == 9: s["minItems"] = r.randint(0, 2)
        elif what == 10: s["maxItems"] = r.randint(0, 3)
        elif what == 11: s["maxProperties"] = r.randint(0, 3)
        elif what in (12, 13): s["properties"] = {k: sub() for k in r.sample(KEYS, r.randint(1, 3))}
        elif what == 14: s["additionalProperties"] = r.choice([False, sub()])
        elif what == 15: s["patternProperties"] = {r.choice(PATTERNS): sub()}
        elif what == 16: s["propertyNames"] = r.choice([{"pattern": r.choice(PATTERNS)}, {"enum": r.sample(KEYS, 2)}, {"maxLength": 2}])
        elif what == 17: s["items"] = sub()
        elif what == 18: s["prefixItems"] = [sub() for _ in range(r.randint(1, 2))]
        elif what == 19:
            s["contains"] = sub()
            if r.random() < 0.5: s["minContains"] = r.randint(0, 2)
            if r.random() < 0.5: s["maxContains"] = r.randint(0, 2)
        elif what == 20: s["allOf"] = [sub() for _ in range(2)]
        elif what == 21: s["anyOf"] = [sub() for _ in range(r.randint(1, 3))]
        elif what == 22: s["oneOf"] = [sub() for _ in range(r.randint(1, 3))]
        elif what == 23: s["not"] = sub()
        elif what == 24:
            s["if"] = sub()
            if r.random() < 0.8: s["then"] = sub()
            if r.random() < 0.8: s["else"] = sub()
        elif what == 25: s["dependentSchemas"] = {r.choice(KEYS): sub()}
        elif what == 26: s["dependentRequired"] = {r.choice(KEYS): r.sample(KEYS, 1)}
        elif what == 27: s[r.choice(["unevaluatedProperties", "unevaluatedItems"])] = r.choice([False, sub()])
    if depth == 0:
        s["$defs"] = {"one": schema(r, 2), "two": schema(r, 2)}
    return s


def guess(r, s, depth=0):
    """A value that the schema might like."""
    if not isinstance(s, dict) or depth > 3 or r.random() < 0.1:
        return value(r, depth)
    if "const" in s: return s["const"]
    if "enum" in s: return r.choice(s["enum"])
    for key in ("allOf", "anyOf", "oneOf"):
        if key in s and r.random() < 0.4: return guess(r, r.choice(s[key]), depth)
    types = s.get("type")
    types = types if isinstance(types, list) else [types] if types else []
    t = r.choice(types) if types else r.choice(["object", "array", "any"])
    if t == "object":
        keys = set(s.get("required", [])) | {k for k in s.get("properties", {}) if r.random() < 0.6}
        if r.random() < 0.4: keys.add(r.choice(KEYS + ["abc", "zz"]))
        return {k: guess(r, s.get("properties", {}).get(k, True), depth + 1) for k in sorted(keys)}
    if t == "array":
        prefix = s.get("prefixItems", [])
        n = r.randint(s.get("minItems", 0), 3) if s.get("minItems", 0) <= 3 else 3
        return [guess(r, prefix[i] if i < len(prefix) else s.get("items", s.get("contains", True)), depth + 1) for i in range(n)]
    if t == "string": return r.choice(WORDS)
    if t in ("integer", "number"): return r.choice([-1, 0, 1, 2, 3, 4, 1.5, 2.0, 0.5])
    if t == "boolean": return r.choice([True, False])
    if t == "null": return None
    return value(r, depth)


def main():
    r = random.Random(int(sys.argv[2]))
    done = 0
    while done < int(sys.argv[1]):
        s = schema(r)
        if not isinstance(s, dict): continue
        validator = jsonschema.Draft202012Validator(s)
        cases = []
        try:
            for _ in range(12):
                v = guess(r, s)
                cases.append([v, validator.is_valid(v)])
        except RecursionError:
            continue
        print(json.dumps({"schema": s, "cases": cases}, ensure_ascii=False))
        done += 1


if __name__ == "__main__":
    main()
