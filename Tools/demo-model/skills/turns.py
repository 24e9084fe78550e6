"""A second question that needs the first turn."""
from words import ORDINALS

from .forms import reply, user
from .lists import NTH, items, listed, numbered
from .numbers import ADD, SUBTRACT, difference_answer, pair, sum_answer
from .told import Document, Self


ELLIPSIS = (["And {n}?", "What about {n}?", "And what about {n}?", "Now the same for {n}.", "and {n}?", "<And|Then|Now|So|Also> {n}?", "<Same|The same> <for|about|of> {n}<.|?>", "<And|Now> <for|about|of> {n}?", "<Tell me|Say> <about|for> {n}."] + 4 * ["<@c|@v|@p> {n}?", "@v {n} <@p|too|also>."], ["How about {n}?", "And for {n}?"])
MORE = (["Now add {b}.", "Add {b} to that.", "And plus {b}?", "Plus {b}?", "Add {b} more."], ["Now add {b} to it.", "And if you add {b}?"])
LESS = (["Now subtract {b}.", "Subtract {b} from that.", "And minus {b}?", "Minus {b}?", "Take away {b}."], ["Now subtract {b} from it.", "And if you take away {b}?"])


def two_turns(s):
    rng = s.rng
    way = rng.random()
    if way < 0.4:
        me = Self(s)
        question, answer = me.ask()
        return [user(me.text), me.greeting(), user(question), answer]
    if way < 0.6:
        doc = Document(s, 2, 4)
        q1, t1, a1 = doc.ask()
        q2, t2, a2 = doc.ask()
        return [user(f"{doc.text}\n\n{q1}"), reply(t1, a1), user(q2), reply(t2, a2)]
    if way < 0.8:
        while True:
            doc = Document(s, 2, 4)
            groups = [(f, g) for f in doc.facts for g in doc.facts if f[1] == g[1] and f[0] != g[0]]
            if groups:
                break
        first, second = rng.choice(groups)
        q1, t1, a1 = doc.ask("what", first)
        _, t2, a2 = doc.ask("what", second)
        named = ("the " if second[1] == "property" else "") + second[0]
        return [user(f"{doc.text}\n\n{q1}"), reply(t1, a1), user(s.frame(ELLIPSIS).format(n=named)), reply(t2, a2)]
    if way < 0.93:
        a, b = pair(s)
        first = s.chance(0.5)
        if not first:
            b, a = sorted((a, b))
        total = a + b if first else a - b
        c = rng.randrange(1, 60)
        head = user(s.frame(ADD if first else SUBTRACT).format(a=a, b=b))
        middle = sum_answer(a, b) if first else difference_answer(a, b)
        if s.chance(0.5) or c > total:
            return [head, middle, user(s.frame(MORE).format(b=c)), sum_answer(total, c)]
        return [head, middle, user(s.frame(LESS).format(b=c)), difference_answer(total, c)]
    things = items(s)
    i, j = rng.sample(range(len(things)), 2)
    head = user(s.frame(NTH).format(w=ORDINALS[i], x=listed(s, things)))
    follow = s.frame((["And the {w} one?", "And the {w}?", "What about the {w}?"] + 2 * ["<@c|@v|@p> the {w}<| one| item>?"], ["How about the {w} one?"]))
    return [head, reply(None, f"The {ORDINALS[i]} item is {things[i]}."), user(follow.format(w=ORDINALS[j])),
            reply(numbered(things[: j + 1]), f"The {ORDINALS[j]} item is {things[j]}.")]
