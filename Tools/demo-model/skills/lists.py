"""Lists: the n-th item, counting, reversing."""
from words import (ANIMALS, COLOURS, FOODS, FRUITS, INSTRUMENTS, JOBS, ORDINALS, OTHERS, THINGS)

from .forms import OPENINGS, cross, joined_with_and, reply, user


KINDS = [FRUITS, ANIMALS, COLOURS, FOODS, THINGS, INSTRUMENTS, JOBS] + [OTHERS] * 4


def items(s, low=3, high=6):
    count = s.rng.randint(low, high)
    if s.chance(0.25):
        return s.distinct(s.name, count)
    if s.chance(0.15):
        return s.distinct(s.city, count)
    words = s.rng.choice(KINDS)
    return s.distinct(lambda: s.pick(words, 0.5), count)


def listed(s, things):
    way = s.rng.choice([", ".join, ", ".join, ", ".join, joined_with_and, " ".join, "\n".join])
    text = way(things)
    return "\n" + text if "\n" in text else text


def numbered(things):
    return ", ".join(f"{i} {x}" for i, x in enumerate(things, 1)) + "."


def numbered_back(things):
    return ", ".join(f"{i} {things[i - 1]}" for i in range(len(things), 0, -1)) + "."


NTH = (["What is the {w} item in this list: {x}?", "What is the {w} of these: {x}?", "Which word is {w}: {x}?", "Pick the {w} item: {x}",
        "Give me the {w} word of: {x}", "Here is a list: {x}. What is the {w} item?", "What comes {w} in the list {x}?",
        "Tell me the {w} item of {x}.", "List: {x}\n\nWhich item is {w}?", "the {w} of {x}", "Show the {w} entry: {x}"] + 40 * ["@p {x}, @v the {w} <item|one|word|entry>.", "@v the {w} <item|one|word|entry> @p {x}.", "@v the <list|row|words> {x} and @v <me|us|> the {w} one.", "@v @p this: {x}. @v the {w} <item|one|word>.", "From {x}, @v the {w} <item|one|entry|thing>.", "From {x} @v <me|us|> the {w} <item|one|word>."] + cross(
           OPENINGS, ["what is the {w} item?", "tell me the {w} word.", "name the {w} one.", "which one is {w}?", "pick the {w} entry.", "give me the {w} one.",
                      "say the {w} item.", "what comes {w}?", "the {w} word, please.", "show me the {w} item.",
                      "<which|what> <word|item|one|entry|thing> <is|stands|comes|do you find> <{w}|at the {w} place|in the {w} place>?", "<take|find|print|read|return|write> the {w} <one|item|word|entry>.",
                      "the {w}?", "the {w} <one|item|entry|word>?", "<I want|I need|we need> the {w} <one|item|word>.", "<read|go> to the {w} <one|word|item>."]),
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
          "Please count: {x}", "How many are there? {x}"] + 20 * ["@v <me|> how many <items|words|things> <there are|it has|I have|these are>: {x}", "@v @p the <list|row|words> {x}. How many <items|words|things> <are there|has it|do you find>?", "@v the <number|count> of <items|words|things> @p {x}."] + cross(
             OPENINGS, ["how many items is that?", "count the words.", "how many are there?", "count them.", "how many things do you see?", "what is the number of items?",
                        "say how many items there are.", "how many words is this?",
                        "<what|tell me> <is|be> the <count|length|size|total>.", "<how long is|count|measure> the <list|row>.", "the <number|count> of <words|items|things>?", "<count|number> <everything|all of them|all items>.",
                        "<how many|what number of> <words|items|things|entries|names> <do I have|do we have|does it hold|are listed|are written>?"]),
         ["Tell me how many items you see: {x}", "Look at the list {x}. How many items are in it?", "Give the number of items in {x}."])


def count(s):
    things = items(s, 2, 7)
    return [user(s.frame(COUNT).format(x=listed(s, things))), reply(numbered(things), f"There are {len(things)} items.")]


REVERSE = (["Reverse this list: {x}", "Write this list backwards: {x}", "Reverse the order of {x}.", "Say these in reverse order: {x}",
            "{x}\n\nTurn this list around.", "Give me this list in reverse: {x}", "List these from last to first: {x}", "Please reverse: {x}",
            "Put these items in reverse order: {x}.", "Backwards, please: {x}"] + 30 * ["@v the <list|row|words> {x} <backwards|in reverse|in reverse order>.", "@v the <list|row|words> {x} and <reverse|turn|flip> <it|them|them around>.", "@v @v these <items|words> <in reverse order|backwards|in reverse>: {x}"] + cross(
               OPENINGS, ["reverse the list.", "turn it around.", "say it backwards.", "write them in reverse.", "put them in reverse order.", "reverse that.",
                          "give me this backwards.", "now in reverse, please.",
                          "<print|return|list|give|show> <it|them|the list|these|all> <backwards|in reverse|from the end|from last to first|in reverse order>.", "<the reverse|backwards|in reverse|from back to front>?",
                          "<flip|invert|turn> <it|the list|the order|them>.", "<start|begin> <from|at> the end."]),
           ["Take the list {x} and reverse it.", "I want these words in reverse order: {x}", "Show the list {x} backwards."])


def reverse(s):
    things = items(s, 2, 4)
    return [user(s.frame(REVERSE).format(x=listed(s, things))), reply(numbered(things) + " " + numbered_back(things), f"In reverse: {', '.join(things[::-1])}.")]
