#!/usr/bin/env python3
"""Makes Tests/CLFMKernelsTests/Fixtures/dequantize.json: random blocks and what gguf-py makes of them.

Needs the Python packages gguf and numpy. The blocks are random bytes, so every nibble, sixth bit and signed scale
occurs; only their scales are chosen, to be finite and to include subnormals, zeros of both signs and the largest.
"""

import json
import pathlib

import gguf
import numpy as np

SEED = 20260528
# type: (blocks, offsets of the f16 scales in a block)
TYPES = {
    "Q8_0": (16, [0]),
    "Q4_0": (16, [0]),
    "Q4_K": (6, [0, 2]),
    "Q5_K": (6, [0, 2]),
    "Q6_K": (6, [208]),
    "Q4_1": (16, [0, 2]),
    "Q5_0": (16, [0]),
    "Q5_1": (16, [0, 2]),
    "Q2_K": (6, [80, 82]),
    "Q3_K": (6, [108]),
    "IQ4_NL": (16, [0]),
    "IQ4_XS": (6, [0]),
    "MXFP4": (16, []),
}
SCALES = [0x0000, 0x8000, 0x0001, 0x83FF, 0x7BFF, 0xFBFF]


def blocks_of(random, kind, count, scale_offsets):
    size = gguf.GGML_QUANT_SIZES[kind][1]
    blocks = random.integers(0, 256, (count, size), dtype=np.uint8)
    if kind == gguf.GGMLQuantizationType.MXFP4:
        blocks[:, 0] %= 250  # its scales are exponents; larger ones would make infinities
    for offset in scale_offsets:
        scales = random.normal(0, 0.02, count).astype(np.float16).view(np.uint16)
        edges = random.permutation(SCALES)[: min(count // 2, len(SCALES))]
        scales[: len(edges)] = edges
        blocks[:, offset : offset + 2] = scales.astype("<u2").view(np.uint8).reshape(count, 2)
    return blocks


def main():
    random = np.random.default_rng(SEED)
    fixtures = {}
    for name, (count, scale_offsets) in TYPES.items():
        kind = gguf.GGMLQuantizationType[name]
        blocks = blocks_of(random, kind, count, scale_offsets)
        values = gguf.dequantize(blocks, kind).astype("<f4")
        assert np.isfinite(values).all()
        fixtures[name] = {
            "type": int(kind),
            "blocks": [block.tobytes().hex() for block in blocks],
            "values": [row.tobytes().hex() for row in values.reshape(count, -1)],
        }
    root = pathlib.Path(__file__).resolve().parent.parent
    path = root / "Tests/CLFMKernelsTests/Fixtures/dequantize.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fixtures, indent=1) + "\n")


main()
