"""What every skill is made of: turns, and sentence patterns of two parts."""


def reply(thinking, content):
    turn = {"role": "assistant", "content": content}
    if thinking:
        turn["thinking"] = thinking
    return turn


def user(content):
    return {"role": "user", "content": content}


def article(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def joined_with_and(items):
    return ", ".join(items[:-1]) + " and " + items[-1]


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
            "On my paper: {x}.", "Today we saw {x}.", "With {x},", "{x}\n\n", "{x}.", "{x}:", "A list: {x}.",
            "<Look|See|Check|Note|Listen>: {x}.", "<Study|Watch|Examine|Notice|Check> the <list|row|words|items> {x}.", "<She|He|My friend|My sister|Someone> <has|sees|likes|bought|wrote|needs> {x}.",
            "<Between|Among|About|Regarding> {x},", "<You see|You get|You read|Imagine|Suppose> {x}.", "For the <list|items|words|row> {x},", "<Use|Now take|Here are|Here come> {x}.",
            "<This|That> is <the list|a list|my list|our row>: {x}.", "<Words|Items|Things|Entries|Names>: {x}.", "On the <table|shelf|board|screen> <are|stand|I see>: {x}.",
            "The <following|next> <list|items|words> <came|are here|were given>: {x}.", "(<list|items>: {x})"]
