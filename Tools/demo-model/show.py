"""Print some conversations of each skill.

    show.py [train|eval] [SEED] [SKILL]
"""
import sys

from render import render
from skills import SKILLS, example
from words import Source

if __name__ == "__main__":
    source = Source(int(sys.argv[2]) if len(sys.argv) > 2 else 0, sys.argv[1] if len(sys.argv) > 1 else "train")
    for name in sys.argv[3:] or SKILLS:
        print(f"--- {name}")
        for _ in range(3):
            print(render(*example(source, name)))
