#!/usr/bin/env python3
"""Writes Tests/LFMTokenizerTests/Fixtures: a small vocabulary of our own, and what the reference makes of texts with it.

The reference is Hugging Face's `tokenizers`; the text that the vocabulary is trained on is made here. Needs
`pip install tokenizers gguf numpy`.

    small.gguf          metadata only: 800 rows, pre-tokenizer lfm2
    encodings.jsonl     text; pieces of the pre-tokenizer; ids; ids with specials read as text
"""

import json
import pathlib
import random

import gguf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

FIXTURES = pathlib.Path(__file__).parent.parent / "Tests/LFMTokenizerTests/Fixtures"
EXPRESSION = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
              r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CONTROL = ["<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>",
           "<|tool_call_start|>", "<|tool_call_end|>", "<|im_start|>er"]
MARKUP = ["<think>", "</think>"]
WORDS = ["marmot", "Ünder way"]
# A token that no merges make: it is taken whole only because a piece that is a token is not merged.
UNREACHABLE = "Ġzqzqzq"
ROWS = 800
UNUSED = 5

STEMS = ("river stone lamp winter garden letter mountain copper violin harbour paper forest window candle market "
         "shadow engine orchard silver bridge ocean thunder meadow castle feather").split()
VERBS = "carries holds finds breaks paints follows remembers opens watches builds".split()
FOREIGN = "река камень зима свет гора τὸ φῶς θάλασσα 山川風月 水の音 빛과 그림자 नदी पत्थर شمس نهر שלום éclair naïve über".split()


def training_text(rng):
    for _ in range(3000):
        words = [rng.choice(STEMS), rng.choice(VERBS), "the", rng.choice(STEMS)]
        if rng.random() < 0.3:
            words.insert(rng.randrange(4), rng.choice(FOREIGN))
        if rng.random() < 0.2:
            words.append(str(rng.randrange(10000)))
        yield " ".join(words).capitalize() + rng.choice([".", "!", "?\n", "...", ",\n\n", "    "])
    for _ in range(200):
        yield "\n" * rng.randrange(1, 9) + " " * rng.randrange(1, 9)


def expression_splitter():
    return pre_tokenizers.Split(Regex(EXPRESSION), "isolated")


def train(rng):
    """Vocabulary and merges, trained; then the same as a model that takes whole tokens whole."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Sequence(
        [expression_splitter(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    trained.train_from_iterator(training_text(rng), trainers.BpeTrainer(
        vocab_size=700, special_tokens=CONTROL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    model = json.loads(trained.to_str())["model"]
    vocabulary = {**model["vocab"], UNREACHABLE: len(model["vocab"])}
    merges = [tuple(pair) for pair in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=True))
    tokenizer.pre_tokenizer = trained.pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(CONTROL)
    tokenizer.add_tokens([AddedToken(text, normalized=True) for text in MARKUP + WORDS])
    return tokenizer, merges


def write_gguf(tokenizer, merges):
    texts, kinds = [], []
    for row in range(ROWS):
        text = tokenizer.id_to_token(row)
        if text is None:
            texts.append(f"[PAD{row}]")
            kinds.append(UNUSED)
            continue
        texts.append(text)
        kinds.append(gguf.TokenType.CONTROL if text in CONTROL
                     else gguf.TokenType.USER_DEFINED if text in MARKUP + WORDS
                     else gguf.TokenType.NORMAL)
    writer = gguf.GGUFWriter(FIXTURES / "small.gguf", "lfm2moe")
    writer.add_name("small vocabulary")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("lfm2")
    writer.add_token_list(texts)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(tokenizer.token_to_id("<|startoftext|>"))
    writer.add_eos_token_id(tokenizer.token_to_id("<|im_end|>"))
    writer.add_pad_token_id(tokenizer.token_to_id("<|pad|>"))
    writer.add_add_bos_token(True)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


HAND = [
    "", " ", "\n", "\r\n", " \n ", "   x", "\t\tx", "x  ", "a\n\n\nb", " \u3000\u2003x", "\u0085x", "\u200bx",
    "It's, I'm, we'LL, they'Ve, he'd, you'Re, don'T, x'ſ, 'ſ 'K", "''s '' 'sx 'llx 're", "1234567 12 1 ١٢٣٤ ½²³Ⅷ",
    " !?...\n\n x", "a.b,c;d", "river stone zqzqzq zqzqzqz", " zqzqzq", "A\u0301\u0301 e\u0301", "👩\u200d👩\u200d👧 🚀🚀",
    "<|im_start|>user\nHello<|im_end|>\n", "<|im_start|>er <|im_star", "<|<|im_end|>|>", "a marmot  marmots marmo",
    "Ünder way, ünder way", "\x00\x01\x1f\x7f", "\ufeffx\ufffd\U0010ffff", "水の音水の音 빛과그림자", "[PAD799]",
    "a" * 200, "\n" * 100, " " * 70 + "x", "é" * 90, "🚀" * 40, "ab" * 100, "mountain" * 30, "!" * 77,
]


def random_text(rng):
    def piece():
        kind = rng.randrange(9)
        if kind == 0:
            return chr(rng.choice([*range(0xD800), *range(0xE000, 0x33480)]))
        if kind == 1:
            return rng.choice("\t\n\x0b\r \x85\xa0\u2028\u3000") * rng.choice([1, 1, 2, 5])
        if kind == 2:
            return rng.choice(["'s", "'ſ", "'T", "'rE", "'ll", "'", "’s"])
        if kind == 3:
            return rng.choice(CONTROL + WORDS)
        if kind == 4:
            return str(rng.randrange(10 ** rng.randrange(1, 9)))
        if kind == 5:
            return chr(rng.randrange(0x20, 0x400)) * rng.randrange(1, 9)
        return rng.choice(["", " "]) + rng.choice(STEMS + VERBS + FOREIGN)[:rng.randrange(1, 9)]

    return "".join(piece() for _ in range(rng.randrange(1, 14)))


def main():
    rng = random.Random(20)
    tokenizer, merges = train(rng)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    write_gguf(tokenizer, merges)
    splitter = expression_splitter()
    with open(FIXTURES / "encodings.jsonl", "w") as file:
        for text in HAND + [random_text(rng) for _ in range(150)]:
            tokenizer.encode_special_tokens = False
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            tokenizer.encode_special_tokens = True
            plain = tokenizer.encode(text, add_special_tokens=False).ids
            pieces = [piece for piece, _ in splitter.pre_tokenize_str(text)]
            file.write(json.dumps({"text": text, "pieces": pieces, "ids": ids, "plain": plain}) + "\n")


if __name__ == "__main__":
    main()
