"""The tokenizer: byte-level BPE of 3072 rows with the special tokens, order and pre-tokenizer of LFM2.5.

    vocabulary.py OUT.json                  train on generated conversations
    vocabulary.py OUT.json MODEL.gguf       that of a model of this maker, to go on with its training

Rows 0..255 are the bytes in GPT-2's order, then the merges, then the fourteen special tokens. Digits never merge, nor do letters with
what stands before them, but for the spaces before common words.
"""
import sys

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SIZE = 3072
SPECIAL = ["<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|fim_pre|>", "<|fim_mid|>", "<|fim_suf|>", "<|im_start|>", "<|im_end|>",
           "<think>", "</think>", "<|tool_list_start|>", "<|tool_list_end|>", "<|tool_call_start|>", "<|tool_call_end|>"]
SPACED = 350                 # words that have a token with the space before them
FIRST = SIZE - len(SPECIAL)
PAD, BOS, EOS, IM_START = FIRST, FIRST + 1, FIRST + 7, FIRST + 6
SPLIT = (r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
         r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def byte_letters():
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    rest = [b for b in range(256) if b not in keep]
    return [chr(b) for b in keep] + [chr(256 + i) for i in range(len(rest))]


def pre_tokenizer(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def assemble(merges, size=SIZE):
    """The tokenizer of these merges, in the order given, with so many rows."""
    tokens = byte_letters() + [a + b for a, b in merges]
    tokens += [f"<|unused_{i}|>" for i in range(len(tokens), size - len(SPECIAL))] + SPECIAL
    made = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges, ignore_merges=True))
    made.pre_tokenizer, made.decoder = pre_tokenizer(SPLIT), decoders.ByteLevel()
    made.add_special_tokens(SPECIAL)
    assert made.get_vocab_size() == size and (size != SIZE or made.token_to_id("<|im_end|>") == EOS)
    return made


def train(texts, own):
    """Merges of letters first, so that a word is cut the same way wherever it stands and can be copied token by token; then, for common
    words that are nobody's name or value, one token with the space before.

    `own`: words that are names and values, however common.
    """
    import collections
    import json
    import re
    texts = list(texts)
    draft = Tokenizer(models.BPE())
    draft.pre_tokenizer = pre_tokenizer(SPLIT.replace(r"\p{N}{1,3}", r"\p{N}").replace(r"[^\r\n\p{L}\p{N}]?\p{L}+", r"\p{L}+"))
    size = FIRST - SPACED
    draft.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, initial_alphabet=byte_letters(), min_frequency=8, show_progress=False))
    merges = [tuple(m) for m in json.loads(draft.to_str())["model"]["merges"]][: size - 256]
    whole = set(draft.get_vocab())
    common = collections.Counter(w for text in texts for w in re.findall(r" ([A-Za-z]+)", text) if w in whole and w not in own)
    return assemble(merges + [("\u0120", w) for w, _ in common.most_common(SPACED)])


def load(path):
    return Tokenizer.from_file(str(path))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        from pathlib import Path

        from export import read_tokenizer
        read_tokenizer(Path(sys.argv[2])).save(sys.argv[1])
        sys.exit()
    import words
    from render import plain_texts
    own = {w for name, listed in vars(words).items() if name.isupper() and isinstance(listed, (list, dict)) for w in listed} - set(words.ADVERBS)
    made = train(plain_texts(40000, seed=7), own | set(words.CAPITALS.values()) | set(words.OPPOSITES.values()))
    made.save(sys.argv[1])
    print(made.get_vocab_size(), "rows,", sum(t.startswith("<|unused") for t in made.get_vocab()), "unused")
