"""What the model is taught: one function a skill, each returning a question and the answer that is right for it.

Every function draws names and values from a `Source`, which keeps those of training and of the evaluation apart, and a
sentence pattern from a pair (patterns of training, patterns of the evaluation).
"""
import carriers

from words import TRAIN

from .extraction import extraction
from .heart import beyond, facts, greeting
from .languages import languages
from .lists import count, nth, reverse
from .numbers import addition, compare, extreme, rivals, subtraction, word_problem
from .spelling import spelling
from .system import NEUTRAL, obey
from .told import document, recall
from .tools import answering, choosing, filling, refusing, several, unneeded
from .turns import two_turns

PLAIN = [addition, subtraction, facts, greeting, nth, compare, recall, spelling]


def tool_unneeded(s):
    return unneeded(s, PLAIN)


SKILLS = {"greeting": (greeting, 3), "beyond": (beyond, 2), "facts": (facts, 3), "addition": (addition, 1.2), "subtraction": (subtraction, 1.5),
          "word problem": (word_problem, 2), "largest or smallest": (extreme, 8), "comparison": (compare, 4), "who has more": (rivals, 4), "n-th item": (nth, 22),
          "counting": (count, 2), "reversing": (reverse, 8), "spelling": (spelling, 70), "recall": (recall, 3), "document": (document, 58), "JSON extraction": (extraction, 44),
          "two turns": (two_turns, 24), "system prompt": (obey, 16), "tool choice": (choosing, 42), "tool arguments": (filling, 32), "several calls": (several, 44),
          "tool result": (answering, 9), "no tool fits": (refusing, 16), "no tool needed": (tool_unneeded, 14), "other languages": (languages, 70)}
"""The skills and how often each is drawn."""
LEADS = (["Please answer: ", "Tell me: ", "Quick question: ", "Hey, ", "Question: ", "Well, ", "So, ", "Now, ", "Next: ", "Again: ", "Task: "], ["One question: ", "Answer this: "])


BEGINNINGS = {"What", "Which", "How", "Who", "Where", "Is", "Add", "Find", "Tell", "Show", "Give", "Get", "Please", "Can", "Could", "Would", "The", "From", "Of", "In", "Take", "Here",
              "Spell", "Do", "Does", "Say", "Name", "Count", "Reverse", "Calculate", "Let", "Look", "There", "These"}
"""Words whose capital may be dropped: a name keeps its own."""


def vary(s, text, chatter=True):
    """Small slips of real users: no capital, no full stop, a few words before or after."""
    head, gap, question = text.rpartition("\n\n")
    if s.chance(0.06):
        lead = s.frame(LEADS, loose=0)
        question = lead + (question[0].lower() + question[1:] if lead[-2] == "," and question.split()[0] in BEGINNINGS else question)
    elif chatter and s.chance(0.14 if s.split == TRAIN else 0.08):
        question = s.frame(carriers.CHATTER).format(who=s.rng.choice(carriers.WHO)) + " " + question
    if s.chance(0.06) and question[-1] in "?.":
        question = question[:-1]
    elif chatter and question[-1] in "?.!" and s.chance(0.06):
        question += " " + s.frame(carriers.TAILS)
    if s.chance(0.06) and not head and question[:1].isupper() and question.split()[0] in BEGINNINGS:
        question = question[0].lower() + question[1:]
    return head + gap + question


STILL = ("other languages", "JSON extraction")
"""Skills whose questions are asked as they are: slips are the language's or would change the text."""
CALM = ("greeting", "beyond", "recall", "two turns", "system prompt", "no tool needed")
"""Skills whose questions stand, or may stand, without words around them: those would be part of what is said."""


def example(s, skill):
    """(messages, tools) of one conversation."""
    made = SKILLS[skill][0](s)
    turns, tools = made if isinstance(made, tuple) else (made, None)
    for turn in turns:
        if turn["role"] == "user" and skill not in STILL:
            turn["content"] = vary(s, turn["content"], skill not in CALM)
    if turns[0]["role"] != "system" and s.chance(0.15):
        turns.insert(0, {"role": "system", "content": s.frame(NEUTRAL, loose=0)})
    return turns, tools


def any_example(s):
    names = list(SKILLS)
    skill = s.rng.choices(names, [SKILLS[n][1] for n in names])[0]
    return skill, *example(s, skill)
