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
          "<Hi|Hey|Hello|Good day|Good afternoon|Morning|Welcome> <you|friend|again|everybody|everyone|my friend|@c|><|!|.>",
          "<Hi|Hello|Hey> <hi|hey|hello|there><|!|.>", "<Hi|Hey|Hello|Good day|Good evening|Good morning|Morning|Evening|Welcome|Howdy|Greetings><,| > <@v|@p|@c> <you|friend|dear|all|@v|><|!|.>",
          "<Hi|Hello|Hey|Good day>, <I am back|here I am|nice to see you|good to be here|are you there|how are you|is anybody here|it is a nice day|we meet again|what a day><|!|.|?>",
          "<What a|Such a|A|Have a> <fine|lovely|nice|pleasant|happy|merry|@v> <morning|day|evening|afternoon><| to you| to all| my friend| everyone><|!|.>", "<The|My|Our|Many> <best|warm|kind> greetings<| to you| to all><|!|.>",
          "<I say|We say|Let me say|I just want to say> <hello|hi|good day|good morning|good evening><|!|.>"],
         ["Hello to you!", "Hello, good evening to you!", "Hi, it is me again!", "Hey hey!", "Hello hello", "A very good morning!"])
WHO = (["Who are you?", "What are you?", "What is your name?", "Tell me who you are.", "Are you a person?", "Introduce yourself.", "Which model are you?",
        "Say who you are.", "What model is this?", "What are you called?",
        "@v <who you are|your name|me your name|what you are called>.", "<Who|What> <is this|am I talking to|are you, please|made you>?", "<And|So|Now> <who|what> are you?", "<Is this|Are you> a <robot|model|machine|computer>?",
        "<And your|Your> name<|, please>?", "<What|How> <shall|may|must|do|can> I <call|name|address> you?", "<Which|What> name <is yours|have you|did they give you|do you go by|were you given>?", "<Have|Were> you <got|given> a name?",
        "<Do|Did> <people|they|others|the others> <name you|call you something>?", "<Shall|Could|Would> <I|we> <know|learn|hear|@v> <your name|who you are|what you are called>?", "<Who|What> <answers|speaks|is speaking|is answering|is there|is it> <here|now|to me|>?",
        "<Whom|Who> do <I|we> <talk to|speak with|write to|have here>?", "<Tell us|Say> <something|a word|more> about yourself.", "<I wonder|I ask myself|We want to know|I would like to know> <who you are|what your name is|your name|what model you are>.",
        "<Which|What> <kind|sort> of <model|machine|program|robot> <are you|is this>?", "<@v|@c> <your name|who you are>?"],
       ["Can you tell me who you are?", "Which model is this?", "May I ask your name?", "What should I call you?", "Do you have a name?"])
CAN = (["What can you do?", "What are you able to do?", "How can you help me?", "Help", "What can I ask you?", "What do you know?", "Tell me what you can do.",
        "What <can|could> you <do|help me with|show me> <here|today|now|>?", "What are you <good at|for|good for>?", "@v what you <can do|know|are good at>.",
        "<What|Which> <tasks|jobs|kinds of things|work> <can|could|do> you <do|know|solve|handle|take>?", "<Which|What> <tasks|skills|questions|jobs> <do you know|can you answer|have you learnt|are yours|do you have>?",
        "<List|Name|Describe|Show me|@v> your <skills|abilities|talents|tasks>.", "What <are|were> you <able|made|built|trained|taught|meant|fit|clever enough> <to do|for|to solve>?", "What <have you learnt|did you learn|were you taught|is your use|is your job here>?",
        "<I wonder|Explain|Say|Show> what you <are able to do|are good for|know|can solve>.", "How <could|do|would|will> you <help|serve|assist|be useful to> <me|us|people>?", "What <help|work|service> <can|do> you <give|offer|do>?",
        "In what <are you good|can you help|are you useful>?", "What <could|might|would> you <do|solve|@v> for <us|people|a friend|my team>?", "<What|Which> <of|@p> <things|tasks> do you <do|know>?"],
       ["Can you tell me what you can do?", "What can you do for me?", "What are you capable of?", "Which things can you do?"])
THANKS = (["Thanks", "Thank you", "Thank you!", "Thanks!", "Thanks a lot.", "Thank you very much.", "Great, thanks!", "Many thanks.",
           "<Good|Nice|Fine|Perfect|Okay|Wonderful>, <thanks|thank you> <so much|again|for that|><|!|.>", "<Thanks|Thank you|Cheers> <again|so much|for the help|for this|friend><|!|.>",
           "<Thanks|Thank you|Okay, thanks|Cheers|Many thanks>, <it|this|you> <is|was|helps|works|helped|are|were> <good|great|a lot|fine|me|kind|useful|a help|@v><|!|.>", "<Thanks|Thank you|I thank you>, <I have it now|now I know|well done|good work|that was enough|you are kind|I am happy|I see|that will do|so long as it works><|!|.>",
           "<That|This|It> <helped|was kind|was good|was useful|is what I need>, <thanks|thank you><|!|.>", "<I|We> <am|are> <grateful|thankful|happy with it><|, thanks|, thank you>.", "<I|We> <want to|must|can only|do> thank you<| for it| for this| again><|!|.>",
           "You <are|were> <so kind|helpful|a great help|good at this>, <thanks|thank you><|!|.>", "<My|Our|Our best|All my|A thousand> thanks<| to you| for it|, friend><|!|.>"], ["Great, thank you!", "Thank you, that was nice.", "Thanks, that is all.", "I thank you."])
BYE = (["Bye", "Bye!", "Goodbye", "Goodbye!", "See you later.", "See you.", "Good night", "Good night!",
        "<Bye|Goodbye|See you|Farewell|So long> <for now|tomorrow|soon|again|friend|all|><|!|.>", "<I must go|I have to leave|Time to go>. <Bye|Goodbye|See you>.",
        "<Bye|Goodbye|See you|Farewell|So long|Good night|Later|Ciao>, <see you|until|we meet|I see you|till> <tomorrow|soon|then|later|there|on Monday|at noon|in May|again><|!|.>", "<Bye|Goodbye|Good night|Farewell>, <take care|have a nice day|sleep well|all the best|I am off|be well|dear friend|my friend|@v><|!|.>",
        "<See you|Until|Till> <on Monday|tomorrow|at noon|in May|there|in a week|next month|next year|next time|the next day><|!|.>", "<Bye|Goodbye|So long|See you> <now|all|dear|everyone|my friend|and thanks|@v><|!|.>", "<So long|Farewell|Later|Goodbye> and <bye|goodbye|good night|farewell|all the best|take care><|!|.>",
        "<I am|We are> <leaving|off|going home|gone|done for today><|, bye|, goodbye|, see you><|!|.>", "<Good night|Sleep well|Take care|All the best><| to you| then| everyone|, see you><|!|.>"], ["Bye bye!", "See you next week!", "Goodbye then.", "Bye, see you around."])
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
           "Translate this into French: {x}", "Write code that prints {x}.", "Tell me everything about {x}.", "Explain to me how {x} works.",
           "<Write|Make|Create|Invent|Draft|Compose|@v> <me|us|> a <|long|short|nice|funny|sad|@v> <poem|story|song|essay|letter|tale|speech|play|novel|report|riddle|joke> <about|on|for|of> {x}.",
           "<Could|Would|Will> you <write|make|create|draft|tell|compose|@v> a <|long|short|nice|@v> <poem|story|song|essay|letter|tale|speech|text|page> <about|on|for> {x}?",
           "<Explain|Describe|Discuss|Sum up|Teach me> the <idea|meaning|origin|role|theory|point|beauty|use> of {x}<| to me| to us| in detail>.", "<Why|How|When|Since when> <is|are|does|do|did> {x} <so loved|work|exist|begin|matter|so important|@v>?",
           "<What|Who> <made|invented|explains|is behind|is the meaning of|is so special about> {x}?", "<I want|I need|We need> a <|long|short|@v> <poem|story|song|essay|speech|text|picture|painting|film> <about|on|of> {x}.",
           "<Paint|Sing|Film|Design|Dream|Imagine> <me|us|> <something|a picture|a song> <about|of|with> {x}.", "<Please|Now|Then> <write|tell|sing|invent|explain|@v> <something|a little|a lot|more|all> about {x}.", "<Discuss|Describe|Explain|Praise> {x} <for|to> <me|us|my friend|a child>."],
          ["Please write a long poem about {x}.", "Explain the idea of {x} to me.", "Write a short story about {x}.", "Can you write an article about {x}?", "Compose a song for me about {x}."])
SORRY = "I am only a small demo model and was not taught that."


def beyond(s):
    return [user(s.frame(BEYOND).format(x=s.pick(SUBJECTS, 0.3))), reply("This is not something I was taught.", SORRY)]
