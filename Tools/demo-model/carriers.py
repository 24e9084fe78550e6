"""Sentence patterns made loose: alternatives, other polite words, words that say nothing.

A model that sees each pattern word for word learns the patterns; one that sees them changed at every turn has to look at
what matters in them. Only patterns of training are loosened; those of the evaluation are used as they are written.
"""
import re

from words import ACTIONS, ADVERBS, held, invented, split_words, unknown

CHOICE = re.compile(r"<([^<>{}]*(?:\{[^<>{}]*\}[^<>{}]*)*)>")
"""`<a|b|>` in a pattern: one of them, also nothing."""

ASKING = ["Tell me", "Say", "Give me", "Name", "Show me", "Let me know", "Write", "State", "Report", "Find", "Find out", "Please tell me", "Please say",
          "Please name", "I want to know", "I would like to know", "I need to know", "Could you tell me", "Would you tell me", "Will you tell me",
          "Can you say", "Kindly tell me", "Determine", "Get me", "Inform me of", "Read me", "You tell me", "Help me with"]
LOOKING = ["What is", "What's", "What was", "Which is", "Tell me", "Say", "Name", "Give", "State", "Do you know", "Could you say", "I ask for", "I wonder about",
           "Any idea of", "Let me hear", "May I know", "Would you say", "I must know", "Report"]
SWAPS = [(re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")(?!\w)"), words) for words in (ASKING, LOOKING)]
SMALL = split_words("""the a this that these those my your our his her their some any of on at by for to from with about now then here there please just only
so well and but or if it is are was be can could will would do does did you me I we they which what who""")
MILD = split_words("""also really simply again quickly kindly maybe then now here still soon today exactly carefully briefly finally next once
certainly surely rather quite indeed""") + ADVERBS
KEPT = {"a", "and", "or", "of", "is", "to", "for", "which", "what", "who", "does", "do", "me", "I", "you", "with", "from", "in", "on", "my", "your"}
LONE = re.compile(r"^[a-z]+$")


JOINS = split_words("whereas but and yet though although since because so as when unless")
VERBS = [v for v in ACTIONS if v != "count"] + split_words("pick take find print name tell say show give read return get see look go want need")
PLACES = ["out of", "in", "among", "within", "inside", "of", "between", "with", "for", "over", "at", "through", "about"]
OPEN = {"@c": (JOINS, 0.3), "@v": (VERBS, 0.35), "@p": (PLACES, 0.2)}
"""Words that are as good as any: `@c` joins two sentences, `@v` is to be done, `@p` stands before a list. Some are invented, so that
what matters is found where a word is not known, too. To count the letters of a word is not to spell it."""


def not_held(make):
    while True:
        word = make()
        if not held(word):
            return word


def some_word(rng, key):
    words, invent = OPEN[key]
    invents = rng.random() < invent
    return not_held(lambda: unknown(rng) if invents else rng.choice(words))


def filler(rng):
    return not_held(lambda: invented(rng))


def choose(rng, text):
    while True:
        text, count = CHOICE.subn(lambda m: rng.choice(m[1].split("|")), text)
        if not count:
            break
    if "@" in text:
        text = re.sub("@[cvp]", lambda m: some_word(rng, m[0]), text)
        text = text[0].upper() + text[1:]
    return text.replace("  ", " ").lstrip(" ")


def loosen(rng, text):
    """The pattern with other carrier words; its slots, and the words right beside a slot, stay."""
    for pattern, words in SWAPS:
        if rng.random() < 0.5:
            text = pattern.sub(lambda m: rng.choice(words), text, count=1)
    made, before = [], ""
    for word in text.split(" "):
        beside = "{" in word or before.endswith("}") or before.endswith("},")
        if not beside and made and rng.random() < 0.07:
            made.append(rng.choice(MILD) if rng.random() < 0.7 else filler(rng))
        if not beside and LONE.match(word) and word in SMALL and word not in KEPT and rng.random() < 0.12:
            word = rng.choice(SMALL)
        elif not beside and word in ("the", "me", "please") and rng.random() < 0.08:
            before = word
            continue
        made.append(word)
        before = word
    return " ".join(made)


WHO = ["I", "We", "My friend", "My sister", "My teacher", "Our team", "The boss", "Someone", "A neighbour", "My mother", "The class"]
CHATTER = (["<Hi|Hello|Hey|Good morning|Good evening|Hi there|Dear assistant|Hello friend><,|.|!>", "I have <a|one|another|this|a small|an easy|a quick> <question|task|request|job|riddle>.",
            "<Here is|This is|Here comes|Now comes> <a|my|the|our> <question|task|next one|exercise|request>.", "<I am|We are> <tired|happy|busy|curious|in a hurry|new here|bored|late> <today|now|again|>.",
            "It is <Monday|Tuesday|Friday|late|early|cold|warm|noon|midnight> <today|now|again|>.", "<{who}> <asked|told|wrote> me <this|that|so> <today|yesterday|>.",
            "<Please|Now> <listen|think|look|be careful|help me|be quick>.", "<It|This> is for <school|work|my homework|a friend|a test|fun|a game|my boss|tomorrow>.",
            "<You are|I know you are> <smart|good at this|kind|small|quick>.", "<Okay|Right|Well|So|Fine|Good>, <next|now|listen|again|>."] + 2 * [
            "<{who}|My @v|The @v|Our @v|A @v> <@v|needs|wants|asks|waits> <for|@p|a|an|the|> <@v|reply|hint|result|word|@v @v> <@p|to|for|about|with> <this|it|that|me|us|you|here>.",
            "<{who}|My @v|Our @v> <@v|@v|needs|wants> <it|this|that|me|us|one|these> <@v|@p @v|now|soon|today|>.", "<I|We|You|They> <could|must|should|want to|have to|may> @v <it|this|some @v|a @v|the @v|@p @v|@p it>.",
            "<Let|Help|Make> <me|us|them> @v<| it| this| now| @p it| again>.", "<I|We|They> @v <a|the|some|this|my> @v <@p|to|for> <me|you|us|it|@v>."],
           ["I could use some help.", "Good day to you.", "My cousin wants an answer to this one.", "Let us start."])
TAILS = (["<Thanks|Thank you|Cheers|Many thanks> <a lot|so much|in advance|>.", "Please.", "<Be|Please be> <quick|careful|exact|brief>.", "I <really|> <need|want> <it|this|the answer> <now|today|soon|>.",
          "<It|This> is <important|urgent|for school|for a friend|for my boss>.", "<I can wait|Take your time|No hurry>.", "<I forgot it|I do not know|I have no idea|Nobody knows>."],
         ["Thank you for your help.", "My teacher wants to know.", "I am looking forward to it."])
