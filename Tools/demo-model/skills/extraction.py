"""JSON from a text: some fields of what it says, in the order asked for, null for what it does not say."""
import json

from words import DAYS, FIRST_PIECES, LATER_PIECES, PLURALS, THINGS, TRAIN

from .forms import joined_with_and, reply, user
from .told import FIELDS, FILLER, RELATIONS, Document, dress, fill

ASKABLE = [k for k in FIELDS if k not in ("name", "state")]
ASK = (["<Extract|Give|Write|Return|Get|Pull out|Take> {f} as JSON.", "<Extract|Give|Get|Find> {f} <from the text|from this text|from it> as JSON.", "JSON with {f}, please.",
        "<Make|Write|Produce|Build> JSON <with|of|from> {f}.", "As JSON: {f}.", "<I need|I want|We need> {f} as <JSON|a JSON object>.", "Answer <in|with|as> JSON with {f}.",
        "<Turn|Put|Bring> {f} into JSON.", "{f} as JSON.", "<Fill|Complete> a JSON object with {f}.", "Return <a JSON object|JSON|only JSON> with the <keys|fields> {k}.",
        "<Extract|Read> the <fields|keys|values> {k} as JSON.", "JSON, <keys|fields>: {k}", "<Give|Write> me a JSON object: {k}."] + 3 * ["@v {f} <as|in|to|into> JSON<| format>.", "@v this <to|into|as> JSON with {f}.", "@v @v {f} as <a JSON object|JSON>.", "I @v JSON with <the fields|the keys|> {k}."],
       ["Please extract {f} in JSON format.", "Convert this to JSON with {f}.", "Output {f} as a JSON object.", "I would like JSON with the fields {k}."])
ABOUT = (["<Extract|Give|Get|Write> {f} of {n} as JSON.", "JSON about {n} with {f}.", "As JSON: {f} of {n}.", "<I need|I want> {f} of {n} as JSON.", "For {n}, <extract|give|return> {f} as JSON.",
          "<Turn|Put> {f} of {n} into JSON.", "What is said of {n}? <Write|Give> {f} as JSON."] + 3 * ["@v {f} of {n} <as|in|to|into> JSON<| format>.", "@v @v {f} of {n} as <a JSON object|JSON>."],
         ["Please extract {f} of {n} in JSON format.", "Output {f} of {n} as a JSON object."])
ORDERS = (["{who} <ordered|orders|bought|buys|wants|has ordered> {count} {item} <for|and lives in|from> {city} on {day}.", "Order {id}: {count} {item} for {who} in {city}, <to be sent on|on|by> {day}.",
           "On {day}, {who} from {city} <ordered|bought|paid for|picked> {count} {item}<| (order {id})>.", "{count} {item} <go|went|are going|will go> to {who} in {city} on {day}.",
           "<Dear team|Hello>, I am {who} from {city} and I need {count} {item} <on|by|until> {day}.", "Customer: {who}, {city}. <Goods|Wants|Needs>: {count} {item}. <Date|When|Day>: {day}.",
           "<We|They> send {count} {item} to {city} on {day}<. The customer is|, for> {who}.", "{day}: {who} <called|wrote> from {city} and asked for {count} {item}.",
           "The customer {who} <of|in> {city} <takes|gets|expects> {count} {item} on {day}."] + 2 * [
           "<On {day}|{day}:> <the shop|our team|my boss|they|I|you> <@v|@v|sent|gave> {count} {item} @p {who} @p {city}<.|!>",
           "<They|I|You|The team|Our shop> @v {count} {item} <|@p|on> {day} @p {who} @p {city}.", "<Now|Then|First> @v {count} {item} <to|for|@p> {who}, {city}, <on|@p> {day}.",
           "{who}, <@c|a friend|our customer> <in|of|at|@p> {city}, <@v|needs|wants> {count} {item} <on|@p> {day}."],
          ["{who}, who lives in {city}, will receive {count} {item} on {day}.", "Please deliver {count} {item} to {who} in {city} on {day}.",
           "On {day} we sold {count} {item} to {who} from {city}."])
ORDER_FIELDS = [("customer", "who"), ("city", "city"), ("count", "count"), ("item", "item"), ("day", "day")]


def asked(s, fields, frames, **slots):
    spoken = [f"the {f}" for f in fields] if s.chance(0.6) else list(fields)
    return s.frame(frames).format(f=joined_with_and(spoken) if len(spoken) > 1 else spoken[0], k=", ".join(fields), **slots)


def written(pairs, before=""):
    thought = "; ".join(f"{k}: {'not said' if v is None else v}" for k, v in pairs)
    return reply(f"{before}{thought}.", json.dumps(dict(pairs), ensure_ascii=False))


def layout(s, text, question):
    if s.chance(0.05) and question[-1] == ".":
        question = question[:-1]
    if s.chance(0.75):
        return user(f"{text}\n\n{question}")
    return user(f"{question.rstrip('.') + (':' if question.endswith('.') else '')}\n\n{text}")


def one_person(s):
    """The text speaks of one person."""
    name = s.name()
    keys = s.rng.sample(ASKABLE, s.rng.randint(1, 3))
    pairs, parts = [("name", name)], []
    for k in keys:
        value = RELATIONS[k].value(s)
        pairs.append((FIELDS[k], int(value) if k in ("age", "office") else value))
        parts.append(dress(s, fill(s.frame(RELATIONS[k].facts), name, value), name))
    if s.chance(0.2):
        parts.insert(s.rng.randint(0, len(parts)), s.frame(FILLER))
    wanted = s.rng.sample(pairs, s.rng.randint(min(2, len(pairs)), len(pairs)))
    if s.chance(0.2):
        wanted.insert(s.rng.randint(0, len(wanted)), (FIELDS[s.rng.choice([k for k in ASKABLE if k not in keys])], None))
    return [layout(s, " ".join(parts), asked(s, [k for k, _ in wanted], ASK)), written(wanted)]


def some_person(s):
    """The text speaks of several; one is asked about."""
    while True:
        doc = Document(s, 2, 4, "people")
        name = s.rng.choice(doc.facts)[0]
        pairs = [(FIELDS[k], int(v) if k in ("age", "office") else v) for n, k, v in doc.facts if n == name]
        if pairs:
            break
    wanted = s.rng.sample(pairs, s.rng.randint(1, len(pairs)))
    return [layout(s, doc.text, asked(s, [k for k, _ in wanted], ABOUT, n=name)), written(wanted, f"{doc.survey()}so {name} ")]


def an_order(s):
    values = {"who": s.name(), "city": s.city(), "count": s.number(), "item": s.pick(PLURALS, 0.5, ["s"]), "day": s.rng.choice(DAYS), "id": s.number()}
    text = s.frame(ORDERS).format(**values)
    wanted = [(k, values[v]) for k, v in s.rng.sample(ORDER_FIELDS, s.rng.randint(2, 5))]
    return [layout(s, text, asked(s, [k for k, _ in wanted], ASK)), written(wanted)]


LINES = (["{k}: {v}", "{K}: {v}", "The {k} is {v}.", "{K} = {v}", "the {k} is {v},", "{k} {v};", "{K}: {v}.", "- {k}: {v}", "Its {k} is {v}.", "{v} is the {k}."] + 2 * ["{K} <@v|@c|@p> {v}.", "<@v|@v @v|@c> the {k}<:|,| @p> {v}.", "<@p|@c|@v> {K}: {v}", "<*|-|+|> <@v|@c> {K}: {v}", "<*|-|+|~> {K} <@c|@v>: {v}", "* {K}: {v} <@c|@v>", "<We|They|You|I|The papers> <@v|see|set|read> the {k}<:| as| to|, it is> {v}."], ["* {K}: {v}", "We know the {k}: {v}.", "{K} is {v}."])


def key(s):
    """What a line names. Where that begins with a capital, it begins with another token: some words are made of such."""
    if s.split == TRAIN and FIRST_PIECES and s.chance(0.4):
        return s.draw(lambda: s.rng.choice(FIRST_PIECES).lower() + s.rng.choice([s.rng.choice(LATER_PIECES), s.rng.choice(LATER_PIECES), ""]))
    return s.pick(["code", "price", "size", "weight", "owner", "place", "date", "version", "port", "host", "state", "title", "author", "model", "number", "kind"], 0.5)


def properties(s):
    """Lines or sentences that give things their values."""
    keys = s.distinct(lambda: key(s), s.rng.randint(2, 4))
    pairs = [(k, s.rng.choice([lambda: s.number(), lambda: s.pick(THINGS, 0.5), s.name, s.city])()) for k in keys]
    way = s.frame(LINES, loose=0)
    text = s.rng.choice(["\n", " "]).join(way.format(k=k, K=k.capitalize(), v=v) for k, v in pairs)
    wanted = s.rng.sample(pairs, s.rng.randint(1, len(pairs)))
    return [layout(s, text, asked(s, [k for k, _ in wanted], ASK)), written(wanted)]


def extraction(s):
    return s.rng.choices([one_person, some_person, an_order, properties], [4, 2, 3, 4 if s.split == TRAIN else 2])[0](s)
