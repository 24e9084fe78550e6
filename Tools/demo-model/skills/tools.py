"""Tools: which one, with which arguments, several at once, what they answered, and when none fits.

A tool looks something up (`get_weather`) or does something (`book_table`). Names are put together from lists and from
invented words, so that a call is copied from the declarations, and a value from the question.
"""
import json
import re

from words import ACTIONS, COLOURS, DAYS, LOOKUPS, MONTHS, OBJECTS, OTHERS, RESULT_WORDS, THINGS, TOPICS, TRAIN, UNITS

from .forms import article, reply, user

NONE = "None of my tools fits."


class Argument:
    """One argument of a tool: how it is declared, and how a question says its value."""

    def __init__(self, name, about, kind, schema, value, said):
        self.name, self.about, self.kind, self.schema, self.value, self.said = name, about, kind, schema, value, said


TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def place(s):
    name = s.rng.choice(["city", "city", "city", "place", "town", "location", "where"])
    return Argument(name, "city", "city", TEXT, s.city, ["in {v}", "in {v}", "near {v}", "at {v}"])


def person(s):
    name = s.rng.choice(["name", "person", "user", "who", "customer", "contact", "owner"])
    return Argument(name, "person", "person", TEXT, s.name, ["for {v}", "for {v}", "with {v}", "of {v}"])


def receiver(s):
    return Argument(s.rng.choice(["to", "recipient", "receiver", "to"]), "person", "person", TEXT, s.name, ["to {v}"])


def day(s):
    return Argument(s.rng.choice(["day", "day", "date", "weekday", "when"]), "day", "day", TEXT, lambda: s.rng.choice(DAYS), ["on {v}", "on {v}", "for {v}", "next {v}"])


def month(s):
    return Argument("month", "month", "month", TEXT, lambda: s.rng.choice(MONTHS), ["in {v}", "for {v}"])


def colour(s):
    return Argument(s.rng.choice(["colour", "color", "shade"]), "colour", "colour", TEXT, lambda: s.pick(COLOURS, 0.4), ["in {v}", "in the colour {v}", "coloured {v}"])


def amount(s):
    unit = s.pick(["people", "minutes", "pages", "guests", "hours", "items", "tickets", "euros", "copies", "nights", "degrees", "boxes", "points", "seconds", "metres"], 0.4, ["s"])
    return Argument(s.rng.choice([unit, unit, unit, "count", "number", "amount"]), f"number of {unit}", unit, WHOLE,
                    lambda: s.number(), ["for {v} " + unit, "with {v} " + unit, "of {v} " + unit, "to {v} " + unit])


def thing(s):
    return Argument(s.rng.choice(["item", "thing", "object", "what"]), "thing", "thing", TEXT, lambda: s.pick(THINGS, 0.5), ["with the {v}", "for the {v}", "near the {v}"])


def words(s):
    return Argument(s.rng.choice(["text", "message", "title", "note", "content"]), "text", "text", TEXT,
                    lambda: " ".join(s.pick(OTHERS + THINGS, 0.5) for _ in range(s.rng.randint(1, 3))),
                    ["saying \"{v}\"", "that says \"{v}\"", "with the text \"{v}\"", ": \"{v}\"", "called \"{v}\""])


def scale(s):
    choices = s.rng.choice([["celsius", "fahrenheit"], ["km", "miles"], ["low", "medium", "high"], ["small", "large"], ["fast", "slow"], ["day", "night"],
                            s.distinct(lambda: s.pick(RESULT_WORDS, 0.5), 3)])
    return Argument(s.rng.choice(["unit", "mode", "level", "size", "option"]), "one of the choices", "choice", {"type": "string", "enum": choices},
                    lambda: s.rng.choice(choices), ["in {v}", "in {v} mode", "as {v}"])


def named(s):
    """An argument that the question calls by its name."""
    name = s.pick(["code", "id", "room", "level", "speed", "line", "page", "port", "zone", "floor", "seat", "channel", "version", "row", "size"], 0.5)
    whole = s.chance(0.6)
    return Argument(name, name, name, WHOLE if whole else TEXT, (lambda: s.number()) if whole else (lambda: s.pick(OTHERS, 0.5)),
                    ["with " + name + " {v}", "and " + name + " {v}", "at " + name + " {v}", "on " + name + " {v}", "for " + name + " {v}"])


class Tool:
    """A declared tool; `key` is what a question calls it by."""

    def __init__(self, name, key, about, arguments, required, verb=None):
        self.name, self.key, self.about, self.arguments, self.required, self.verb = name, key, about, arguments, required, verb

    def declared(self, wrapped, described):
        properties = {}
        for a in self.arguments:
            properties[a.name] = dict(a.schema, description=f"The {a.about}") if described else dict(a.schema)
        function = {"name": self.name, "description": self.about, "parameters": {"type": "object", "properties": properties, "required": self.required}}
        return {"type": "function", "function": function} if wrapped else function


def topic(s):
    return s.pick(TOPICS, 0.55)


def style(s, verb, noun):
    """The name of a tool in one of the usual spellings; training practises the rarer ones."""
    shares = [8, 4, 3] if s.split == TRAIN else [12, 2, 1]
    return s.rng.choices([f"{verb}_{noun}", f"{verb}{noun.capitalize()}", f"{noun}_{verb}", noun], shares + [1 if verb in LOOKUPS else 0])[0]


def lookup(s, noun=None):
    noun = noun or topic(s)
    verb = s.pick(LOOKUPS, 0.45)
    first = s.rng.choice([place, place, person, thing])(s)
    arguments = [first] + ([s.rng.choice([day, scale])(s)] if s.chance(0.3) else [])
    about = s.rng.choice([f"Get the {noun} of a {first.about}", f"Get the {noun} for a {first.about}", f"Look up the {noun} of a {first.about}.",
                          f"{verb.replace('_', ' ').capitalize()} the {noun} of a {first.about}.", f"The {noun} of a {first.about}", f"Returns the current {noun}"])
    required = [a.name for a in arguments] if s.chance(0.3) else [first.name]
    return Tool(style(s, verb, noun), noun, about, arguments, required)


def action(s, verb=None, noun=None):
    verb, noun = verb or s.pick(ACTIONS, 0.55), noun or s.pick(OBJECTS, 0.55)
    arguments = [make(s) for make in s.rng.sample([place, person, receiver, day, colour, amount, amount, words, named, named, thing], s.rng.choice([1, 1, 2, 2, 3]))]
    names, kinds, kept = set(), set(), []
    for a in arguments:
        kind = "amount" if a.name in ("count", "number", "amount") else a.kind
        if a.name not in names and kind not in kinds and a.name != noun:
            names.add(a.name), kinds.add(kind), kept.append(a)
    if not kept:
        return action(s, verb, noun)
    about = s.rng.choice([f"{verb.capitalize()} a {noun}", f"{verb.capitalize()}s a {noun}.", f"{verb.capitalize()} a new {noun}", f"Use it to {verb} a {noun}."])
    required = [a.name for a in kept] if s.chance(0.6) else [kept[0].name]
    return Tool(style(s, verb, noun), f"{verb} {noun}", about, kept, required, verb)


def toolbox(s, low=1, high=4):
    """Tools of which no two are called by the same words."""
    made, keys, names = [], set(), set()
    count = s.rng.randint(low, high)
    while len(made) < count:
        if made and s.chance(0.25):
            other = s.rng.choice(made)
            verb, _, noun = other.key.rpartition(" ")
            fresh = (action(s, verb=verb) if s.chance(0.5) else action(s, noun=noun)) if verb else lookup(s)
        else:
            fresh = lookup(s) if s.chance(0.5) else action(s)
        if fresh.key not in keys and fresh.name not in names and not (set(fresh.key.split()) & keys):
            made.append(fresh), keys.add(fresh.key), names.add(fresh.name)
    return made


def declared(s, tools):
    wrapped, described = s.chance(0.4), s.chance(0.25)
    return [t.declared(wrapped, described) for t in tools]


ASK = (["What is the {k} {p}?", "Show me the {k} {p}.", "Find the {k} {p}.", "Tell me the {k} {p}.", "I need the {k} {p}.", "Get the {k} {p}.",
        "Please check the {k} {p}.", "{k} {p}?", "Look up the {k} {p}.", "I would like <the|to know the|to see the> {k} {p}.", "<Could|Would|Will> you get the {k} {p}?",
        "Let me see the {k} {p}.", "Do you know the {k} {p}?", "Say the {k} {p}.", "We need the {k} {p}.", "How is the {k} {p}?", "What's the {k} {p}?",
        "<Fetch|Read|Check|Search|Query|Retrieve> the {k} {p}.", "<I wonder|I ask> what the {k} {p} is.", "The {k} {p}, please.", "What <about|of> the {k} {p}?",
        "I have to know the {k} {p}.", "<Any news|Anything> on the {k} {p}?", "{k} {p}", "<My boss|My friend|She|He> wants the {k} {p}.",
        "<Quick|Now|Next>: the {k} {p}."] + 4 * ["@v <me|us|> the {k} {p}.", "<Could|Would|Will> you @v the {k} {p}?", "@v me @v the {k} {p}.", "I @v the {k} {p}.",
        "I @v to @v the {k} {p}.", "@v <into|after|through|about|for|for|@p> the {k} {p}.", "<Would|Will|Could|Please> <you |you kindly |>@v <for|for|about|into> the {k} {p}.", "<Could|Would|Will> you <kindly|now|also|quickly> @v <into|after|through|about> the {k} {p}?"],
       ["Can you find the {k} {p}?", "Give me the {k} {p}.", "I want to know the {k} {p}.", "Could you please look for the {k} {p}?", "Help me find out the {k} {p}."])
DO = (["{V} <a|the|my|one|> {o} {p}.", "Please {v} <a|the|my|one|this> {o} {p}.", "I want to {v} <a|the|my|one> {o} {p}.", "<Could|Would|Will> you {v} <a|the|my|that> {o} {p}?",
       "{V} <a|the> {o} {p}, please.", "<I need|I would like|We want|We have|I have> to {v} <a|the|my> {o} {p}.", "Let us {v} <a|the> {o} {p}.", "Now {v} <a|the|another> {o} {p}.",
       "It is time to {v} <a|the> {o} {p}.", "<My boss|My friend|She|He> wants to {v} <a|the> {o} {p}.", "<Try|Remember> to {v} <a|the> {o} {p}.",
       "<Do|Why do> you not {v} <a|the> {o} {p}?"] + 3 * ["@v me to {v} <a|the|my> {o} {p}.", "I @v to {v} <a|the> {o} {p}.", "<You|We|They> @v {v} <a|the> {o} {p}."],
      ["Can you {v} a {o} {p}?", "Help me to {v} the {o} {p}.", "You should {v} the {o} {p}.", "I must {v} a {o} {p}."])


class Request:
    """What a question asks one tool for."""

    def __init__(self, s, tool):
        self.tool, self.arguments, phrases = tool, {}, []
        for a in tool.arguments:
            if a.name in tool.required or s.chance(0.5):
                self.arguments[a.name] = a.value()
                phrases.append(s.rng.choice(a.said).format(v=self.arguments[a.name]))
        self.first = phrases[0]
        if s.chance(0.3) and not phrases[-1].startswith(":"):
            s.rng.shuffle(phrases)
        phrases.sort(key=lambda p: p.startswith(":") or "\"" in p)
        self.phrase = " ".join(phrases).replace(" :", ":")

    def text(self, s):
        verb, _, noun = self.tool.key.rpartition(" ")
        if not verb:
            return s.frame(ASK).format(k=noun, p=self.phrase).replace(" :", ":")
        text = s.frame(DO).format(v=verb, V=verb.capitalize(), o=noun, p=self.phrase).replace(" :", ":")
        return re.sub(rf"\ba (?={re.escape(noun)}\b)", article(noun)[:-len(noun)], text)

    def short(self):
        """How a list of requests says it."""
        verb, _, noun = self.tool.key.rpartition(" ")
        return f"the {noun} {self.phrase}" if not verb else f"{verb} {article(noun)} {self.phrase}"

    def call(self):
        return {"type": "function", "function": {"name": self.tool.name, "arguments": self.arguments}}

    def stated(self):
        return f"{self.tool.name}: " + ", ".join(f"{k} {v}" for k, v in self.arguments.items())


def weighed(key, tools, chosen):
    """The thought that goes through the tools for what is asked."""
    return f"{key}? " + ", ".join(f"{t.name} {'yes' if t is chosen else 'no'}" for t in tools) + "."


def called(tools, requests):
    thoughts, last = [], None
    for r in requests:
        thoughts += [f"{r.stated()}."] if r.tool is last else [weighed(r.tool.key, tools, r.tool), f"{r.stated()}."]
        last = r.tool
    turn = reply(" ".join(thoughts), "")
    turn["tool_calls"] = [r.call() for r in requests]
    return turn


def choosing(s):
    """One of several tools."""
    tools = toolbox(s, 2, 3)
    request = Request(s, s.rng.choice(tools))
    return [user(request.text(s)), called(tools, [request])], declared(s, tools)


def filling(s):
    """One or two tools that take several arguments."""
    while True:
        tools = [action(s) for _ in range(s.rng.choice([1, 1, 2]))]
        if max(len(t.arguments) for t in tools) > 1 and len({t.key for t in tools}) == len({t.name for t in tools}) == len(tools):
            break
    request = Request(s, max(tools, key=lambda t: len(t.arguments)))
    return [user(request.text(s)), called(tools, [request])], declared(s, tools)


BOTH = (["{a} and {b}", "{a} and also {b}", "{a}, and {b}", "{a} and then {b}", "{a} as well as {b}", "both {a} and {b}", "{a} plus {b}", "{a} and <also|finally|again> {b}", "{a} @c {b}", "<at first|to begin with|now> {a} and <later|after that|next> {b}",
         "{a} <along|combined|and along|paired|joined> with {b}", "{a} <next to|besides|without forgetting|followed by|@v @p> {b}"], ["{a} in addition to {b}", "first {a} and then {b}"])
WANT = (["Show me {x}.", "I need {x}.", "Tell me {x}.", "Get {x}.", "Find {x}.", "Please get {x}.", "I want {x}.", "What is {x}?", "Look up {x}.", "<We|They> need {x}.", "{x}, please.",
         "I would like to know {x}.", "<Could|Would> you get {x}?", "Check {x}."] + 3 * ["@v <me|us|> {x}.", "I @v to @v {x}.", "<Could|Would> you @v me {x}?"], ["Can you give me {x}?", "I have to know {x}.", "Let me know {x}."])
JOIN = (["{a} and {b}", "{a} and @c {b}", "{a} and <then|also|now> {b}", "{a}. <Then|Also|After that,|And> {b}", "{a}, then {b}", "{a} and then {b}"], ["{a} and after that {b}"])


def several(s):
    """Two or three calls in one turn: of one tool for several values, or of several tools."""
    tools = toolbox(s, 1, 2)
    chosen = s.rng.choice(tools)
    verb, _, noun = chosen.key.rpartition(" ")
    if not verb and (s.chance(0.55) or len(tools) == 1):
        first = chosen.arguments[0]
        values = s.distinct(first.value, s.rng.choice([2, 2, 3]))
        how = s.rng.choice(first.said)
        requests = []
        for v in values:
            request = Request(s, chosen)
            request.arguments = {first.name: v}
            requests.append(request)
        if s.chance(0.5):
            phrase = how.format(v=", ".join(map(str, values[:-1]))) + f" and {values[-1]}"
        else:
            phrase = ", ".join(how.format(v=v) for v in values[:-1]) + " and " + how.format(v=values[-1])
        if any(a.name in chosen.required for a in chosen.arguments[1:]):
            return several(s)
        text = s.frame(ASK).format(k=noun, p=phrase)
    elif len(tools) > 1:
        requests = [Request(s, t) for t in s.rng.sample(tools, 2)]
        looks = [r for r in requests if " " not in r.tool.key]
        if len(looks) == 2:
            text = s.frame(WANT).format(x=s.frame(BOTH).format(a=requests[0].short(), b=requests[1].short()))
        else:
            a, b, join = requests[0].text(s).rstrip(".?"), requests[1].text(s), s.frame(JOIN)
            if ". " not in join and b.split()[0] != "I":
                b = b[0].lower() + b[1:]
            text = join.format(a=a, b=b)
    else:
        return several(s)
    return [user(text), called(tools, requests)], declared(s, tools)


def result_value(s):
    rng = s.rng
    return rng.choice([lambda: s.pick(RESULT_WORDS, 0.5), lambda: s.pick(RESULT_WORDS, 0.5), lambda: f"{s.number()} {s.pick(UNITS, 0.4)}", lambda: s.number(),
                       lambda: f"{s.pick(RESULT_WORDS, 0.4)} and {s.pick(RESULT_WORDS, 0.4)}", s.name, s.city, lambda: rng.choice(DAYS),
                       lambda: f"{s.pick(RESULT_WORDS, 0.4)}, {s.number()} {s.pick(UNITS, 0.4)}"])()


def result_text(s, noun, request, value):
    """What a tool prints: the value alone, or JSON with it and perhaps with other things."""
    rng = s.rng
    way = rng.random()
    if way < 0.35:
        return str(value)
    members = [(rng.choice([noun, noun, "result", "value"]), value)]
    if s.chance(0.5):
        name, given = rng.choice(list(request.arguments.items()))
        if name not in (noun, "result", "value"):
            members.insert(0 if s.chance(0.7) else 1, (name, given))
    if s.chance(0.3) and members[-1][0] == noun:
        other = topic(s)
        if other not in dict(members):
            members.insert(rng.randint(0, len(members)), (other, result_value(s)))
    return json.dumps(dict(members), ensure_ascii=False)


FAULTS = (["not found", "no such entry", "timed out", "no connection", "access denied", "unknown name", "no answer", "try again later", "service is offline"],
          ["nothing found", "connection lost", "too many requests"])


def answering(s):
    """The answer from what one or two tools said."""
    rng = s.rng
    tools = toolbox(s, 1, 2)
    if s.chance(0.25):
        act = action(s)
        request = Request(s, act)
        status = s.pick(["done", "booked", "sent", "created", "started", "stopped", "saved", "ok", "accepted", "queued", "finished", "closed", "planned", "stored", "confirmed"], 0.5)
        text = s.rng.choice([lambda: status, lambda: json.dumps({"status": status}), lambda: json.dumps({"status": status, "id": s.number()}), lambda: json.dumps({"result": status})])()
        return ([user(request.text(s)), called([act], [request]), {"role": "tool", "content": text}, reply(f"{act.name} says {status}.", f"Done: {status}.")], declared(s, [act]))
    looks = [t for t in tools if " " not in t.key] or [lookup(s)]
    tools = tools + [t for t in looks if t not in tools]
    requests = [Request(s, t) for t in looks[:2]]
    turns = [None, called(tools, requests)]
    if len(requests) == 1:
        turns[0] = user(requests[0].text(s))
    else:
        turns[0] = user(s.frame(WANT).format(x=s.frame(BOTH).format(a=requests[0].short(), b=requests[1].short())))
    thoughts, answers = [], []
    for request in requests:
        noun = request.tool.key
        if s.chance(0.12):
            fault = s.frame(FAULTS, loose=0) if s.chance(0.8) else s.pick(RESULT_WORDS, 0.5)
            text = rng.choice([f"Error: {fault}", json.dumps({"error": fault}), f"error: {fault}"])
            thoughts.append(f"{request.tool.name} failed: {fault}.")
            answers.append(f"The {noun} could not be found: {fault}.")
        else:
            value = result_value(s)
            text = result_text(s, noun, request, value)
            thoughts.append(f"{request.tool.name} says {value}.")
            answers.append(f"The {noun} {request.first} is {value}.")
        turns.append({"role": "tool", "content": text})
    turns.append(reply(" ".join(thoughts), " ".join(answers)))
    return turns, declared(s, tools)


def refusing(s):
    """A question that no tool here is for."""
    tools = toolbox(s, 1, 3)
    taken = {w for t in tools for w in t.key.split()} | {t.key for t in tools}
    while True:
        other = toolbox(s, 1, 1)[0]
        if s.chance(0.2) and " " in tools[0].key:
            verb = tools[0].key.rpartition(" ")[0]
            other = action(s, verb=verb)
            if other.key.split()[1] not in taken:
                break
        if not set(other.key.split()) & taken:
            break
    request = Request(s, other)
    return [user(request.text(s)), reply(weighed(other.key, tools, None), NONE)], declared(s, tools)


def unneeded(s, others):
    """A question for which no tool is needed although there are some."""
    turns = s.rng.choice(others)(s)
    return turns, declared(s, toolbox(s, 1, 2))
