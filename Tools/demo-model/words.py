"""Words, invented names and the rule that keeps some of them out of training.

`held(text)` decides by a checksum: one eighth of everything never occurs in training and is what the evaluation uses.
Most names are invented from syllables, so the model has to copy them piece by piece instead of knowing them.
"""
import random
import zlib

TRAIN, EVAL = "train", "eval"


def held(text):
    return zlib.crc32(text.encode()) % 8 == 0


def plain(text):
    """A pattern without what does not make it another one: capitals, punctuation, spaces."""
    return " ".join("".join(c if c.isalnum() or c in "{}" else " " for c in text.lower()).split())


def split_words(text):
    return text.replace("\n", " ").split()


NAMES = split_words("""Anna Ben Clara David Emma Felix Greta Henry Ida Jack Karla Leo Maria Nils Olga Paul Rosa Simon Tina
Victor Wanda Amir Bella Carlos Diana Elif Farid Gina Hugo Irene Jonas Kate Liam Mina Noah Olivia Peter Quinn Ravi Sara
Tom Uma Vera Walter Yara Zoe Alice Bruno Celia Dario Elena Frank Hanna Ivan Julia Kofi Lena Marco Nora Oscar Petra Rita
Sven Tara Ugo Viola Wim Xenia Yusuf Zara Adam Bianca Chen Dora Erik Fatima Gustav Helen Igor Jana Kenji Lucia Mateo Nadia
Otto Paula Robin Sofia Theo Ursula Vito Wendy Yannick Zelda Aisha Boris Camille Daniel Eva Fiona George Hana Isaac Joan
Karim Laura Max Nina Omar Pia Rosalind Samuel Thea Uwe Valeria William Yuki Zeno Susan Martin Julie Kevin Linda Michael""")
CITIES = split_words("""Paris London Berlin Madrid Rome Vienna Oslo Lisbon Dublin Prague Athens Warsaw Cairo Tokyo Delhi
Lima Boston Chicago Toronto Sydney Hamburg Munich Milan Porto Seville Lyon Geneva Zurich Bergen Turku Riga Vilnius Gdansk
Kyoto Osaka Seoul Hanoi Nairobi Accra Dakar Quito Bogota Denver Austin Dallas Leeds York Bath Ghent Bruges Utrecht Delft
Bonn Dresden Leipzig Graz Linz Basel Bern Nice Nantes Turin Naples Pisa Malaga Bilbao Split Izmir Tunis Perth Hobart""")
JOBS = split_words("""baker nurse teacher pilot farmer doctor painter singer writer lawyer cook tailor driver gardener
carpenter plumber dentist judge clerk miner sailor soldier waiter barber butcher librarian musician photographer engineer
chemist mechanic designer tutor guard jeweller potter weaver postman banker surgeon vet dancer referee translator builder""")
COLOURS = split_words("red blue green yellow orange purple pink brown black white grey violet turquoise silver golden beige crimson")
ANIMALS = split_words("""cat dog parrot rabbit hamster horse goat turtle snake lizard pony duck goose hen mouse ferret canary
goldfish spider donkey sheep pig frog newt owl""")
FOODS = split_words("""pizza soup rice bread cheese pasta salad curry cake stew noodles tofu beans waffles pancakes porridge
dumplings sushi omelette chocolate honey yoghurt pudding pie popcorn bacon risotto lasagne ramen tacos lentils""")
FRUITS = split_words("""apple pear plum fig cherry lemon lime mango melon peach grape banana kiwi orange apricot papaya quince
coconut berry date olive""")
INSTRUMENTS = split_words("piano violin guitar flute drum harp trumpet cello organ clarinet banjo oboe accordion trombone lute viola")
THINGS = split_words("""key lamp table chair book pen cup spoon hat coat shoe bag box clock mirror candle bell coin stone
rope ladder hammer nail brush bottle basket blanket pillow kettle wheel map ring drawer button letter stamp camera phone knife wallet lantern helmet""")
PLURALS = split_words("""apples pears coins books pens eggs stamps marbles cards shells cups stones stickers nuts tickets
balls flowers cookies buttons candles letters plums lemons keys hats toys pencils boxes photos beads plates pins bricks""")
OTHERS = split_words("""river forest window engine garden paper silver winter summer market island planet tunnel castle bridge cloud
thunder rocket pocket carpet velvet copper marble sugar pepper butter salt honeycomb bamboo cactus tiger lion zebra monkey
camel eagle falcon salmon shark whale dolphin octopus beetle moth wasp ant elm oak pine birch maple willow tulip daisy lily
violin cotton wool silk linen leather iron steel brass glass clay sand mud snow ice fire smoke steam wind storm rain fog
north south east west circle square triangle line dot star heart diamond spade club king queen knight bishop rook pawn
bus car bike boat plane train truck tram ship ferry scooter wagon sofa desk shelf stove oven fridge sink bath towel soap
shirt skirt dress jacket scarf glove sock boot belt watch purse pearl ruby amber jade coral onyx carrot potato tomato
onion garlic spinach lettuce cabbage pumpkin radish turnip celery bean pea corn wheat barley oats rye football tennis
chess golf hockey rugby judo alpha beta gamma delta server router printer mailer backup database proxy cache kernel""")
ADVERBS = split_words("now still also mostly happily quietly secretly perhaps surely usually proudly gladly maybe certainly again truly")
DAYS = split_words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = split_words("January February March April May June July August September October November December")
STATES = split_words("running stopped failed ready busy offline waiting paused broken idle blocked full loading active")
CAPITALS = dict(line.split(":") for line in """France:Paris Germany:Berlin Spain:Madrid Italy:Rome Austria:Vienna
Norway:Oslo Portugal:Lisbon Ireland:Dublin Greece:Athens Poland:Warsaw Egypt:Cairo Japan:Tokyo Peru:Lima Kenya:Nairobi
England:London Sweden:Stockholm Denmark:Copenhagen Finland:Helsinki Hungary:Budapest Russia:Moscow China:Beijing
Canada:Ottawa Cuba:Havana Belgium:Brussels Switzerland:Bern Turkey:Ankara Ghana:Accra Chile:Santiago Iran:Tehran
Scotland:Edinburgh Wales:Cardiff Iceland:Reykjavik Latvia:Riga Bulgaria:Sofia Romania:Bucharest Thailand:Bangkok""".split())
OPPOSITES = dict(line.split(":") for line in """hot:cold big:small tall:short old:young fast:slow light:dark good:bad
rich:poor hard:soft wet:dry full:empty early:late open:closed happy:sad loud:quiet clean:dirty strong:weak high:low
near:far thick:thin up:down left:right day:night black:white first:last true:false""".split())
TOPICS = split_words("""weather time news price address phone traffic calendar stock score menu schedule population forecast height weight temperature
humidity salary birthday email balance distance duration rating speed altitude area budget deadline delivery status level capacity climate cost
currency language religion mayor president owner author title genre length width depth age rent tax fee fare timetable platform gate seat room floor
wifi password login battery signal volume brightness pressure wind rain snow sunrise sunset tide pollen pollution crime map route parking holiday
festival concert movie book song album recipe calories diet medicine dose symptom doctor hospital pharmacy school grade teacher lesson exam homework
invoice order receipt discount coupon stockpile inventory warehouse supplier customer contract ticket issue bug release version license uptime latency
memory disk load traffic queue backup log error warning""")
ACTIONS = split_words("""book send create order start stop delete open close move print paint buy sell rent reserve cancel plan add remove play record build clean
deliver write draw call invite wash repair pack ship store copy rename lock unlock mute pause resume share publish archive scan encrypt upload download
install update restart archive approve reject assign transfer donate borrow return collect feed water plant cook bake fold iron polish label weigh count
measure mount eject format merge split sort filter tag pin post translate summon hire train test check wrap mail fax charge refund ring dim heat cool""")
OBJECTS = split_words("""table message timer event alarm song letter room car flight meeting list note picture mail parcel ticket report invoice file folder
document server backup door window light lamp oven heater fan camera video playlist reminder task project account user group channel robot drone
printer book page photo poster wall fence house garden tree plant dog cat horse cake pizza soup coffee tea dinner lunch table chair bed desk shelf
shirt dress coat shoe bike boat train bus taxi truck package crate box bag bottle cup phone call contract job loan payment order gift card""")
LOOKUPS = split_words("""get find show fetch read check look_up load query search see retrieve list tell give ask lookup view pull request obtain
scan locate describe report inspect display return access browse grab return know discover detect""")
RESULT_WORDS = split_words("""sunny rainy cloudy windy snowy stormy foggy dry humid warm cold mild hot high low medium empty full closed open busy quiet free
broken ready late early unknown green blue cheap expensive excellent poor good bad fine critical normal stable rising falling""")
UNITS = split_words("degrees euros dollars metres kilometres people points percent kilos litres hours minutes days pages miles inches pounds grams seconds")
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"]

ONSETS = split_words("b br c ch cl d dr f fl g gr h j k kr l m n p pr qu r s sh sk st t th tr v w y z")
VOWELS = split_words("a a e e i i o o u u ee ia io ou")
CODAS = split_words("d k l m n n nd p r rn s sk st t x")
NAME_ENDS = split_words("a o i e us ra na la ne ric ton bert lin mir dan wen ka sha vin")
CITY_ENDS = split_words("ville ton burg stad port field wick mouth dale ford bridge haven moor grad berg by sund ham")


def invented(rng, ends=None):
    """A pronounceable word of one to three syllables."""
    word = ""
    for _ in range(rng.choice([1, 1, 1, 2]) if ends else rng.choice([1, 1, 2])):
        word += rng.choice(ONSETS) + rng.choice(VOWELS) + (rng.choice(CODAS) if rng.random() < 0.2 else "")
    return word + (rng.choice(ends) if ends else rng.choice(CODAS))


def spliced(rng, parts):
    """The beginning of one word and the end of another: as diverse as the language, and never known."""
    while True:
        a, b = rng.choice(parts), rng.choice(parts)
        word = a[: rng.randint(1, max(1, len(a) - 1))] + b[rng.randint(1, max(1, len(b) - 2)):]
        if 3 <= len(word) <= 9:
            return word


FIRST_PIECES, LATER_PIECES, LONG_PIECES = [], [], []
"""Tokens of letters alone, those that begin with a capital, those without, and the long ones of these, once a tokenizer is known."""


def learn_pieces(tokenizer):
    for text in (tokenizer.decode([i], skip_special_tokens=False) for i in range(tokenizer.get_vocab_size())):
        if text.isascii() and text.isalpha() and text[1:] == text[1:].lower():
            (FIRST_PIECES if text[0].isupper() else LATER_PIECES).append(text)
            if text[0].islower() and len(text) > 3:
                LONG_PIECES.append(text)


def woven(rng, capital=False):
    """A word of any tokens: so that those which occur in few words are seen in others, and copied as well as the rest."""
    while True:
        word = "".join(rng.choice(LATER_PIECES) for _ in range(rng.choice([1, 1, 2, 2, 3])))
        if capital and rng.random() < 0.6:
            word = rng.choice(FIRST_PIECES) + rng.choice([word, ""])
        if 3 <= len(word) <= 10:
            return word


PARTS = [w for w in OTHERS + TOPICS + ACTIONS + OBJECTS + THINGS + PLURALS + JOBS + FOODS + ANIMALS + INSTRUMENTS + RESULT_WORDS if len(w) > 3]


def unknown(rng, ends=None, capital=False, weaves=True):
    """A word that nobody knows, of one of the three kinds; woven ones are for training alone."""
    if weaves and LATER_PIECES and rng.random() < 0.4:
        return woven(rng, capital)
    return invented(rng, ends) if rng.random() < 0.5 else spliced(rng, PARTS)


class Source:
    """Draws words of one split; `of` mixes listed words with invented ones."""

    def __init__(self, seed, split):
        self.rng, self.split = random.Random(seed), split
        self.used = set()

    def mine(self, text):
        return held(text) == (self.split == EVAL)

    def draw(self, make):
        while True:
            word = make()
            if self.mine(word):
                return word

    def pick(self, words, invent=0.0, ends=None, capital=False):
        rng = self.rng

        def make():
            if rng.random() < invent:
                word = unknown(rng, ends, capital, weaves=self.split == TRAIN)
                return word[0].upper() + word[1:] if capital else word
            return rng.choice(words)
        return self.draw(make)

    def name(self):
        return self.pick(NAMES, 0.6, NAME_ENDS, capital=True)

    def city(self):
        return self.pick(CITIES, 0.6, CITY_ENDS, capital=True)

    def number(self):
        """A number that belongs to this split: mostly small, though not in the evaluation, which has two of the first twenty."""
        top = self.rng.choice([20, 20, 100, 100, 1000, 10000] if self.split == TRAIN else [100, 100, 1000, 10000])
        return int(self.draw(lambda: str(self.rng.randint(1, top))))

    def distinct(self, make, count):
        found = []
        while len(found) < count:
            word = make()
            if word not in found:
                found.append(word)
        return found

    def frame(self, frames, loose=0.45):
        """A sentence pattern: `frames` is (training patterns, patterns of the evaluation)."""
        import carriers
        while True:
            text = carriers.choose(self.rng, self.rng.choice(frames[self.split == EVAL]))
            if self.split == EVAL:
                break
            if self.chance(loose):
                text = carriers.loosen(self.rng, text)
            if plain(text) not in map(plain, frames[1]):
                break
        self.used.add(plain(text))
        return text

    def chance(self, p):
        return self.rng.random() < p
