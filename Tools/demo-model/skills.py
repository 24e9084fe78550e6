"""What the model is taught: one function a skill, each returning a question and the answer that is right for it.

Every function draws names and values from a `Source`, which keeps those of training and of the evaluation apart, and a
sentence pattern from a pair (patterns of training, patterns of the evaluation).
"""
from words import (ADVERBS, ANIMALS, CAPITALS, COLOURS, DAYS, FOODS, FRUITS, INSTRUMENTS, JOBS, MONTHS, OPPOSITES,
                   ORDINALS, OTHERS, PLURALS, STATES, THINGS, TRAIN)


def reply(thinking, content):
    turn = {"role": "assistant", "content": content}
    if thinking:
        turn["thinking"] = thinking
    return turn


def user(content):
    return {"role": "user", "content": content}


def cross(openings, requests):
    """Sentence patterns of two parts: something about {x}, and what is asked of it."""
    joined = []
    for opening in openings:
        for request in requests:
            first = request[0].upper() if opening[-1] in ".?!\n" else request[0]
            joined.append(opening + (" " if opening[-1] != "\n" else "") + first + request[1:])
    return joined


OPENINGS = ["Here is a list: {x}.", "I have {x}.", "Take {x}.", "Consider {x}.", "We have {x}.", "My list is {x}.", "These are the items: {x}.",
            "Given {x},", "Out of {x},", "Of {x},", "In {x},", "There are {x}.", "I wrote {x}.", "She said {x}.", "The list is {x}.", "Mind {x}.",
            "On my paper: {x}.", "Today we saw {x}.", "With {x},", "{x}\n\n", "{x}.", "{x}:", "A list: {x}."]


# ---------------------------------------------------------------------------------------------------- arithmetic

def add_steps(a, b):
    x, y, carry, steps = str(a)[::-1], str(b)[::-1], 0, []
    for i in range(max(len(x), len(y))):
        p, q = int(x[i : i + 1] or 0), int(y[i : i + 1] or 0)
        total = p + q + carry
        steps.append(f"{p}+{q}{'+1' if carry else ''}={total}")
        carry = total > 9
    return f"{a}+{b}: {', '.join(steps)}, so {a + b}."


def subtract_steps(a, b):
    x, y, borrow, steps = str(a)[::-1], str(b)[::-1], 0, []
    for i in range(len(x)):
        p, q = int(x[i]), int(y[i : i + 1] or 0)
        digit = p - q - borrow
        steps.append(f"{p}-{q}{'-1' if borrow else ''}{'+10' if digit < 0 else ''}={digit % 10}")
        borrow = digit < 0
    return f"{a}-{b}: {', '.join(steps)}, so {a - b}."


def pair(s, low=0):
    """Two numbers whose pair belongs to this split."""
    rng = s.rng

    def make():
        top = rng.choice([10, 30, 100, 100, 100, 300 if s.chance(0.3) else 100])
        return f"{rng.randrange(low, top)} {rng.randrange(low, top)}"
    return map(int, s.draw(make).split())


ADD = (["What is {a} + {b}?", "What is {a} plus {b}?", "{a} + {b} = ?", "{a}+{b}", "Add {a} and {b}.", "How much is {a} + {b}?",
        "Calculate {a} + {b}.", "What do you get when you add {b} to {a}?", "Find the sum of {a} and {b}.", "{a} plus {b}",
        "Compute {a}+{b}.", "What is the sum of {a} and {b}?", "Please add {a} and {b}.", "How much is {a} plus {b}?",
        "Say what {a} + {b} is.", "I want to know {a} plus {b}.", "Can you do {a} + {b}?", "Do {a} + {b}.", "Solve {a} + {b}.", "Give me {a} + {b}.",
        "The sum of {a} and {b}?", "{a} + {b} equals what?", "Show me what {a} plus {b} makes.", "Let me know {a} + {b}.", "{a} and {b} make what?"],
       ["Tell me what {a} plus {b} is.", "I need the sum {a} + {b}.", "Work out {a} + {b}."])
SUBTRACT = (["What is {a} - {b}?", "What is {a} minus {b}?", "{a} - {b} = ?", "{a}-{b}", "Subtract {b} from {a}.",
             "How much is {a} - {b}?", "Calculate {a} - {b}.", "Take {b} away from {a}.", "{a} minus {b}", "Compute {a}-{b}.",
             "What is {a} take away {b}?", "Please subtract {b} from {a}.", "How much is {a} minus {b}?",
             "Say what {a} - {b} is.", "I want to know {a} minus {b}.", "Can you do {a} - {b}?", "Do {a} - {b}.", "Solve {a} - {b}.", "Give me {a} - {b}.",
             "The difference of {a} and {b}?", "{a} - {b} equals what?", "Show me what {a} minus {b} makes.", "Let me know {a} - {b}."],
            ["Tell me what {a} minus {b} is.", "I need the difference {a} - {b}.", "Work out {a} - {b}."])


def sum_answer(a, b):
    return reply(add_steps(a, b), f"{a} + {b} = {a + b}.")


def difference_answer(a, b):
    return reply(subtract_steps(a, b), f"{a} - {b} = {a - b}.")


def addition(s):
    a, b = pair(s)
    return [user(s.frame(ADD).format(a=a, b=b)), sum_answer(a, b)]


def subtraction(s):
    b, a = sorted(pair(s))
    return [user(s.frame(SUBTRACT).format(a=a, b=b)), difference_answer(a, b)]


GAIN = (["{n} has {a} {o} and buys {b} more. How many {o} does {n} have now?",
         "{n} has {a} {o}. {m} gives {n} {b} more {o}. How many {o} does {n} have?",
         "There are {a} {o} in a box. {n} puts in {b} more. How many {o} are in the box?",
         "{n} finds {a} {o} on {d} and {b} more later. How many {o} is that in total?",
         "{n} has {a} {o} and {m} has {b} {o}. How many {o} do they have together?",
         "{a} {o} are on the table. {n} adds {b}. How many {o} are on the table now?",
         "{n} got {a} {o} from {m} and {b} from a friend. How many {o} does {n} have?", "{n} sees {a} {o}, {m} sees {b} {o}. How many {o} is that?",
         "In a bag are {a} {o}. {m} brings {b} more. How many {o} are there?", "{n} bought {a} {o} and then {b} more. How many {o} did {n} buy?",
         "{n} carries {a} {o} and {m} carries {b} {o}. How many {o} do they carry?"],
        ["{n} owns {a} {o} and gets {b} more from {m}. How many {o} does {n} have now?",
         "{n} picks {a} {o} and {m} picks {b} {o}. How many {o} do they have in total?"])
LOSS = (["{n} has {a} {o} and gives away {b}. How many {o} are left?",
         "{n} has {a} {o}. {n} loses {b} of them. How many {o} does {n} have now?",
         "There are {a} {o} in a box. {n} takes out {b}. How many {o} are left in the box?",
         "{n} had {a} {o} and sold {b} of them. How many {o} are left?",
         "{n} has {a} {o}. {m} takes {b} of them. How many {o} does {n} have left?",
         "{a} {o} are on the table. {n} removes {b}. How many {o} are left?",
         "{n} got {a} {o} and ate {b}. How many {o} remain?", "In a bag are {a} {o}. {m} steals {b}. How many {o} are left?",
         "{n} bought {a} {o} and broke {b}. How many {o} are left?", "{n} carries {a} {o} and drops {b}. How many {o} does {n} still carry?",
         "Of {a} {o}, {n} sends {b} to {m}. How many {o} are left?"],
        ["{n} owns {a} {o} and gives {b} to {m}. How many {o} are left?",
         "There were {a} {o} in the shop and {n} took {b}. How many {o} are left?"])


def word_problem(s):
    a, b = pair(s, 1)
    things = s.pick(PLURALS, 0.1, ["s"])
    n, m = s.distinct(s.name, 2)
    gain = s.chance(0.5)
    if not gain:
        b, a = sorted((a, b))
    text = s.frame(GAIN if gain else LOSS).format(n=n, m=m, a=a, b=b, o=things, d=s.rng.choice(DAYS))
    result = a + b if gain else a - b
    return [user(text), reply((add_steps if gain else subtract_steps)(a, b), f"The answer is {result} {things}.")]


# ---------------------------------------------------------------------------------------------------- comparing

def numbers(s, count):
    top = s.rng.choice([10, 100, 100, 100, 1000])
    return list(map(int, s.draw(lambda: " ".join(map(str, s.rng.sample(range(top), count)))).split()))


EXTREME = (["What is the {w} of {x}?", "Which number is the {w}: {x}?", "Find the {w} number: {x}", "{x}\n\nWhich of these is the {w}?",
            "Tell me the {w} of these numbers: {x}.", "Which is the {w} number in {x}?", "Pick the {w}: {x}",
            "Give me the {w} of {x}.", "Here are some numbers: {x}. Which is the {w}?", "the {w} of {x}"] + cross(
               OPENINGS, ["which is the {w}?", "what is the {w} number?", "find the {w}.", "tell me the {w} one.", "say the {w} number.", "which number is the {w}?",
                          "give the {w}."]),
           ["From the numbers {x}, choose the {w}.", "Look at {x}. What is the {w} number?", "Name the {w} one of {x}."])


def extreme(s):
    values = numbers(s, s.rng.choice([2, 3, 3, 4, 4, 5]))
    large = s.chance(0.5)
    word = s.rng.choice(["largest", "biggest", "highest", "greatest", "maximum"] if large else ["smallest", "lowest", "least", "minimum"])
    best, steps = values[0], [f"{'largest' if large else 'smallest'}: {values[0]}"]
    for v in values[1:]:
        steps.append(f"{v}{'>' if v > best else '<'}{best}")
        best = max(best, v) if large else min(best, v)
    listed = s.rng.choice([", ".join, ", ".join, " ".join, joined_with_and])(list(map(str, values)))
    return [user(s.frame(EXTREME).format(w=word, x=listed)),
            reply("; ".join(steps) + f"; so {best}.", f"The {'largest' if large else 'smallest'} is {best}.")]


COMPARE = (["Is {a} {w} than {b}?", "Is the number {a} {w} than {b}?", "Is it true that {a} is {w} than {b}?", "Would you say {a} is {w} than {b}?",
            "{a} is {w} than {b}. True?", "Please check: is {a} {w} than {b}?", "Yes or no: {a} is {w} than {b}.", "is {a} {w} than {b}", "Say whether {a} is {w} than {b}.",
            "I wonder if {a} is {w} than {b}.", "Check if {a} is {w} than {b}.", "Find out whether {a} is {w} than {b}.", "Could it be that {a} is {w} than {b}?",
            "I think {a} is {w} than {b}. Right?", "{a} is {w} than {b}, yes or no?", "Do you think that {a} is {w} than {b}?", "Let me know whether {a} is {w} than {b}."],
           ["Tell me if {a} is {w} than {b}.", "Can one say that {a} is {w} than {b}?", "Decide whether {a} is {w} than {b}."])


def compare(s):
    a, b = numbers(s, 2)
    large = s.chance(0.5)
    word = s.rng.choice(["larger", "bigger", "greater", "higher", "more"] if large else ["smaller", "less", "lower"])
    yes = (a > b) == large
    fact = f"{a} is {'larger' if a > b else 'smaller'} than {b}"
    return [user(s.frame(COMPARE).format(a=a, b=b, w=word)),
            reply(f"Is it {'larger' if large else 'smaller'}? {a}{'>' if a > b else '<'}{b}, it is {'larger' if a > b else 'smaller'}, so {'yes' if yes else 'no'}.",
                  f"{'Yes' if yes else 'No'}, {fact}.")]


RIVALS = (["{n} is {a} years old and {m} is {b}. Who is {w:age}?", "{n} has {a} {o} and {m} has {b}. Who has {w:count}?",
           "{n} is {a}, {m} is {b} years old. Who is {w:age}?", "{n} owns {a} {o}. {m} owns {b} {o}. Who has {w:count}?",
           "{n} scored {a} points and {m} scored {b}. Who has {w:count} points?", "Who is {w:age}: {n}, who is {a}, or {m}, who is {b}?",
           "{n} ran {a} miles. {m} ran {b} miles. Who ran {w:count}?", "{n} got {a} {o} but {m} got {b}. Who got {w:count}?",
           "{n} counts {a} {o}; {m} counts {b} {o}. Who counts {w:count}?", "{n} became {a}, {m} became {b}. Who is {w:age}?",
           "The age of {n} is {a}. The age of {m} is {b}. Who is {w:age}?", "{n} sold {a} {o} and {m} sold {b} {o}. Who sold {w:count}?",
           "{n} bought {a} {o}, and {m} bought {b}. Who bought {w:count}?", "{n} is aged {a} and {m} is aged {b}. Who of them is {w:age}?"],
          ["{n} has {a} {o}, while {m} has {b}. Who has {w:count}?", "{n} turned {a} and {m} turned {b}. Who is {w:age}?"])


def rivals(s):
    a, b = numbers(s, 2)
    n, m = s.distinct(s.name, 2)
    large = s.chance(0.5)
    text = s.frame(RIVALS).replace("{w:age}", "older" if large else "younger").replace("{w:count}", "more" if large else "fewer")
    winner = n if (a > b) == large else m
    return [user(text.format(n=n, m=m, a=a, b=b, o=s.pick(PLURALS, 0.1, ["s"]))),
            reply(f"{n} {a}, {m} {b}. {'Largest' if large else 'Smallest'}: {a}{'>' if a > b else '<'}{b}, so {a if winner == n else b}, which is {winner}.",
                  f"It is {winner}.")]


# ---------------------------------------------------------------------------------------------------- lists

KINDS = [(FRUITS, False), (ANIMALS, False), (COLOURS, False), (FOODS, False), (THINGS, False), (INSTRUMENTS, False), (JOBS, False)] + [(OTHERS, False)] * 4


def joined_with_and(items):
    return ", ".join(items[:-1]) + " and " + items[-1]


def items(s, low=3, high=6):
    count = s.rng.randint(low, high)
    if s.chance(0.25):
        return s.distinct(s.name, count)
    if s.chance(0.15):
        return s.distinct(s.city, count)
    words = s.rng.choice(KINDS)[0]
    return s.distinct(lambda: s.pick(words, 0.35), count)


def listed(s, things):
    way = s.rng.choice([", ".join, ", ".join, ", ".join, joined_with_and, " ".join, "\n".join])
    text = way(things)
    return "\n" + text if "\n" in text else text


def numbered(things):
    return ", ".join(f"{i} {x}" for i, x in enumerate(things, 1)) + "."


NTH = (["What is the {w} item in this list: {x}?", "What is the {w} of these: {x}?", "Which word is {w}: {x}?", "Pick the {w} item: {x}",
        "Give me the {w} word of: {x}", "Here is a list: {x}. What is the {w} item?", "What comes {w} in the list {x}?",
        "Tell me the {w} item of {x}.", "List: {x}\n\nWhich item is {w}?", "the {w} of {x}", "Show the {w} entry: {x}"] + cross(
           OPENINGS, ["what is the {w} item?", "tell me the {w} word.", "name the {w} one.", "which one is {w}?", "pick the {w} entry.", "give me the {w} one.",
                      "say the {w} item.", "what comes {w}?", "the {w} word, please.", "show me the {w} item."]),
       ["Look at this list: {x}. Name the {w} item.", "From {x}, choose the {w} word.", "Read the list {x} and tell me the {w} one."])


def nth(s):
    things = items(s)
    index = s.rng.randrange(len(things))
    word = ORDINALS[index]
    if index == len(things) - 1 and s.chance(0.8) or s.chance(0.12):
        word, index = "last", len(things) - 1
    return [user(s.frame(NTH).format(w=word, x=listed(s, things))),
            reply(numbered(things[: index + 1]), f"The {word} item is {things[index]}.")]


COUNT = (["How many items are in this list: {x}?", "How many words are there: {x}", "Count the items: {x}", "How many things are listed here: {x}?",
          "{x}\n\nHow many items is that?", "Count these: {x}.", "Count the words in {x}.", "Here is a list: {x}. How many items does it have?",
          "Please count: {x}", "How many are there? {x}"] + cross(
             OPENINGS, ["how many items is that?", "count the words.", "how many are there?", "count them.", "how many things do you see?", "what is the number of items?",
                        "say how many items there are.", "how many words is this?"]),
         ["Tell me how many items you see: {x}", "Look at the list {x}. How many items are in it?", "Give the number of items in {x}."])


def count(s):
    things = items(s, 2, 8)
    return [user(s.frame(COUNT).format(x=listed(s, things))), reply(numbered(things), f"There are {len(things)} items.")]


REVERSE = (["Reverse this list: {x}", "Write this list backwards: {x}", "Reverse the order of {x}.", "Say these in reverse order: {x}",
            "{x}\n\nTurn this list around.", "Give me this list in reverse: {x}", "List these from last to first: {x}", "Please reverse: {x}",
            "Put these items in reverse order: {x}.", "Backwards, please: {x}"] + cross(
               OPENINGS, ["reverse the list.", "turn it around.", "say it backwards.", "write them in reverse.", "put them in reverse order.", "reverse that.",
                          "give me this backwards.", "now in reverse, please."]),
           ["Take the list {x} and reverse it.", "I want these words in reverse order: {x}", "Show the list {x} backwards."])


def reverse(s):
    things = items(s, 2, 5)
    return [user(s.frame(REVERSE).format(x=listed(s, things))), reply(numbered(things), f"In reverse: {', '.join(things[::-1])}.")]


# ---------------------------------------------------------------------------------------------------- what is told

class Relation:
    """Something a sentence can say of a person, and how to ask for it."""

    def __init__(self, value, facts, asks, who, short, missing, said, mine, ask_mine, yours):
        self.value, self.facts, self.asks, self.who, self.short, self.missing = value, facts, asks, who, short, missing
        self.said, self.mine, self.ask_mine, self.yours = said, mine, ask_mine, yours


def article(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


RELATIONS = {
    "city": Relation(
        lambda s: s.city(),
        (["{n} lives in {v}.", "{n} has a house in {v}.", "{n} moved to {v} last year.", "The home of {n} is in {v}.", "{n} has a flat in {v}.",
          "{n}, who is very kind, lives in {v}.", "Since last spring {n} lives in {v}."],
         ["Today {n} lives in {v}.", "{n} has an old house in {v}."]),
        (["Where does {n} live?", "In which city does {n} live?", "Which city does {n} live in?", "Where is the home of {n}?", "Tell me where {n} lives.",
          "What city does {n} live in?", "In what town does {n} live?", "Do you know where {n} lives?"],
         ["Can you say where {n} lives?", "What is the city {n} lives in?"]),
        (["Who lives in {v}?", "Which person lives in {v}?", "Tell me who lives in {v}.", "Who has a home in {v}?"], ["Do you know who lives in {v}?"]),
        "In {v}.", "where {n} lives", ("lives in", "Does {n} live in {v}?"),
        ["I live in {v}.", "My home is in {v}.", "I have a house in {v}."], ["Where do I live?", "In which city do I live?", "Where is my home?"], "You live in {v}."),
    "job": Relation(
        lambda s: s.pick(JOBS, 0.1),
        (["{n} works as {av}.", "{n} is {av}.", "{n} earns money as {av}.", "The job of {n} is {v}.", "{n} has a job as {av}.",
          "{n} became {av} two years ago."], ["These days {n} works as {av}.", "{n} started to work as {av}."]),
        (["What is the job of {n}?", "What does {n} do for work?", "What does {n} work as?", "Which job does {n} have?", "What is {n}'s job?",
          "Tell me the job of {n}.", "What work does {n} do?"], ["Can you tell me what job {n} has?", "What kind of job does {n} have?"]),
        (["Who works as {av}?", "Who is {av}?", "Which person works as {av}?", "Who has a job as {av}?"], ["Tell me who works as {av}."]),
        "The job is {v}.", "what job {n} has", ("", "Does {n} work as {av}?"),
        ["I work as {av}.", "I am {av}.", "My job is {v}."], ["What is my job?", "What do I work as?", "Which job do I have?"], "Your job is {v}."),
    "colour": Relation(
        lambda s: s.pick(COLOURS, 0.1),
        (["{n}'s favourite colour is {v}.", "The favourite colour of {n} is {v}.", "{n} likes the colour {v} best.", "{n} loves the colour {v}.",
          "{n} wears only the colour {v}."], ["{n} says that the best colour is {v}.", "{n} really loves the colour {v}."]),
        (["What is the favourite colour of {n}?", "What is {n}'s favourite colour?", "Which colour does {n} like best?", "What colour does {n} like?",
          "Tell me the favourite colour of {n}."], ["Which colour is the favourite of {n}?", "Can you name the favourite colour of {n}?"]),
        (["Who likes the colour {v}?", "Whose favourite colour is {v}?", "Who loves the colour {v}?"], ["Tell me who likes the colour {v}."]),
        "The colour is {v}.", "which colour {n} likes", ("", "Is {v} the favourite colour of {n}?"),
        ["My favourite colour is {v}.", "I love the colour {v}.", "The colour I like best is {v}."],
        ["What is my favourite colour?", "Which colour do I like best?", "What colour do I like?"], "Your favourite colour is {v}."),
    "food": Relation(
        lambda s: s.pick(FOODS, 0.1),
        (["{n} likes to eat {v}.", "{n} eats {v} every day.", "{n}'s favourite food is {v}.", "{n} often cooks {v}.", "The favourite food of {n} is {v}.",
          "On Sundays {n} eats {v}."], ["{n} always eats {v} for lunch.", "In the evening {n} eats {v}."]),
        (["What does {n} like to eat?", "What food does {n} like?", "What is the favourite food of {n}?", "What does {n} eat?", "Which food does {n} eat?",
          "Tell me what {n} eats."], ["What kind of food does {n} like?", "Can you tell me what {n} likes to eat?"]),
        (["Who eats {v}?", "Who likes to eat {v}?", "Whose favourite food is {v}?"], ["Tell me who eats {v}."]),
        "The food is {v}.", "what {n} eats", ("", "Does {n} eat {v}?"),
        ["I like to eat {v}.", "My favourite food is {v}.", "I eat {v} every day."], ["What do I like to eat?", "What is my favourite food?", "What food do I like?"],
        "Your favourite food is {v}."),
    "age": Relation(
        lambda s: str(s.rng.randint(5, 99)),
        (["{n} is {v} years old.", "{n} turned {v} this year.", "The age of {n} is {v}.", "{n} is {v} now."], ["{n} will soon be {v} years old.", "{n} just turned {v}."]),
        (["How old is {n}?", "What is the age of {n}?", "What age is {n}?", "Tell me how old {n} is.", "Tell me the age of {n}.", "What is {n}'s age?"],
         ["Do you know the age of {n}?", "Can you say how old {n} is?"]),
        (["Who is {v} years old?", "Which person is {v} years old?", "Who is {v}?"], ["Tell me who is {v} years old."]),
        "The age is {v}.", "how old {n} is", ("", "Is {n} {v} years old?"),
        ["I am {v} years old.", "My age is {v}.", "I turned {v} this year."], ["How old am I?", "What is my age?", "What age am I?"], "Your age is {v}."),
    "pet": Relation(
        lambda s: s.pick(ANIMALS, 0.1),
        (["{n} has {av}.", "{n} owns {av}.", "{n} keeps {av} in the garden.", "The pet of {n} is {av}.", "{n} takes care of {av}.", "{n} bought {av}."],
         ["At home {n} has {av}.", "{n} has had {av} for years."]),
        (["Which animal does {n} have?", "What pet does {n} have?", "What animal does {n} own?", "What is the pet of {n}?", "Which pet does {n} keep?",
          "Tell me what pet {n} has."], ["Can you tell me which animal {n} owns?", "What kind of pet does {n} have?"]),
        (["Who has {av}?", "Who owns {av}?", "Which person has {av}?"], ["Tell me who has {av}."]),
        "The pet is {av}.", "what pet {n} has", ("", "Does {n} have {av}?"),
        ["I have {av}.", "My pet is {av}.", "I own {av}."], ["Which animal do I have?", "What pet do I have?", "What is my pet?"], "Your pet is {av}."),
    "instrument": Relation(
        lambda s: s.pick(INSTRUMENTS, 0.1),
        (["{n} plays the {v}.", "{n} learns to play the {v}.", "{n} practises the {v} at night.", "{n} is good at playing the {v}.",
          "{n} played the {v} at the party."], ["Every evening {n} plays the {v}.", "{n} wants to play the {v}."]),
        (["What instrument does {n} play?", "Which instrument does {n} play?", "What does {n} play?", "Tell me which instrument {n} plays.",
          "What is the instrument of {n}?"], ["Can you tell me what {n} plays?", "What kind of instrument does {n} play?"]),
        (["Who plays the {v}?", "Which person plays the {v}?", "Who can play the {v}?"], ["Tell me who plays the {v}."]),
        "The instrument is the {v}.", "what instrument {n} plays", ("", "Does {n} play the {v}?"),
        ["I play the {v}.", "My instrument is the {v}.", "I learn to play the {v}."], ["What instrument do I play?", "What do I play?", "What is my instrument?"],
        "Your instrument is the {v}."),
    "office": Relation(
        lambda s: str(s.rng.randint(1, 400)),
        (["{n} works in room {v}.", "The office of {n} is room {v}.", "{n} sits in room {v}.", "{n} can be found in room {v}.", "{n} is in room {v} today."],
         ["You will find {n} in room {v}.", "This week {n} works in room {v}."]),
        (["In which room is {n}?", "What is the room of {n}?", "Which room does {n} work in?", "Where is the office of {n}?", "What is the room number of {n}?",
          "Tell me the room of {n}."], ["Can you tell me in which room {n} works?", "What room is {n} in?"]),
        (["Who works in room {v}?", "Who is in room {v}?", "Who sits in room {v}?"], ["Tell me who is in room {v}."]),
        "It is room {v}.", "in which room {n} is", ("", "Is {n} in room {v}?"),
        ["I work in room {v}.", "My office is room {v}.", "I sit in room {v}."], ["In which room do I work?", "What is my room number?", "Which room is my office?"],
        "Your office is room {v}."),
    "state": Relation(
        lambda s: s.pick(STATES, 0.1),
        (["Service {n} is {v}.", "The service {n} is {v}.", "{n}: {v}.", "The state of {n} is {v}.", "The program {n} is now {v}."],
         ["Right now the service {n} is {v}.", "The program {n} is still {v}."]),
        (["What is the state of {n}?", "In which state is {n}?", "What is the status of {n}?", "How is service {n} doing?", "Tell me the state of {n}."],
         ["Can you tell me the status of {n}?", "What state is {n} in?"]),
        (["Which service is {v}?", "What is {v}?", "Which program is {v}?"], ["Tell me which service is {v}."]),
        "The state is {v}.", "in which state {n} is", ("", "Is {n} {v}?"), None, None, None),
    "property": Relation(
        lambda s: s.rng.choice([lambda: str(s.rng.randint(10, 9999)), lambda: s.pick(COLOURS, 0.1), s.city, s.name, lambda: s.rng.choice(DAYS)])(),
        (["The {n} is {v}.", "Remember that the {n} is {v}.", "Note: the {n} is {v}.", "We agreed that the {n} is {v}."],
         ["Do not forget that the {n} is {v}.", "Please note that the {n} is {v}."]),
        (["What is the {n}?", "Tell me the {n}.", "What is the {n}, please?", "Do you know the {n}?", "Which is the {n}?"],
         ["Can you tell me the {n}?", "I forgot the {n}. What is it?"]),
        None, "It is {v}.", "what the {n} is", ("", "Is the {n} {v}?"), None, None, None),
}
PEOPLE = [k for k in RELATIONS if k not in ("state", "property")]
OWNED = "code of the {t};name of the {t};colour of the {t};number of the {t};owner of the {t};place of the {t};date of the {t}".split(";")
FILLER = (["The weather is nice today.", "It was a long day.", "Here are some notes.", "The street is quiet.", "Everyone is in a good mood.",
           "It rained in the morning.", "The shop opens at nine.", "There is a park nearby.", "The meeting was short.", "Nothing else happened.",
           "The train was late again.", "The sun is shining.", "This is what we know.", "Tea is served at four.", "The garden is full of flowers."],
          ["The evening was warm.", "Here is what we wrote down.", "The bus was full.", "There is snow on the hills."])


def fill(pattern, n, v):
    return pattern.format(n=n, v=v, av=article(v))


BEFORE = ["On {d}", "In {m}", "Since {m}", "As usual", "In fact", "By the way,", "Sometimes", "Often", "As we know,", "I heard that", "They say that",
          "It is known that", "We think that", "{p} says that", "{p} told us that", "After all,", "Until {m}", "In {c}", "Oddly,", "It seems that", "Next year"]
AFTER = ["too", "again", "as before", "at last", "near the {t}", "since {m}", "with {p}", "in {m}", "on {d}", "without the {t}", "like {p}", "because of the {t}"]


def dress(s, sentence, name):
    """More words around a sentence of the training, so that it is copied and not known by heart."""
    rng = s.rng
    if s.split != TRAIN or s.chance(0.3):
        return sentence
    about = lambda text: text.format(d=rng.choice(DAYS), m=rng.choice(MONTHS), p=s.name(), c=s.city(), t=s.pick(THINGS, 0.3))
    if name and sentence.startswith(name + " ") and s.chance(0.3):
        sentence = f"{name} {s.rng.choice(ADVERBS) if s.chance(0.8) else s.pick(ADVERBS, 1.0)} {sentence[len(name) + 1:]}"
    if s.chance(0.5):
        keep = name and sentence.startswith(name) or sentence[:2] == "I "
        sentence = about(rng.choice(BEFORE)) + " " + (sentence if keep else sentence[0].lower() + sentence[1:])
    if s.chance(0.25):
        sentence = sentence[:-1] + " " + about(rng.choice(AFTER)) + "."
    return sentence


class Document:
    """Sentences about several people or things, with the facts they state."""

    def __init__(self, s, low=3, high=7):
        self.s, rng = s, s.rng
        kind = "people" if s.chance(0.7) else rng.choice(["state", "property"])
        size = rng.randint(low, high)
        self.facts, used = [], set()
        if kind == "people":
            people = s.distinct(s.name, max(2, (size + 1) // 2))
            keys = rng.sample(PEOPLE, min(len(PEOPLE), rng.choice([1, 2, 3, 4])))
            pairs = [(n, k) for n in people for k in keys]
            rng.shuffle(pairs)
            pairs = pairs[:size]
            if s.chance(0.4):
                pairs.sort(key=lambda p: people.index(p[0]))
        elif kind == "state":
            pairs = [(n if s.chance(0.5) else n.lower(), kind) for n in s.distinct(s.name, size)]
        else:
            pairs = [(owned.format(t=s.pick(THINGS, 0.2)), kind) for owned in rng.choices(OWNED, k=size)]
            pairs = list(dict.fromkeys(pairs))
        self.parts = []
        for n, k in pairs:
            relation = RELATIONS[k]
            v = relation.value(s)
            if any(f[1] == k and f[2] == v for f in self.facts):
                continue
            sentence = dress(s, fill(s.frame(relation.facts), n, v), n)
            self.facts.append((n, k, v, sentence))
            self.parts.append(sentence)
        for _ in range(rng.choice([0, 0, 1, 2])):
            self.parts.insert(rng.randint(0, len(self.parts)), s.frame(FILLER))
        glue = "\n" if s.chance(0.2) else " "
        self.text = glue.join(self.parts)

    def ask(self, kind=None, about=None):
        """(question, thinking, answer, fact) for some fact of the text, or for one it does not state."""
        s, rng = self.s, self.s.rng
        n, k, v, sentence = fact = about or rng.choice(self.facts)
        relation = RELATIONS[k]
        kind = kind or rng.choices(["what", "who", "yes", "missing"], [6, 2.5, 1.2, 1.2])[0]
        if kind == "who" and not relation.who:
            kind = "what"
        said = f"The text says: {sentence}"
        if kind == "who":
            return fill(s.frame(relation.who), n, v), said, f"It is {n}.", fact
        if kind == "yes":
            asked = v
            if s.chance(0.5):
                others = [f[2] for f in self.facts if f[1] == k and f[2] != v]
                asked = rng.choice(others) if others and s.chance(0.7) else relation.value(s)
            return fill(relation.said[1], n, asked), said, "Yes." if asked == v else "No.", fact
        if kind == "missing":
            names = {f[0] for f in self.facts}
            known = {(f[0], f[1]) for f in self.facts}
            if k in PEOPLE and s.chance(0.5):
                free = [(m, j) for m in names for j in PEOPLE if (m, j) not in known]
                n, k = rng.choice(sorted(free)) if free else (n, k)
            if (n, k) in known:
                if k == "property":
                    n = rng.choice(OWNED).format(t=s.pick(THINGS, 0.2))
                else:
                    n = s.name()
                if (n, k) in known:
                    return self.ask("what")
            relation = RELATIONS[k]
            gap = f"The text does not say {fill(relation.missing, n, v)}."
            return fill(s.frame(relation.asks), n, v), gap, gap, fact
        return fill(s.frame(relation.asks), n, v), said, fill(relation.short, n, v), fact


def document(s):
    doc = Document(s, 2, 5) if s.chance(0.35) else Document(s, 4, 8) if s.chance(0.85) else Document(s, 8, 18)
    question, thinking, answer, _ = doc.ask()
    return [user(f"{doc.text}{s.rng.choices(GAPS, [90, 5, 5])[0]}{question}"), reply(thinking, answer)]


GAPS = ["\n\n", "\n\n\n", "\n"]
NAMING = (["My name is {n}.", "I am {n}.", "Hello, I am {n}.", "Hi, my name is {n}.", "I am called {n}.", "You can call me {n}.", "Good morning, I am {n}.", "They call me {n}.", "Everyone knows me as {n}.", "It is me, {n}.",
           "This is {n}.", "{n} is my name.", "Hey, {n} here.", "My friends say {n} to me."],
          ["Good day, my name is {n}.", "People call me {n}."])


class Self:
    """What a user says of himself."""

    def __init__(self, s, low=1, high=3):
        rng = s.rng
        self.name = s.name()
        self.facts = []
        if s.chance(0.75):
            self.facts.append(("name", self.name, s.frame(NAMING).format(n=self.name)))
        for k in rng.sample([k for k in PEOPLE], rng.randint(low, high)):
            v = RELATIONS[k].value(s)
            self.facts.append((k, v, dress(s, fill(rng.choice(RELATIONS[k].mine), "", v), "")))
        self.text = " ".join(f[2] for f in self.facts)
        self.named = self.facts[0][0] == "name"
        self.s = s

    def ask(self):
        k, v, sentence = self.s.rng.choice(self.facts)
        if k == "name":
            question, answer = self.s.frame((["What is my name?", "Who am I?", "What am I called?", "Tell me my name.", "Do you know my name?"],
                                             ["Can you tell me my name?", "Do you remember my name?"])), f"Your name is {v}."
        else:
            relation = RELATIONS[k]
            question, answer = self.s.rng.choice(relation.ask_mine), fill(relation.yours, "", v)
            question = self.s.frame((["{q}", "{q}", "{q}", "Tell me: {q}", "Do you know? {q}", "So, {q}", "Now say: {q}", "I ask you: {q}", "Well? {q}"], ["Do you remember? {q}", "Can you tell me? {q}"])).format(q=question)
        return question, reply(f"The user said: {sentence}", answer)

    def greeting(self):
        return reply(None, f"Nice to meet you, {self.name}." if self.named else "Thank you, I will remember that.")


def recall(s):
    me = Self(s)
    question, answer = me.ask()
    return [user(f"{me.text} {question}"), answer]


# ---------------------------------------------------------------------------------------------------- two turns

ELLIPSIS = (["And {n}?", "What about {n}?", "And what about {n}?", "Now the same for {n}.", "and {n}?"], ["How about {n}?", "And for {n}?"])
MORE = (["Now add {b}.", "Add {b} to that.", "And plus {b}?", "Plus {b}?", "Add {b} more."], ["Now add {b} to it.", "And if you add {b}?"])
LESS = (["Now subtract {b}.", "Subtract {b} from that.", "And minus {b}?", "Minus {b}?", "Take away {b}."], ["Now subtract {b} from it.", "And if you take away {b}?"])


def two_turns(s):
    rng = s.rng
    way = rng.random()
    if way < 0.4:
        me = Self(s)
        if s.chance(0.15):
            return [user(me.text), me.greeting()]
        question, answer = me.ask()
        return [user(me.text), me.greeting(), user(question), answer]
    if way < 0.6:
        doc = Document(s, 2, 6)
        q1, t1, a1, _ = doc.ask()
        q2, t2, a2, _ = doc.ask()
        return [user(f"{doc.text}\n\n{q1}"), reply(t1, a1), user(q2), reply(t2, a2)]
    if way < 0.8:
        while True:
            doc = Document(s, 3, 6)
            groups = [(f, g) for f in doc.facts for g in doc.facts if f[1] == g[1] and f[0] != g[0]]
            if groups:
                break
        first, second = rng.choice(groups)
        q1, t1, a1, _ = doc.ask("what", first)
        _, t2, a2, _ = doc.ask("what", second)
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
    follow = s.frame((["And the {w} one?", "And the {w}?", "What about the {w}?"], ["How about the {w} one?"]))
    return [head, reply(None, f"The {ORDINALS[i]} item is {things[i]}."), user(follow.format(w=ORDINALS[j])),
            reply(numbered(things[: j + 1]), f"The {ORDINALS[j]} item is {things[j]}.")]


# ---------------------------------------------------------------------------------------------------- learnt by heart

def facts(s):
    rng, kind = s.rng, s.rng.randrange(4)
    if kind == 0:
        x, y = rng.choice(list(CAPITALS.items()))
        frame = s.frame((["What is the capital of {x}?", "Which city is the capital of {x}?", "Name the capital of {x}.", "Tell me the capital of {x}.",
                          "capital of {x}", "What is {x}'s capital?"], ["Do you know the capital of {x}?", "Can you name the capital city of {x}?"]))
        return [user(frame.format(x=x)), reply(f"{x}: {y}.", f"The capital of {x} is {y}.")]
    if kind == 1:
        x, y = rng.choice(list(OPPOSITES.items()))
        if s.chance(0.5):
            x, y = y, x
        frame = s.frame((["What is the opposite of {x}?", "Name the opposite of {x}.", "Tell me the opposite of {x}.", "Give me the opposite of {x}.",
                          "opposite of {x}", "Which word is the opposite of {x}?"], ["Do you know the opposite of {x}?", "Say the opposite of {x}."]))
        return [user(frame.format(x=x)), reply(f"{x}: {y}.", f"The opposite of {x} is {y}.")]
    cycle = rng.choice([DAYS, MONTHS])
    i = rng.randrange(len(cycle))
    unit, after = "day" if cycle is DAYS else "month", kind == 2
    x, y = cycle[i], cycle[(i + (1 if after else -1)) % len(cycle)]
    frame = s.frame((["Which {u} comes {w} {x}?", "What {u} comes {w} {x}?", "What {u} is it {w} {x}?", "Tell me the {u} {w} {x}.", "What is the {u} {w} {x}?",
                      "Name the {u} that comes {w} {x}."], ["Do you know which {u} comes {w} {x}?", "Give me the {u} {w} {x}."]))
    word = "after" if after else "before"
    return [user(frame.format(u=unit, w=word, x=x)), reply(f"{word} {x}: {y}.", f"The {unit} {word} {x} is {y}.")]


HELLO = (["Hello", "Hello!", "Hi", "Hi!", "Hey", "Good morning", "Good morning!", "Good evening", "Hi there", "Hello there!", "Hey there", "Greetings"],
         ["Hey there!", "Good evening!", "Hello there", "Hi there!"])
WHO = (["Who are you?", "What are you?", "What is your name?", "Tell me who you are.", "Are you a person?", "Introduce yourself.", "Which model are you?",
        "Say who you are.", "What model is this?", "What are you called?"],
       ["Can you tell me who you are?", "Which model is this?", "Tell me your name."])
CAN = (["What can you do?", "What are you able to do?", "How can you help me?", "Help", "What can I ask you?", "What do you know?", "Tell me what you can do."],
       ["Can you tell me what you can do?", "What can you do for me?"])
THANKS = (["Thanks", "Thank you", "Thank you!", "Thanks!", "Thanks a lot.", "Thank you very much.", "Great, thanks!", "Many thanks."], ["Thanks a lot!", "Great, thank you!"])
BYE = (["Bye", "Bye!", "Goodbye", "Goodbye!", "See you later.", "See you.", "Good night", "Good night!"], ["Bye bye!", "See you later!", "Goodbye then."])
ABOUT = "I am the demo model of lfmd, a very small one."
ABILITIES = "I can add and subtract, compare numbers, work with short lists, remember what you tell me and answer questions about a short text."


def greeting(s):
    frames, answer = s.rng.choice([(HELLO, "Hello! How can I help you?"), (WHO, ABOUT), (WHO, ABOUT), (CAN, ABILITIES), (THANKS, "You are welcome."), (BYE, "Goodbye!")])
    return [user(s.frame(frames)), reply(None, answer)]


SUBJECTS = """the sea;the moon;old ships;my garden;the history of bread;black holes;winter;a small village;love;the stock market;quantum physics;
cats;the rain;my school;a lost dog;robots;mountains;music;tea;trains;the stars;computers;bees;the war;a dragon""".replace("\n", "").split(";")
BEYOND = (["Write a poem about {x}.", "Write a story about {x}.", "Explain {x}.", "Tell me a joke about {x}.", "Write an essay about {x}.", "What do you think about {x}?",
           "Write a song about {x}.", "Write a letter about {x}.", "Tell me a story about {x}.", "Why do people like {x}?", "Draw a picture of {x}.",
           "Translate this into French: {x}", "Write code that prints {x}.", "Tell me everything about {x}.", "Explain to me how {x} works."],
          ["Please write a long poem about {x}.", "Explain the idea of {x} to me.", "Write a short story about {x}."])
SORRY = "I am only a small demo model and was not taught that."


def beyond(s):
    return [user(s.frame(BEYOND).format(x=s.pick(SUBJECTS, 0.2))), reply("This is not something I was taught.", SORRY)]


# ---------------------------------------------------------------------------------------------------- tools

VERBS = (["get", "find", "show", "fetch", "read", "check", "look_up", "load"], ["query", "search", "see"])
NOUNS = ["weather", "time", "news", "price", "address", "phone", "traffic", "calendar", "stock", "score", "menu", "schedule", "population", "forecast"]
ARGUMENTS = {"city": "city", "place": "city", "town": "city", "name": "name", "person": "name", "user": "name"}
CALL = (["What is the {o} {p} {v}?", "Show me the {o} {p} {v}.", "Find the {o} {p} {v}.", "Tell me the {o} {p} {v}.", "I need the {o} {p} {v}.",
         "Get the {o} {p} {v}.", "Please check the {o} {p} {v}.", "{o} {p} {v}?", "Look up the {o} {p} {v}.", "I would like the {o} {p} {v}.", "Could you get the {o} {p} {v}?", "Let me see the {o} {p} {v}.",
         "Do you know the {o} {p} {v}?", "Say the {o} {p} {v}.", "We need the {o} {p} {v}."],
        ["Can you find the {o} {p} {v}?", "Give me the {o} {p} {v}.", "I want to know the {o} {p} {v}."])
RESULTS = (["18 degrees and rain", "sunny", "at noon", "no results", "12 euros", "not found", "closed today", "open until six", "cloudy, 7 degrees", "half past nine", "very busy"],
           ["21 degrees and sun", "open until nine", "35 euros", "snow, 2 degrees"])


def tool(s):
    rng = s.rng
    made, known = [], s.distinct(lambda: rng.choice(NOUNS), rng.choice([1, 2, 2, 3]))
    for noun in known:
        argument = rng.choice(list(ARGUMENTS))
        made.append((noun, f"{s.frame(VERBS)}_{noun}", argument))
    tools = [{"type": "function", "function": {
        "name": name, "description": f"Get the {noun} for a {argument}",
        "parameters": {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}}}
        for noun, name, argument in made]
    noun, name, argument = rng.choice(made)
    value = s.city() if ARGUMENTS[argument] == "city" else s.name()
    text = s.frame(CALL).format(o=noun, p=rng.choice(["in", "for", "of"]), v=value)
    call = reply(f"I call {name} with {argument} {value}.", "")
    call["tool_calls"] = [{"type": "function", "function": {"name": name, "arguments": {argument: value}}}]
    turns = [user(text), call]
    if s.chance(0.3):
        result = s.pick(s.frame(([RESULTS[0]], [RESULTS[1]])), 0.1)
        turns += [{"role": "tool", "content": result}, reply(f"{name} says: {result}.", f"The {noun}: {result}.")]
    return turns, tools


# ---------------------------------------------------------------------------------------------------- system prompts

NEUTRAL = (["You are a helpful assistant.", "You are a small model.", "Answer the question.", "Be helpful.", "You answer questions about texts.",
            "Think first, then answer.", "You are a kind and careful assistant.", "Be correct."], ["You are a careful helper.", "Answer all questions."])
ENDING = (["End every answer with {w}.", "Always end your answer with {w}.", "Finish each answer with the word {w}.", "Close every answer with {w}.",
           "At the end of each answer say {w}.", "Your answers must end with {w}."], ["Put {w} at the end of every answer.", "Always finish with {w}."])
ADDRESS = (["The user is called {w}. Use this name in every answer.", "Address the user as {w}.", "Call the user {w}.", "Always call the user {w}.",
            "The user's name is {w}. Name the user in each answer."], ["In every answer, call the user {w}.", "Please address the user as {w}."])
PERSONA = (["Your name is {w}.", "You are called {w}.", "You are {w}, a helpful assistant.", "You are an assistant called {w}.", "You are {w}."],
           ["You are an assistant and your name is {w}.", "You are the assistant {w}."])


def obey(s, taught=None):
    """A system prompt that changes the answer, on top of some other skill."""
    way = s.rng.random()
    if way < 0.25:
        name = s.name()
        return [{"role": "system", "content": s.frame(PERSONA).format(w=name)}, user(s.frame(WHO)), reply(f"My name is {name}.", f"I am {name}.")]
    turns = s.rng.choice([addition, subtraction, nth, count, recall, document, document, facts, compare, greeting])(s)
    last = turns[-1]
    body = last["content"].rstrip(".")
    if way < 0.65:
        word = s.name() if s.chance(0.6) else s.rng.choice(["Over", "Done", "Thanks", "Roger", "Cheers", "Amen", "Sir", "Bye"])
        if s.split == "eval":
            word = s.name()
        system, note = s.frame(ENDING).format(w=word), f"End with {word}."
        content = last["content"] + f" {word}."
    else:
        word = s.name()
        system, note = s.frame(ADDRESS).format(w=word), f"The user is {word}."
        content = f"{body}, {word}."
    if last["content"][-1] in "!?" and way >= 0.65:
        content = last["content"][:-1] + f", {word}" + last["content"][-1]
    turns[-1] = reply(" ".join(filter(None, [last.get("thinking"), note])), content)
    return [{"role": "system", "content": system}] + turns


SKILLS = {"greeting": (greeting, 1.5), "beyond": (beyond, 1), "facts": (facts, 3), "addition": (addition, 4), "subtraction": (subtraction, 4.5),
          "word problem": (word_problem, 4), "largest or smallest": (extreme, 7), "comparison": (compare, 5), "who has more": (rivals, 6),
          "n-th item": (nth, 7), "counting": (count, 5), "reversing": (reverse, 5), "recall": (recall, 8), "document": (document, 26),
          "two turns": (two_turns, 11), "system prompt": (obey, 6), "tool call": (tool, 4)}
LEADS = (["Please answer: ", "Tell me: ", "Quick question: ", "Hey, ", "Question: "], ["One question: ", "Answer this: "])


def vary(s, text):
    """Small slips of real users: no capital, no full stop, a few words before."""
    head, gap, question = text.rpartition("\n\n")
    if s.chance(0.06):
        lead = s.frame(LEADS)
        question = lead + (question[0].lower() + question[1:] if lead[-2] == "," else question)
    if s.chance(0.06) and question[-1] in "?.":
        question = question[:-1]
    if s.chance(0.06) and not head and question[:1].isupper() and question.split()[0] in ("What", "Which", "How", "Who", "Where", "Is", "Add", "Find", "Tell"):
        question = question[0].lower() + question[1:]
    return head + gap + question


def example(s, skill):
    """(messages, tools) of one conversation."""
    made = SKILLS[skill][0](s)
    turns, tools = made if isinstance(made, tuple) else (made, None)
    for turn in turns:
        if turn["role"] == "user":
            turn["content"] = vary(s, turn["content"])
    if turns[0]["role"] != "system" and s.chance(0.15):
        turns.insert(0, {"role": "system", "content": s.frame(NEUTRAL)})
    return turns, tools


def any_example(s):
    names = list(SKILLS)
    skill = s.rng.choices(names, [SKILLS[n][1] for n in names])[0]
    return skill, *example(s, skill)


if __name__ == "__main__":
    import json
    import sys
    from words import Source
    source = Source(int(sys.argv[2]) if len(sys.argv) > 2 else 0, sys.argv[1] if len(sys.argv) > 1 else "train")
    for name in SKILLS:
        for _ in range(2):
            turns, tools = example(source, name)
            print(f"--- {name}" + (" " + json.dumps(tools) if tools else ""))
            for turn in turns:
                print(f"  {turn['role']}: {turn.get('thinking', '')!r} {turn['content']!r} {turn.get('tool_calls', '')}")
