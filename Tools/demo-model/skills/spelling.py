"""Spelling: letters of a word one by one, how many, which, and backwards."""
from words import (ACTIONS, ANIMALS, COLOURS, FOODS, FRUITS, INSTRUMENTS, JOBS, LATER_PIECES, LONG_PIECES, OBJECTS, OTHERS, PLURALS, THINGS,
                   TOPICS, TRAIN)

from .forms import reply, user

SPELL = (["Spell {w}.", "Spell the word {w}.", "How do you spell {w}?", "How is {w} spelled?", "Spell \"{w}\", please.", "<Write|Say|Give|Show> the letters of {w}.",
          "<Spell out|Please spell> {w}.", "What are the letters of {w}?", "{w}: spell it.", "<Take|Here is> the word {w}. Spell it.", "{w}, letter by letter.", "How does one write {w}?",
          "<Break|Split> {w} into letters."] + 8 * ["@v <me|us|> how <one <@v|writes>|to @v> {w}.", "@v the <word|name|letters> {w}<| @c @v it>.", "@v how {w} is <written|made|built|put together>.", "@v <me|us> the letters <of|in|@p> {w}.",
          "@v @p {w}: letter by letter."],
         ["Can you spell the word {w}?", "Tell me how {w} is spelled.", "List the letters of {w}."])
LETTERS = (["How many letters does {w} have?", "How many letters are in {w}?", "Count the letters <of|in> {w}.", "How long is the word {w}?", "What is the number of letters in {w}?",
            "<Say|Give|Find> the number of letters of {w}.", "The word {w} has how many letters?", "{w}: how many letters?"] + 4 * ["@v how many letters {w} <@v|holds|is made of>.", "@v the <number|count|sum> of letters @p {w}.", "@v how <long|many letters long> {w} is.", "@v <me|us> how many letters there are @p {w}."],
           ["Can you count the letters of {w}?", "Tell me how many letters {w} has.", "How many letters are there in the word {w}?"])
END = (["What is the {e} letter of {w}?", "Which letter is the {e} in {w}?", "{E} letter of {w}?", "<Say|Give|Name|Find> the {e} letter of {w}.", "With which letter does {w} {b}?",
        "The word {w}: what is its {e} letter?", "<Find|See|Write> the {e} letter: {w}", "{w}: {e} letter?"] + 4 * ["@v <me|us|> the {e} letter @p {w}.", "I @v the {e} letter @p the word {w}.", "@v which letter {w} <@v|has> {e}."],
       ["Can you tell me the {e} letter of {w}?", "Which is the {e} letter in the word {w}?", "I need the {e} letter of {w}."])
BACK = (["Spell {w} backwards.", "Write {w} backwards.", "What is {w} backwards?", "<Say|Give|Show> {w} in reverse.", "Reverse the letters of {w}.", "Turn the word {w} around.",
         "<Spell|Write> {w} from the end to the start.", "{w} backwards, please."] + 4 * ["@v <me|us|> {w} <backwards|in reverse>.", "@v the letters of {w} <backwards|in reverse|from the end>.", "@v how one <@v|writes|says> {w} backwards."],
        ["Can you write {w} backwards?", "How do you spell {w} backwards?", "Reverse the word {w}."])
LISTED = [w for w in ANIMALS + COLOURS + FOODS + FRUITS + INSTRUMENTS + JOBS + OBJECTS + OTHERS + PLURALS + THINGS + TOPICS + ACTIONS if "_" not in w]


def lengthy(s):
    """A word with a token of many letters, whose letters the model can know only from being taught them."""
    rng = s.rng
    parts = [rng.choice(LONG_PIECES)] + [rng.choice(LATER_PIECES) for _ in range(rng.choice([0, 0, 1, 1, 2]))]
    rng.shuffle(parts)
    return "".join(parts)


def word(s, longest=8):
    while True:
        if s.split == TRAIN and LONG_PIECES and s.chance(0.8):
            made = lengthy(s)
        else:
            made = s.name().lower() if s.chance(0.1) else s.city().lower() if s.chance(0.05) else s.pick(LISTED, 0.4)
        if 3 <= len(made) <= longest and s.mine(made):
            return made


def spelling(s):
    way = s.rng.random()
    if way < 0.45:
        w = word(s)
        return [user(s.frame(SPELL).format(w=w)), reply(f"{w}: {' '.join(w)}.", "-".join(w))]
    if way < 0.65:
        w = word(s)
        return [user(s.frame(LETTERS).format(w=w)), reply(f"{w}: " + ", ".join(f"{c} {i}" for i, c in enumerate(w, 1)) + ".", f"It has {len(w)} letters.")]
    if way < 0.82:
        w, first = word(s), s.chance(0.5)
        text = s.frame(END).format(w=w, e="first" if first else "last", E="First" if first else "Last", b="begin" if first else "end")
        return [user(text), reply(f"{w}: {' '.join(w)}.", f"The {'first' if first else 'last'} letter is {w[0] if first else w[-1]}.")]
    w = word(s, 7)
    return [user(s.frame(BACK).format(w=w)), reply(f"{w}: {' '.join(w)}; {' '.join(w[::-1])}.", w[::-1])]
