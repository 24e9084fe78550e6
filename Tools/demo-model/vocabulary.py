"""The tokenizer: byte-level BPE of 2048 rows with the special tokens, order and pre-tokenizer of LFM2.5.

    vocabulary.py OUT.json      train on generated conversations

Rows 0..255 are the bytes in GPT-2's order, then the merges, then the fourteen special tokens. Digits never merge.
"""
import sys

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

SIZE = 2048
SPECIAL = ["<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|fim_pre|>", "<|fim_mid|>", "<|fim_suf|>", "<|im_start|>", "<|im_end|>",
           "<think>", "</think>", "<|tool_list_start|>", "<|tool_list_end|>", "<|tool_call_start|>", "<|tool_call_end|>"]
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


def assemble(merges):
    """The tokenizer of these merges, in the order given."""
    tokens = byte_letters() + [a + b for a, b in merges]
    tokens += [f"<|unused_{i}|>" for i in range(len(tokens), FIRST)] + SPECIAL
    made = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges, ignore_merges=True))
    made.pre_tokenizer, made.decoder = pre_tokenizer(SPLIT), decoders.ByteLevel()
    made.add_special_tokens(SPECIAL)
    assert made.get_vocab_size() == SIZE and made.token_to_id("<|im_end|>") == EOS
    return made


def train(texts):
    import json
    draft = Tokenizer(models.BPE())
    draft.pre_tokenizer = pre_tokenizer(SPLIT.replace(r"\p{N}{1,3}", r"\p{N}"))
    draft.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=FIRST, initial_alphabet=byte_letters(), min_frequency=8, show_progress=False))
    merges = [tuple(m) for m in json.loads(draft.to_str())["model"]["merges"]]
    return assemble(merges[: FIRST - 256])


def load(path):
    return Tokenizer.from_file(str(path))


if __name__ == "__main__":
    from render import plain_texts
    made = train(plain_texts(40000, seed=7))
    made.save(sys.argv[1])
    print(made.get_vocab_size(), "rows,", sum(t.startswith("<|unused") for t in made.get_vocab()), "unused")
