"""What a text or a user says, and questions about it."""
import carriers

from words import (ADVERBS, ANIMALS, COLOURS, DAYS, FOODS, INSTRUMENTS, JOBS, MONTHS, STATES, THINGS, TRAIN)

from .forms import article, reply, user


WHETHER = "<@v|Would you say|Do we know|Did they say|@v @v> that "
WONDER = "<@v|@v @v|I wonder> <me|us|> "
WONDER_WHO = "<@v|I ask|I wonder|@v @v> who "
"""How a training question may begin whatever it asks."""
FIELDS = {"name": "name", "city": "city", "job": "job", "colour": "colour", "food": "food", "age": "age", "pet": "pet", "instrument": "instrument", "office": "room",
          "state": "state"}


class Relation:
    """Something a sentence can say of a person, and how to ask for it."""

    def __init__(self, value, facts, asks, who, short, missing, said, mine, ask_mine, yours):
        self.value, self.facts, self.asks, self.who, self.short, self.missing = value, facts, asks, who, short, missing
        self.said, self.mine, self.ask_mine, self.yours = said, mine, ask_mine, yours


RELATIONS = {
    "city": Relation(
        lambda s: s.city(),
        (["{n} lives in {v}.", "{n} has a house in {v}.", "{n} moved to {v} last year.", "The home of {n} is in {v}.", "{n} has a flat in {v}.",
          "{n}, who is very kind, lives in {v}.", "Since last spring {n} lives in {v}.",
          "{n} <stays|dwells|grew up|settled|rents a room|found a home> in {v}.", "<The house|The flat|The family> of {n} is in {v}.", "{n} <calls|made> {v} <home|the home>."],
         ["Today {n} lives in {v}.", "{n} has an old house in {v}."]),
        (["Where does {n} live?", "In which city does {n} live?", "Which city does {n} live in?", "Where is the home of {n}?", "Tell me where {n} lives.",
          "What city does {n} live in?", WONDER + "where {n} lives.", "In what town does {n} live?", "Do you know where {n} lives?",
          "<Name|Say|Find> the city <of|in which lives> {n}.", "Where <is {n} at home|has {n} a house|did {n} settle>?", "<Which|What> city is {n} <from|in>?"],
         ["Can you say where {n} lives?", "What is the city {n} lives in?"]),
        (["Who lives in {v}?", "Which person lives in {v}?", "Tell me who lives in {v}.", "Who has a home in {v}?", WONDER_WHO + "lives in {v}?"], ["Do you know who lives in {v}?"]),
        "In {v}.", "where {n} lives", (["Does {n} live in {v}?", "Is {n} <living|at home|settled> in {v}?", "Is it true that {n} lives in {v}?", "{n} lives in {v}, <right|yes or no|true>?", WHETHER + "{n} lives in {v}?", "Is {v} the <home|town|place|@v> of {n}?"], ["Is {v} the city of {n}?", "Can it be that {n} lives in {v}?"]),
        (["I live in {v}.", "My home is in {v}.", "I have a house in {v}.", "I <moved to|settled in|stay in|dwell in> {v}.", "My <flat|family|house> is in {v}.", "I <grew up|rent a room|found a home> in {v}."], ["My place is in {v}.", "I live in the old town of {v}."]),
        (["Where do I live?", "In which city do I live?", "Where is my home?", "<What|Which> <city|town> <do I live in|is mine|am I from>?", "Where <am I at home|did I settle|is my house>?"], ["What is the name of my city?", "In what town is my home?"]), "You live in {v}."),
    "job": Relation(
        lambda s: s.pick(JOBS, 0.45),
        (["{n} works as {av}.", "{n} is {av}.", "{n} earns money as {av}.", "The job of {n} is {v}.", "{n} has a job as {av}.",
          "{n} became {av} two years ago.",
          "{n} <trained|was hired|is known|makes a living|serves> as {av}.", "{n}, {av}, <is kind|works hard|is here>.", "For a living {n} is {av}."], ["These days {n} works as {av}.", "{n} started to work as {av}."]),
        (["What is the job of {n}?", "What does {n} do for work?", "What does {n} work as?", "Which job does {n} have?", "What is {n}'s job?",
          "Tell me the job of {n}.", "What work does {n} do?", WONDER + "what job {n} has.",
          "<What|Which> <work|job|profession> has {n}?", "How does {n} <earn money|make a living>?", "As what does {n} work?"], ["Can you tell me what job {n} has?", "What kind of job does {n} have?"]),
        (["Who works as {av}?", "Who is {av}?", "Which person works as {av}?", "Who has a job as {av}?", WONDER_WHO + "works as {av}?"], ["Tell me who works as {av}."]),
        "The job is {v}.", "what job {n} has", (["Does {n} work as {av}?", "Is {n} {av}?", "Is it true that {n} is {av}?", "{n} works as {av}, <right|yes or no|true>?", WHETHER + "{n} works as {av}?", "Is {v} the <work|profession|trade|@v> of {n}?"], ["Is {v} the job of {n}?", "Can it be that {n} works as {av}?"]),
        (["I work as {av}.", "I am {av}.", "My job is {v}.", "I <trained|was hired|make a living|earn money|serve> as {av}.", "My <work|profession> is that of {av}.", "I <became|have always been> {av}."], ["I have a job as {av}.", "These days I work as {av}."]),
        (["What is my job?", "What do I work as?", "Which job do I have?", "<What|Which> <work|profession|job> <is mine|do I do|have I>?", "How do I <earn money|make a living>?"], ["What do I do for work?", "What kind of job do I have?"]), "Your job is {v}."),
    "colour": Relation(
        lambda s: s.pick(COLOURS, 0.45),
        (["{n}'s favourite colour is {v}.", "The favourite colour of {n} is {v}.", "{n} likes the colour {v} best.", "{n} loves the colour {v}.",
          "{n} wears only the colour {v}.",
          "{n} <prefers|adores|chose|paints all in|picks> the colour {v}.", "{v} is the favourite colour of {n}.", "<The best colour|The loveliest colour> for {n} is {v}."], ["{n} says that the best colour is {v}.", "{n} really loves the colour {v}."]),
        (["What is the favourite colour of {n}?", "What is {n}'s favourite colour?", "Which colour does {n} like best?", "What colour does {n} like?",
          "Tell me the favourite colour of {n}.", WONDER + "which colour {n} likes.",
          "<What|Which> colour does {n} <prefer|love|want|choose>?", "{n} likes which colour?", "The <best|favourite> colour of {n}?"], ["Which colour is the favourite of {n}?", "Can you name the favourite colour of {n}?"]),
        (["Who likes the colour {v}?", "Whose favourite colour is {v}?", "Who loves the colour {v}?", WONDER_WHO + "likes the colour {v}?"], ["Tell me who likes the colour {v}."]),
        "The colour is {v}.", "which colour {n} likes", (["Is {v} the favourite colour of {n}?", "Does {n} <like|love|prefer> the colour {v}?", "Is it true that {n} likes the colour {v}?", "{n} likes the colour {v}, <right|yes or no|true>?", WHETHER + "{n} likes the colour {v}?", "Is {v} the <best|loved|@v> colour of {n}?"], ["Is the favourite colour of {n} {v}?", "Can it be that {n} likes the colour {v}?"]),
        (["My favourite colour is {v}.", "I love the colour {v}.", "The colour I like best is {v}.", "I <prefer|adore|chose|picked> the colour {v}.", "{v} is my favourite colour.", "<The best colour|The loveliest colour> for me is {v}."], ["I think the best colour is {v}.", "I wear only the colour {v}."]),
        (["What is my favourite colour?", "Which colour do I like best?", "What colour do I like?", "<What|Which> colour do I <prefer|love|want|choose>?", "My <best|favourite> colour is which?"], ["Which colour is my favourite?", "What colour do I love?"]), "Your favourite colour is {v}."),
    "food": Relation(
        lambda s: s.pick(FOODS, 0.45),
        (["{n} likes to eat {v}.", "{n} eats {v} every day.", "{n}'s favourite food is {v}.", "{n} often cooks {v}.", "The favourite food of {n} is {v}.",
          "On Sundays {n} eats {v}.",
          "{n} <enjoys|loves|ordered|makes|wants|asks for> {v}.", "{n} <never eats anything but|cannot live without|dreams of> {v}.", "The <meal|dish> of {n} is {v}."], ["{n} always eats {v} for lunch.", "In the evening {n} eats {v}."]),
        (["What does {n} like to eat?", "What food does {n} like?", "What is the favourite food of {n}?", "What does {n} eat?", "Which food does {n} eat?",
          "Tell me what {n} eats.", WONDER + "what {n} eats.",
          "<What|Which> <dish|meal|food> does {n} <enjoy|love|prefer|eat>?", "{n} eats what?", "<Name|Say> the food of {n}."], ["What kind of food does {n} like?", "Can you tell me what {n} likes to eat?"]),
        (["Who eats {v}?", "Who likes to eat {v}?", "Whose favourite food is {v}?", WONDER_WHO + "eats {v}?"], ["Tell me who eats {v}."]),
        "The food is {v}.", "what {n} eats", (["Does {n} eat {v}?", "Does {n} <like|love|enjoy> {v}?", "Is it true that {n} eats {v}?", "{n} eats {v}, <right|yes or no|true>?", WHETHER + "{n} eats {v}?", "Is {v} the <dish|meal|@v> of {n}?"], ["Is {v} the food of {n}?", "Can it be that {n} eats {v}?"]),
        (["I like to eat {v}.", "My favourite food is {v}.", "I eat {v} every day.", "I <enjoy|love|ordered|make|want> {v}.", "I <never eat anything but|cannot live without|dream of> {v}.", "My <meal|dish> is {v}."], ["I always eat {v} for lunch.", "The food I like best is {v}."]),
        (["What do I like to eat?", "What is my favourite food?", "What food do I like?", "<What|Which> <dish|meal|food> do I <enjoy|love|prefer|eat>?", "I eat what?"], ["Which food do I like best?", "What kind of food do I like?"]),
        "Your favourite food is {v}."),
    "age": Relation(
        lambda s: str(s.rng.randint(5, 99)),
        (["{n} is {v} years old.", "{n} turned {v} this year.", "The age of {n} is {v}.", "{n} is {v} now.",
          "{n} <became|reached|has reached> the age of {v}.", "{n}, <aged|age> {v}, <is here|came in|smiled>.", "{n} <has been|is already|is now> {v} years old."], ["{n} is {v} years of age.", "{n} just turned {v}."]),
        (["How old is {n}?", "What is the age of {n}?", "What age is {n}?", "Tell me how old {n} is.", "Tell me the age of {n}.", "What is {n}'s age?",
          "How many years <is|has> {n}?", "{n} is how old?", WONDER + "how old {n} is.", "<Name|Say|Find> the age of {n}."],
         ["Do you know the age of {n}?", "Can you say how old {n} is?"]),
        (["Who is {v} years old?", "Which person is {v} years old?", "Who is {v}?", WONDER_WHO + "is {v} years old?"], ["Tell me who is {v} years old."]),
        "The age is {v}.", "how old {n} is", (["Is {n} {v} years old?", "Is {n} {v}?", "Is it true that {n} is {v} years old?", "{n} is {v} years old, <right|yes or no|true>?", WHETHER + "{n} is {v} years old?", "Is {v} the <number of years|years|@v> of {n}?"], ["Is {v} the age of {n}?", "Can it be that {n} is {v} years old?"]),
        (["I am {v} years old.", "My age is {v}.", "I turned {v} this year.", "I <became|reached|have reached> the age of {v}.", "I <have been|am already|am now> {v} years old."], ["I just turned {v}.", "I am {v} years of age."]),
        (["How old am I?", "What is my age?", "What age am I?", "How many years <am|have> I?", "<Name|Say|Find> my age."], ["Can you say how old I am?", "At what age am I?"]), "Your age is {v}."),
    "pet": Relation(
        lambda s: s.pick(ANIMALS, 0.45),
        (["{n} has {av}.", "{n} owns {av}.", "{n} keeps {av} in the garden.", "The pet of {n} is {av}.", "{n} takes care of {av}.", "{n} bought {av}.",
          "{n} <feeds|walks|loves|got|adopted|lives with|found> {av}.", "{n} has <kept|fed|owned|walked|@v> {av} <since spring|for a long time|since school|@p @v>.", "{n} has had {av} <since spring|@p @v|since school>.", "{av} <lives with|belongs to> {n}.", "The <animal|friend> of {n} is {av}."],
         ["At home {n} has {av}.", "{n} has had {av} for years."]),
        (["Which animal does {n} have?", "What pet does {n} have?", "What animal does {n} own?", "What is the pet of {n}?", "Which pet does {n} keep?",
          "Tell me what pet {n} has.", WONDER + "what pet {n} has.",
          "<What|Which> <animal|pet> <belongs to|lives with> {n}?", "{n} has which animal?", "<Name|Say> the <pet|animal> of {n}."], ["Can you tell me which animal {n} owns?", "What kind of pet does {n} have?"]),
        (["Who has {av}?", "Who owns {av}?", "Which person has {av}?", WONDER_WHO + "has {av}?"], ["Tell me who has {av}."]),
        "The pet is {av}.", "what pet {n} has", (["Does {n} have {av}?", "Does {n} <own|keep> {av}?", "Is it true that {n} has {av}?", "{n} has {av}, <right|yes or no|true>?", WHETHER + "{n} has {av}?", "Is {av} the <animal|friend|@v> of {n}?"], ["Is {av} the pet of {n}?", "Can it be that {n} has {av}?"]),
        (["I have {av}.", "My pet is {av}.", "I own {av}.", "I <feed|walk|love|got|adopted|live with|found|bought> {av}.", "{av} <lives with|belongs to> me.", "My <animal|friend> is {av}."], ["At home I have {av}.", "I take care of {av}."]),
        (["Which animal do I have?", "What pet do I have?", "What is my pet?", "<What|Which> <animal|pet> <belongs to|lives with> me?", "<Name|Say> my <pet|animal>."], ["Which animal do I own?", "What kind of pet do I have?"]), "Your pet is {av}."),
    "instrument": Relation(
        lambda s: s.pick(INSTRUMENTS, 0.45),
        (["{n} plays the {v}.", "{n} learns to play the {v}.", "{n} practises the {v} at night.", "{n} is good at playing the {v}.",
          "{n} played the {v} at the party.",
          "{n} <studies|teaches|practised|loves|owns|bought> the {v}.", "{n} <takes lessons on|is a master of|makes music on> the {v}.", "The {v} is played by {n}."], ["Every evening {n} plays the {v}.", "{n} loves to play the {v}."]),
        (["What instrument does {n} play?", "Which instrument does {n} play?", "What does {n} play?", "Tell me which instrument {n} plays.",
          "What is the instrument of {n}?", WONDER + "what instrument {n} plays.",
          "<What|Which> instrument does {n} <practise|learn|love|study>?", "{n} plays what?", "<Name|Say> the instrument of {n}."], ["Can you tell me what {n} plays?", "What kind of instrument does {n} play?"]),
        (["Who plays the {v}?", "Which person plays the {v}?", "Who can play the {v}?", WONDER_WHO + "plays the {v}?"], ["Tell me who plays the {v}."]),
        "The instrument is the {v}.", "what instrument {n} plays", (["Does {n} play the {v}?", "Does {n} <practise|study> the {v}?", "Is it true that {n} plays the {v}?", "{n} plays the {v}, <right|yes or no|true>?", WHETHER + "{n} plays the {v}?", "Is the {v} the <music|choice|@v> of {n}?"], ["Is the {v} the instrument of {n}?", "Can it be that {n} plays the {v}?"]),
        (["I play the {v}.", "My instrument is the {v}.", "I learn to play the {v}.", "I <study|teach|practise|love|own|bought> the {v}.", "I <take lessons on|am a master of|make music on> the {v}."], ["Every evening I play the {v}.", "I am good at playing the {v}."]),
        (["What instrument do I play?", "What do I play?", "What is my instrument?", "<What|Which> instrument do I <practise|learn|love|study>?", "<Name|Say> my instrument."], ["Which instrument do I play?", "What kind of instrument do I play?"]),
        "Your instrument is the {v}."),
    "office": Relation(
        lambda s: str(s.rng.randint(1, 400)),
        (["{n} works in room {v}.", "The office of {n} is room {v}.", "{n} sits in room {v}.", "{n} can be found in room {v}.", "{n} is in room {v} today.",
          "{n} <moved to|stays in|waits in|has|uses> room {v}.", "Room {v} <belongs to|is the room of|is the office of> {n}.", "<Look for|Find> {n} in room {v}."],
         ["You will find {n} in room {v}.", "This week {n} works in room {v}."]),
        (["In which room is {n}?", "What is the room of {n}?", "Which room does {n} work in?", "Which room is the office of {n}?", "What is the room number of {n}?",
          "Tell me the room of {n}.", WONDER + "in which room {n} is.",
          "<What|Which> room <has|belongs to|is used by> {n}?", "In which room <do I find|is|sits> {n}?", "<Name|Say> the room of {n}."], ["Can you tell me in which room {n} works?", "What room is {n} in?"]),
        (["Who works in room {v}?", "Who is in room {v}?", "Who sits in room {v}?", WONDER_WHO + "is in room {v}?"], ["Tell me who is in room {v}."]),
        "It is room {v}.", "in which room {n} is", (["Is {n} in room {v}?", "Does {n} <work|sit> in room {v}?", "Is it true that {n} is in room {v}?", "{n} is in room {v}, <right|yes or no|true>?", WHETHER + "{n} is in room {v}?", "Is room {v} the <office|place|@v> of {n}?"], ["Is room {v} the room of {n}?", "Can it be that {n} is in room {v}?"]),
        (["I work in room {v}.", "My office is room {v}.", "I sit in room {v}.", "I <moved to|stay in|wait in|have|use> room {v}.", "Room {v} <is mine|belongs to me|is my office>."], ["You will find me in room {v}.", "This week I work in room {v}."]),
        (["In which room do I work?", "What is my room number?", "Which room is my office?", "<What|Which> room <do I have|is mine|belongs to me>?", "In which room <do I work|is my office|do I sit>?"], ["In which room is my office?", "What room am I in?"]),
        "Your office is room {v}."),
    "state": Relation(
        lambda s: s.pick(STATES, 0.45),
        (["Service {n} is {v}.", "The service {n} is {v}.", "{n}: {v}.", "The state of {n} is {v}.", "The program {n} is now {v}.",
          "{n} <is|was|became|seems> {v}.", "<State|Status> of {n}: {v}.", "The <job|task|server> {n} <is|was|looks> {v}.",
          "<The program|The service|The job|The task|Service|Program|@v> {n} <is|was|has been|stays> <again|always|already|often|once more|mostly|@v|@v|@v> {v}.", "{n} <is|was> <always|now|already|still|@v|@v> {v}.", "<The|This|Our> <server|task|job|machine|@v> {n} <is|was> <still|still|now|@v> {v}.",
          "<Today|Now|Since noon|At the moment|At night|@v @v> the <service|program|server> {n} <is|was|stays|got> {v}.", "The <program|service> {n} <stays|remains|got|went|@v> {v}."],
         ["Right now the service {n} is {v}.", "The program {n} is still {v}."]),
        (["What is the state of {n}?", "In which state is {n}?", "What is the status of {n}?", "How is service {n} doing?", "Tell me the state of {n}.", "<Which|What> <state|status> <has|is> {n}?", "<Is|How is> {n} <doing|now>?", "{n} is in which state?", "<Say|Find|@v|@v> the <state|status> <of|@p> {n}.", "@v <me|us|> in <which|what> state {n} is."],
         ["Can you tell me the status of {n}?", "What state is {n} in?"]),
        (["Which service is {v}?", "What is {v}?", "Which program is {v}?", "<@v|Say> <which|what> <program|server|job|one> <is|was> {v}.", "@v <me|us> <which one|what> is {v}."], ["Tell me which service is {v}."]),
        "The state is {v}.", "in which state {n} is", (["Is {n} {v}?", "Is it true that {n} is {v}?", "{n} is {v}, <right|yes or no|true>?", WHETHER + "{n} is {v}?", "Is {v} the <status|@v> of {n}?"], ["Is {v} the state of {n}?", "Can it be that {n} is {v}?"]), None, None, None),
    "property": Relation(
        lambda s: s.rng.choice([lambda: str(s.rng.randint(10, 9999)), lambda: s.pick(COLOURS, 0.45), s.city, s.name, lambda: s.rng.choice(DAYS)])(),
        (["The {n} is {v}.", "Remember that the {n} is {v}.", "Note: the {n} is {v}.", "We agreed that the {n} is {v}.",
          "<Know|Write down|Keep in mind> that the {n} is {v}.", "The {n}: {v}.", "<They|We> say the {n} is {v}.", "<@v|@v @v> that the {n} is {v}.", "<Do|You should|You must|Please> <not @v|@v> that the {n} is {v}."],
         ["Do not forget that the {n} is {v}.", "Please note that the {n} is {v}."]),
        (["What is the {n}?", "Tell me the {n}.", "What is the {n}, please?", "Do you know the {n}?", "Which is the {n}?", "<Say|@v|@v> <me|us|> the {n}.", "I <@v|want|must know> the {n}. <What|Which> <is|was> it?", "@v the {n}<, please|>. @v it."],
         ["Can you tell me the {n}?", "I forgot the {n}. What is it?"]),
        None, "It is {v}.", "what the {n} is", (["Is the {n} {v}?", "Is it true that the {n} is {v}?", "The {n} is {v}, <right|yes or no|true>?", WHETHER + "the {n} is {v}?", "<Was|So is> {v} the {n}?"], ["Is {v} the {n}?", "Can it be that the {n} is {v}?"]), None, None, None),
}
PEOPLE = [k for k in RELATIONS if k not in ("state", "property")]
OWNED = "code of the {t};name of the {t};colour of the {t};number of the {t};owner of the {t};place of the {t};date of the {t}".split(";")
FILLER = (["The weather is nice today.", "It was a long day.", "Here are some notes.", "The street is quiet.", "Everyone is in a good mood.",
           "It rained in the morning.", "The shop opens at nine.", "There is a park nearby.", "The meeting was short.", "Nothing else happened.",
           "The train was late again.", "There <is|are|was|were> <@v|no @v|some @v> <on|in|under|near|@p> the <@v|old @v>.", "Here <is|are> <what we @v|the @v|some @v>.", "The sun is shining.", "This is what we know.", "Tea is served at four.", "The garden is full of flowers."],
          ["The evening was warm.", "Here is what we wrote down.", "The bus was full.", "There is snow on the hills."])


def fill(pattern, n, v):
    return pattern.format(n=n, v=v, av=article(v))


BEFORE = ["On {d}", "In {m}", "Since {m}", "As usual", "In fact", "By the way,", "Sometimes", "Often", "As we know,", "I heard that", "They say that",
          "It is known that", "We think that", "{p} says that", "{p} told us that", "After all,", "Until {m}", "In {c}", "Oddly,", "It seems that", "Next year"] + 8 * [
          "<@c|@p|@v>", "<@p|@c|@v> <@v|@p|@c>", "<@p|@v> the {t}", "@c @p {c}", "<The|This|That|My|Our> <@v|@c|@p> {t}", "@v <us|me|you|them|them all>", "<We|They|You|I> @v"]
AFTER = ["too", "again", "as before", "at last", "near the {t}", "since {m}", "with {p}", "in {m}", "on {d}", "without the {t}", "like {p}", "because of the {t}"]


def dress(s, sentence, name):
    """More words around a sentence of the training, so that it is copied and not known by heart."""
    rng = s.rng
    if s.split != TRAIN or s.chance(0.3):
        return sentence
    about = lambda text: carriers.choose(rng, text).format(d=rng.choice(DAYS), m=rng.choice(MONTHS), p=s.name(), c=s.city(), t=s.pick(THINGS, 0.3))
    if name and sentence.startswith(name + " ") and s.chance(0.3):
        sentence = f"{name} {s.rng.choice(ADVERBS) if s.chance(0.8) else s.pick(ADVERBS, 1.0)} {sentence[len(name) + 1:]}"
    if s.chance(0.5):
        keep = name and sentence.startswith(name) or sentence[:2] == "I "
        sentence = about(rng.choice(BEFORE)) + " " + (sentence if keep else sentence[0].lower() + sentence[1:])
    if s.chance(0.25):
        sentence = sentence[:-1] + " " + about(rng.choice(AFTER)) + "."
    return sentence


def stated(n, k, v):
    return f"{n} {v}" if k == "property" else f"{n} {FIELDS[k]} {v}"


class Document:
    """Sentences about several people or things, with the facts they state."""

    def __init__(self, s, low=3, high=7, kind=None):
        self.s, rng = s, s.rng
        kind = kind or ("people" if s.chance(0.55 if s.split == TRAIN else 0.7) else rng.choice(["state", "property"]))
        size = rng.randint(low, high)
        self.facts = []
        if kind == "people":
            people = s.distinct(s.name, max(2, (size + 1) // 2))
            keys = rng.sample(PEOPLE, min(len(PEOPLE), rng.choice([1, 2, 3, 4])))
            pairs = [(n, k) for n in people for k in keys]
            rng.shuffle(pairs)
            pairs = pairs[:size]
            if s.chance(0.4):
                pairs.sort(key=lambda p: people.index(p[0]))
        elif kind == "state":
            pairs = [(n if s.chance(0.5) or not s.mine(n.lower()) else n.lower(), kind) for n in s.distinct(s.name, size)]
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
            self.facts.append((n, k, v))
            self.parts.append(sentence)
        for _ in range(rng.choice([0, 0, 0, 1])):
            self.parts.insert(rng.randint(0, len(self.parts)), s.frame(FILLER))
        glue = "\n" if s.chance(0.2) else " "
        self.text = glue.join(self.parts)

    def ask(self, kind=None, about=None):
        """(question, thinking, answer) for some fact of the text, or for one it does not state."""
        s, rng = self.s, self.s.rng
        n, k, v = about or rng.choice(self.facts)
        relation = RELATIONS[k]
        kind = kind or rng.choices(["what", "who", "yes", "missing"], [6, 2.5, 3.5, 4] if s.split == TRAIN else [6, 2.5, 1.2, 1.2])[0]
        if kind == "who" and not relation.who:
            kind = "what"
        if kind == "who":
            return fill(s.frame(relation.who), n, v), self.survey(backwards=True) + f"so {FIELDS[k]} {v} {n}.", f"It is {n}."
        if kind == "yes":
            asked = v
            if s.chance(0.5):
                others = [f[2] for f in self.facts if f[1] == k and f[2] != v]
                asked = rng.choice(others) if others and s.chance(0.7) else relation.value(s)
            same = asked == v
            return fill(s.frame(relation.said), n, asked), f"{asked}? {self.thought(n, k, v)[:-1]} {'yes' if same else 'no'}.", "Yes." if same else "No."
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
            return fill(s.frame(relation.asks), n, v), self.thought(n, k, "not said"), gap
        return fill(s.frame(relation.asks), n, v), self.thought(n, k, v), fill(relation.short, n, v)

    def survey(self, backwards=False):
        """What the text says, sentence by sentence: what is asked for is then found among like things, not among sentences."""
        return "".join(f"{FIELDS[k]} {v} {n}; " if backwards else f"{stated(n, k, v)}; " for n, k, v in self.facts)

    def thought(self, n, k, v):
        return f"{self.survey()}so {stated(n, k, v)}."


def document(s):
    doc = Document(s, 2, 3) if s.chance(0.6) else Document(s, 3, 5)
    question, thinking, answer = doc.ask()
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
            self.facts.append((k, v, dress(s, fill(s.frame(RELATIONS[k].mine), "", v), "")))
        self.text = " ".join(f[2] for f in self.facts)
        self.named = self.facts[0][0] == "name"
        self.s = s

    def ask(self):
        k, v, _ = self.s.rng.choice(self.facts)
        if k == "name":
            question, answer = self.s.frame((["What is my name?", "Who am I?", "What am I called?", "Tell me my name.", "Do you know my name?"],
                                             ["Can you tell me my name?", "Do you remember my name?"])), f"Your name is {v}."
        else:
            relation = RELATIONS[k]
            question, answer = self.s.frame(relation.ask_mine), fill(relation.yours, "", v)
            question = self.s.frame((["{q}", "{q}", "{q}", "Tell me: {q}", "Do you know? {q}", "So, {q}", "Now say: {q}", "I ask you: {q}", "Well? {q}"], ["Do you remember? {q}", "Can you tell me? {q}"])).format(q=question)
        return question, reply(f"{FIELDS[k]}: {v}.", answer)

    def greeting(self):
        return reply(None, f"Nice to meet you, {self.name}." if self.named else "Thank you, I will remember that.")


def recall(s):
    me = Self(s)
    question, answer = me.ask()
    return [user(f"{me.text} {question}"), answer]
