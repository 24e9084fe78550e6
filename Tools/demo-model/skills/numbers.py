"""Arithmetic column by column, and comparing."""
from carriers import choose
from words import DAYS, PLURALS

from .forms import OPENINGS, cross, joined_with_and, reply, user


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
        "The sum of {a} and {b}?", "{a} + {b} equals what?", "Show me what {a} plus {b} makes.", "Let me know {a} + {b}.", "{a} and {b} make what?",
        "<What|How much> <is it|do I get> if <I|you|we> <add|put|count> {a} and {b}<| together>?", "{a} <increased by|together with|and> {b}<| is what>?", "<Evaluate|Determine|Do the sum|Count>: {a} + {b}", "<Join|Sum|Put together> {a} and {b}."],
       ["Tell me what {a} plus {b} is.", "I need the sum {a} + {b}.", "Work out {a} + {b}."])
SUBTRACT = (["What is {a} - {b}?", "What is {a} minus {b}?", "{a} - {b} = ?", "{a}-{b}", "Subtract {b} from {a}.",
             "How much is {a} - {b}?", "Calculate {a} - {b}.", "Take {b} away from {a}.", "{a} minus {b}", "Compute {a}-{b}.",
             "What is {a} take away {b}?", "Please subtract {b} from {a}.", "How much is {a} minus {b}?",
             "Say what {a} - {b} is.", "I want to know {a} minus {b}.", "Can you do {a} - {b}?", "Do {a} - {b}.", "Solve {a} - {b}.", "Give me {a} - {b}.",
             "The difference of {a} and {b}?", "{a} - {b} equals what?", "Show me what {a} minus {b} makes.", "Let me know {a} - {b}.",
             "<What|How much> <remains|is left> if <I|you|we> <take|subtract|remove> {b} from {a}?", "{a} <less|reduced by|lowered by> {b}", "<Evaluate|Determine|Do the sum|Count>: {a} - {b}", "<Remove|Take|Deduct> {b} from {a}."],
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
         "{n} carries {a} {o} and {m} carries {b} {o}. How many {o} do they carry?"] + 3 * [
         "{n} <has|had|holds|keeps|owned|collects|bought|found|made|got> {a} {o}<. {n}| and| and then> <buys|finds|gets|makes|collects|receives|wins|adds|earns|takes|borrows> {b} more<| from {m}| on {d}>. {how}",
         "{n} <has|had|holds|keeps|owned|collects|bought|found|made|got|sees> {a} {o}. {m} <gives|brings|sends|hands|lends|sells|passes> {n} {b} more<| {o}| of them>. {how}",
         "{n} <has|had|sells|keeps|reads|counts|bought|found|made|cooks|sees> {a} {o}<, {m}| and {m}|. {m}> <has|had|sells|keeps|reads|counts|bought|found|made|sees> {b}<| {o}>. {sum}",
         "{a} {o} <are|lie|stand|were|wait> <in the shop|in a box|on the table|in the garden|at home>. {n} <brings|adds|puts in|lays down> {b}<| more>. {how}"],
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
         "Of {a} {o}, {n} sends {b} to {m}. How many {o} are left?"] + 3 * [
         "{n} <has|had|holds|keeps|bought|found|made|got|collects> {a} {o}<. {n}| and| but| and then> <gives|sends|sells|hands|passes|lends> {b}<| of them| {o}> to {m}. {how}",
         "{n} <has|had|holds|keeps|bought|found|made|got> {a} {o}<. {n}| and| but|. Then {n}> <loses|eats|breaks|drops|sells|burns|gives away|throws away|forgets|spends|returns|uses> {b}<| of them| {o}>. {how}",
         "{n} <has|had|holds|keeps|bought|found|made|got> {a} {o}<. {m}| and {m}|, but {m}> <takes|steals|borrows|buys|eats|removes|wins> {b}< of them| from {n}| of these>. {how}",
         "{a} {o} <are|lie|stand|were|wait> <in the shop|in a box|on the table|in the garden|at home>. {n} <takes|steals|eats|buys|carries away|removes|breaks> {b} of them. {how}"],
        ["{n} owns {a} {o} and gives {b} to {m}. How many {o} are left?",
         "There were {a} {o} in the shop and {n} took {b}. How many {o} are left?"])


HOW_MANY = ["How many {o} <does {n} have now|does {n} have|are there|are there now|is that|does {n} have in the end|can {n} count now>?", "How many<| {o}> <now|in the end|is that now>?",
            "<Tell me|Say|Find> <how many|the number of> {o} <there are now|{n} has now|{n} has>."]
LEFT = ["How many {o} <are left|are left now|remain|does {n} still have|does {n} have left|does {n} have now>?", "<Tell me|Say|Find> <how many|the number of> {o} <are left|that are left|{n} still has>."]
IN_TOTAL = ["How many {o} <is that|are there|is that together|do they have|do {n} and {m} have|are there in total|is that in all>?", "How many<| {o}> <together|in total|in all>?"]


def word_problem(s):
    a, b = pair(s, 1)
    things = s.pick(PLURALS, 0.4, ["s"])
    n, m = s.distinct(s.name, 2)
    gain = s.chance(0.5)
    if not gain:
        b, a = sorted((a, b))
    how, total = (choose(s.rng, s.rng.choice(endings)).format(o=things, n=n, m=m) for endings in (HOW_MANY if gain else LEFT, IN_TOTAL))
    text = s.frame(GAIN if gain else LOSS).format(n=n, m=m, a=a, b=b, o=things, d=s.rng.choice(DAYS), how=how, sum=total)
    result = a + b if gain else a - b
    return [user(text), reply((add_steps if gain else subtract_steps)(a, b), f"The answer is {result} {things}.")]


# ---------------------------------------------------------------------------------------------------- comparing

def numbers(s, count):
    top = s.rng.choice([10, 100, 100, 100, 1000])
    return list(map(int, s.draw(lambda: " ".join(map(str, s.rng.sample(range(top), count)))).split()))


EXTREME = (["What is the {w} of {x}?", "Which number is the {w}: {x}?", "Find the {w} number: {x}", "{x}\n\nWhich of these is the {w}?",
            "Tell me the {w} of these numbers: {x}.", "Which is the {w} number in {x}?", "Pick the {w}: {x}",
            "Give me the {w} of {x}.", "Here are some numbers: {x}. Which is the {w}?", "the {w} of {x}"] + 25 * ["@p <the numbers|> {x}, @v the {w}<| one| number>.", "@v the {w} <one|number> @p {x}.", "@v @p {x}. What is the {w}<| one>?", "@v the {w}<| one>: {x}"] + cross(
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
           "{n} bought {a} {o}, and {m} bought {b}. Who bought {w:count}?", "{n} is aged {a} and {m} is aged {b}. Who of them is {w:age}?"] + 3 * [
           "{n} <has|owns|holds|keeps|sees|found|sold|wants|needs|made> {a} {o}<, and|, but| and|.|;|, whereas> {m} <has|owns|holds|keeps|sees|found|sold|wants|needs|made> {b}<| {o}>. <Who|Who of them|Which of the two|Which one> has {w:count}<| {o}>?",
           "{n} <is|was|became|will be> {a}<| years old>< and|, and|, but|.|;> {m} <is|was|became|will be> {b}<| years old>. <Who|Who of them|Which of the two|Which one> is {w:age}?",
           "<Who|Which one> has {w:count}<| {o}>: {n} with {a} or {m} with {b}?", "{n}: {a} {o}. {m}: {b} {o}. Who has {w:count}?"] + 8 * [
           "{n} <has|owns|@v> {a} {o}, @c {m} <has|owns|@v> {b}<| {o}>. Who has {w:count}?", "{n} <is|was|@v> {a} @c {m} <is|was|@v> {b}. <Who|Which one> is {w:age}?"],
          ["{n} has {a} {o}, while {m} has {b}. Who has {w:count}?", "{n} turned {a} and {m} turned {b}. Who is {w:age}?"])


def rivals(s):
    a, b = numbers(s, 2)
    n, m = s.distinct(s.name, 2)
    large = s.chance(0.5)
    text = s.frame(RIVALS).replace("{w:age}", "older" if large else "younger").replace("{w:count}", "more" if large else "fewer")
    winner = n if (a > b) == large else m
    return [user(text.format(n=n, m=m, a=a, b=b, o=s.pick(PLURALS, 0.4, ["s"]))),
            reply(f"{n} {a}, {m} {b}. {'Largest' if large else 'Smallest'}: {a}{'>' if a > b else '<'}{b}, so {a if winner == n else b}, which is {winner}.",
                  f"It is {winner}.")]
