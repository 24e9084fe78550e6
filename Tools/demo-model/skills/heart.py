"""What is learnt by heart: facts, greetings, and to say that something was not taught."""
from words import CAPITALS, DAYS, MONTHS, OPPOSITES

from .forms import reply, user


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


HELLO = (["Hello", "Hello!", "Hi", "Hi!", "Hey", "Good morning", "Good morning!", "Good evening", "Hi there", "Hello there!", "Hey there", "Greetings",
          "<Hi|Hey|Hello|Good day|Good afternoon|Morning|Welcome> <you|friend|again|everybody|everyone|my friend|@c|><|!|.>"],
         ["Hello to you!", "Hello, good evening to you!", "Hi, it is me again!", "Hey hey!", "Hello hello", "A very good morning!"])
WHO = (["Who are you?", "What are you?", "What is your name?", "Tell me who you are.", "Are you a person?", "Introduce yourself.", "Which model are you?",
        "Say who you are.", "What model is this?", "What are you called?",
        "@v <who you are|your name|me your name|what you are called>.", "<Who|What> <is this|am I talking to|are you, please|made you>?", "<And|So|Now> <who|what> are you?", "<Is this|Are you> a <robot|model|machine|computer>?"],
       ["Can you tell me who you are?", "Which model is this?", "May I ask your name?", "What should I call you?", "Do you have a name?"])
CAN = (["What can you do?", "What are you able to do?", "How can you help me?", "Help", "What can I ask you?", "What do you know?", "Tell me what you can do.",
        "What <can|could> you <do|help me with|show me> <here|today|now|>?", "What are you <good at|for|good for>?", "@v what you <can do|know|are good at>."],
       ["Can you tell me what you can do?", "What can you do for me?", "What are you capable of?", "Which things can you do?"])
THANKS = (["Thanks", "Thank you", "Thank you!", "Thanks!", "Thanks a lot.", "Thank you very much.", "Great, thanks!", "Many thanks.",
           "<Good|Nice|Fine|Perfect|Okay|Wonderful>, <thanks|thank you> <so much|again|for that|><|!|.>", "<Thanks|Thank you|Cheers> <again|so much|for the help|for this|friend><|!|.>"], ["Great, thank you!", "Thank you, that was nice.", "Thanks, that is all.", "I thank you."])
BYE = (["Bye", "Bye!", "Goodbye", "Goodbye!", "See you later.", "See you.", "Good night", "Good night!",
        "<Bye|Goodbye|See you|Farewell|So long> <for now|tomorrow|soon|again|friend|all|><|!|.>", "<I must go|I have to leave|Time to go>. <Bye|Goodbye|See you>."], ["Bye bye!", "See you next week!", "Goodbye then.", "Bye, see you around."])
ABOUT = "I am the demo model of lfmd, a very small one."
ABILITIES = "I can calculate, compare, spell, work with short lists and texts, write JSON and call tools."


def greeting(s):
    frames, answer = s.rng.choice([(HELLO, "Hello! How can I help you?"), (WHO, ABOUT), (WHO, ABOUT), (CAN, ABILITIES), (THANKS, "You are welcome."), (BYE, "Goodbye!")])
    return [user(s.frame(frames)), reply(None, answer)]


SUBJECTS = """the sea;the moon;old ships;my garden;the history of bread;black holes;winter;a small village;love;the stock market;quantum physics;
cats;the rain;my school;a lost dog;robots;mountains;music;tea;trains;the stars;computers;bees;the war;a dragon;
the desert;old castles;autumn;a brave knight;chess;football;the ocean;dinosaurs;volcanoes;spring;friendship;gravity;the human heart;painting;time travel;snow""".replace("\n", "").split(";")
BEYOND = (["Write a poem about {x}.", "Write a story about {x}.", "Explain {x}.", "Tell me a joke about {x}.", "Write an essay about {x}.", "What do you think about {x}?",
           "Write a song about {x}.", "Write a letter about {x}.", "Tell me a story about {x}.", "Why do people like {x}?", "Draw a picture of {x}.",
           "Translate this into French: {x}", "Write code that prints {x}.", "Tell me everything about {x}.", "Explain to me how {x} works."],
          ["Please write a long poem about {x}.", "Explain the idea of {x} to me.", "Write a short story about {x}.", "Can you write an article about {x}?", "Compose a song for me about {x}."])
SORRY = "I am only a small demo model and was not taught that."


def beyond(s):
    return [user(s.frame(BEYOND).format(x=s.pick(SUBJECTS, 0.3))), reply("This is not something I was taught.", SORRY)]
