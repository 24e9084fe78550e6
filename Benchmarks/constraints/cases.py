"""Ordinary constraints, and texts that satisfy them: what programs ask of a model every day.

Values are drawn from small lists with a fixed seed, so that every run measures the same texts.
"""

import json
import random

WORDS = ("river stone garden winter lamp paper music yellow quiet market engine window summer bridge table coffee "
         "doctor island silver thunder").split()
NAMES = ["Ada Lovelace", "José García", "Mei Tanaka", "Łukasz Nowak", "Priya Raman", "O'Neill, Sean", "李雷", "Zoë"]


def text(r, low=3, high=14):
    words = [r.choice(WORDS) for _ in range(r.randint(low, high))]
    sentence = " ".join(words)
    return sentence[0].upper() + sentence[1:] + r.choice([".", "!", " (really).", ", \"so\" they say.", " — 100 %.", ""])


STR = {"type": "string"}
NUM = {"type": "number"}
INT = {"type": "integer"}
BOOL = {"type": "boolean"}


def obj(properties, required=None, closed=True, **more):
    schema = {"type": "object", "properties": properties,
              "required": list(properties) if required is None else required, **more}
    if closed:
        schema["additionalProperties"] = False
    return schema


def arr(items, **more):
    return {"type": "array", "items": items, **more}


def schemas():
    """(name, schema, how to draw a value)"""
    tree = {"$ref": "#/$defs/node", "$defs": {"node": obj({
        "name": STR, "children": arr({"$ref": "#/$defs/node"})})}}

    def node(r, depth=3):
        return {"name": r.choice(WORDS),
                "children": [node(r, depth - 1) for _ in range(r.randint(0, 2))] if depth else []}

    yield "person", obj({"name": STR, "age": INT, "email": STR}), lambda r: {
        "name": r.choice(NAMES), "age": r.randint(1, 99), "email": f"{r.choice(WORDS)}@example.org"}
    yield "sentiment", obj({"sentiment": {"enum": ["positive", "negative", "neutral"]},
                            "confidence": {"type": "number", "minimum": 0, "maximum": 1}}), lambda r: {
        "sentiment": r.choice(["positive", "negative", "neutral"]), "confidence": round(r.random(), 2)}
    yield "summary", obj({"title": STR, "summary": STR, "keywords": arr(STR)}), lambda r: {
        "title": text(r, 2, 5), "summary": text(r, 20, 40), "keywords": r.sample(WORDS, 4)}
    yield "invoice", obj({
        "number": STR, "date": {"type": "string", "format": "date"}, "total": NUM,
        "lines": arr(obj({"text": STR, "quantity": INT, "price": NUM}))}), lambda r: {
        "number": f"A-{r.randint(1000, 9999)}", "date": f"2026-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
        "total": r.randint(100, 99999) / 100,
        "lines": [{"text": text(r, 2, 4), "quantity": r.randint(1, 9), "price": r.randint(1, 999) / 10}
                  for _ in range(r.randint(1, 4))]}
    yield "tree", tree, node
    yield "address", obj({"street": STR, "city": STR, "zip": {"type": "string", "pattern": "^[0-9]{5}$"},
                          "country": {"enum": ["DE", "FR", "ES", "US", "JP"]}}), lambda r: {
        "street": f"{r.choice(WORDS).title()} Street {r.randint(1, 200)}", "city": r.choice(WORDS).title(),
        "zip": f"{r.randint(0, 99999):05}", "country": r.choice(["DE", "FR", "ES", "US", "JP"])}
    yield "optional", obj({"a": STR, "b": INT, "c": BOOL, "d": {"type": ["string", "null"]}}, ["a"]), lambda r: {
        "a": text(r), **({"b": r.randint(-50, 50)} if r.random() < .5 else {}), "d": r.choice([None, "x"])}
    yield "search", obj({"query": STR, "limit": {"type": "integer", "minimum": 1, "maximum": 50},
                         "sort": {"enum": ["date", "relevance"]}}, ["query"]), lambda r: {
        "query": text(r, 2, 6), "limit": r.randint(1, 50)}
    yield "event", obj({"title": STR, "start": {"type": "string", "format": "date-time"},
                        "attendees": arr(STR, maxItems=5), "online": BOOL}), lambda r: {
        "title": text(r, 2, 6), "start": f"2026-0{r.randint(1, 9)}-1{r.randint(0, 9)}T1{r.randint(0, 9)}:30:00Z",
        "attendees": r.sample(NAMES, 2), "online": r.random() < .5}
    yield "labels", arr({"enum": WORDS}, minItems=1, maxItems=6), lambda r: r.sample(WORDS, 4)
    yield "points", arr(obj({"x": NUM, "y": NUM})), lambda r: [
        {"x": r.randint(-999, 999) / 10, "y": r.randint(-999, 999) / 10} for _ in range(6)]
    yield "matrix", arr(arr(INT)), lambda r: [[r.randint(-99, 99) for _ in range(4)] for _ in range(4)]
    yield "bounded", obj({"code": {"type": "string", "minLength": 3, "maxLength": 12},
                          "note": {"type": "string", "maxLength": 80}}), lambda r: {
        "code": r.choice(WORDS)[:12], "note": text(r, 4, 8)[:80]}
    yield "long bound", obj({"essay": {"type": "string", "minLength": 1, "maxLength": 2000}}), lambda r: {
        "essay": text(r, 40, 60)}
    yield "any of", {"anyOf": [obj({"kind": {"const": "circle"}, "radius": NUM}),
                               obj({"kind": {"const": "box"}, "width": NUM, "height": NUM})]}, lambda r: r.choice([
        {"kind": "circle", "radius": r.randint(1, 99) / 10}, {"kind": "box", "width": 2, "height": r.randint(1, 9)}])
    yield "open object", {"type": "object"}, lambda r: {
        "river": text(r), "n": [1, 2.5, None, {"deep": {"er": True}}], "s": r.choice(NAMES)}
    yield "map", {"type": "object", "additionalProperties": INT}, lambda r: {
        w: r.randint(0, 999) for w in r.sample(WORDS, 5)}
    yield "email", obj({"to": {"type": "string", "format": "email"}, "subject": STR, "body": STR}), lambda r: {
        "to": f"{r.choice(WORDS)}@example.com", "subject": text(r, 3, 6), "body": text(r, 15, 30)}
    yield "wide", obj({f"field_{i}": kind for i, kind in enumerate([STR, INT, BOOL, NUM] * 8)}), lambda r: {
        f"field_{i}": [text(r, 1, 3), r.randint(0, 99), True, 1.5][i % 4] for i in range(32)}
    yield "nested", obj({"user": obj({"profile": obj({"address": obj({"geo": obj({"lat": NUM, "lng": NUM})})})})}), \
        lambda r: {"user": {"profile": {"address": {"geo": {"lat": r.randint(-90, 90), "lng": 12.25}}}}}
    yield "phone", obj({"phone": {"type": "string", "pattern": "^\\+[0-9]{1,3} [0-9]{4,12}$"}}), lambda r: {
        "phone": f"+{r.randint(1, 99)} {r.randint(10000, 99999999)}"}
    yield "tuple", {"type": "array", "prefixItems": [STR, INT, BOOL], "items": False, "minItems": 3}, lambda r: [
        text(r, 1, 4), r.randint(0, 9999), r.random() < .5]


def grammars():
    yield "json.gbnf", r'''root ::= value
value ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
array ::= "[" ws ( value ("," ws value)* )? "]" ws
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
ws ::= | " " | "\n" [ \t]{0,20}
''', lambda r: json.dumps({"river": text(r), "n": [1, 2.5, None, {"deep": {"er": True}}]}, ensure_ascii=False)
    yield "sums", 'root ::= term ([-+*/] term)*\nterm ::= [0-9]+ | "(" root ")"\n', \
        lambda r: "+".join(f"({r.randint(1, 99)}*{r.randint(1, 9)})" for _ in range(6))


def regexes():
    yield "date", "[0-9]{4}-[0-9]{2}-[0-9]{2}", lambda r: f"2026-{r.randint(10, 12)}-{r.randint(10, 28)}"
    yield "yes or no", "(yes|no|maybe), because [a-z ]{10,80}\\.", lambda r: (
        "maybe, because " + " ".join(r.sample(WORDS, 6)) + ".")
    yield "list", "(- [^\\n]+\\n){1,8}", lambda r: "".join(f"- {text(r, 3, 8)}\n" for _ in range(4))


def cases(texts_each=8):
    r = random.Random(20261128)
    for name, schema, draw in schemas():
        # Separators as models write them and as every engine here takes them.
        yield {"name": name, "schema": schema,
               "texts": [json.dumps(draw(r), ensure_ascii=False) for _ in range(texts_each)]}
    for name, grammar, draw in grammars():
        yield {"name": name, "grammar": grammar, "texts": [draw(r) for _ in range(texts_each)]}
    for name, regex, draw in regexes():
        yield {"name": name, "regex": regex, "texts": [draw(r) for _ in range(texts_each)]}
