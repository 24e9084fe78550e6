#!/usr/bin/env python3
"""lfmd beside llama.cpp: the same files, the same minute, the machine's limits beside both.

    Benchmarks/peers/run.py --llama-bench PATH                      every type, files made one at a time and deleted
    Benchmarks/peers/run.py --llama-bench PATH --only Q4_0,Q8_0 --keep
    Benchmarks/peers/run.py --llama-bench PATH --files A.gguf B.gguf   files of your own, which are left alone
    Benchmarks/peers/run.py --report                                write the tables and the plot anew from the results

For each file: prepare it, find llama.cpp's best settings for each test by a quick look at all of them, then measure in turns
(lfmd, llama.cpp, lfmd, ...), a reader's rate and the int8 peak beside each of ours. One thread and two, or --threads. Results
go to results.json in --output after every measurement; a run that was stopped goes on where it was. README.md beside this
file says how to get llama-bench and what the columns mean.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

import llama
import machine
import ours
import report

TYPES = ["Q4_0", "Q8_0", "Q4_K_M", "Q5_K_M", "Q6_K", "BF16"]
ROOT = pathlib.Path(__file__).resolve().parents[2]


def numbers(text):
    return [int(word) for word in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama-bench", type=pathlib.Path, help="llama.cpp's llama-bench")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build" / "release",
                        help="folder of lfmd and lfmctl")
    parser.add_argument("--only", default=",".join(TYPES), help="types, with commas between")
    parser.add_argument("--files", nargs="+", type=pathlib.Path, help="measure these files instead")
    parser.add_argument("--maker", type=pathlib.Path,
                        default=ROOT.parent / "shared" / "tools" / "make-synthetic-gguf.py",
                        help="what makes a file: MAKER OUT --type TYPE")
    parser.add_argument("--maker-python", default=sys.executable, help="a Python with numpy and gguf")
    parser.add_argument("--place", type=pathlib.Path, default=pathlib.Path("/var/tmp/lfm-peers"),
                        help="where files are made, and prepared ones kept meanwhile")
    parser.add_argument("--keep", action="store_true", help="leave the files that were made")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("peers-results"))
    parser.add_argument("--prefill", type=numbers, default=[512, 2048], metavar="N,...")
    parser.add_argument("--decode", type=int, default=128, metavar="N")
    parser.add_argument("--depths", type=numbers, default=[0, 4096, 16384, 32768], metavar="N,...")
    parser.add_argument("--threads", type=numbers, default=[2, 1], metavar="N,...")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each side, in turns")
    parser.add_argument("--looks", type=int, default=1, help="measurements of each setting before that")
    parser.add_argument("--settings", choices=["all", "few"], default="all",
                        help="few: default and --repack 0 only, with -fa auto and -ub 512")
    parser.add_argument("--llama-options", type=str.split, metavar="WORDS",
                        help="llama.cpp's one setting, as \"--repack 0 -fa auto\", in place of a look at all")
    parser.add_argument("--minutes", type=float, default=float("inf"),
                        help="begin nothing after so long; run again to go on")
    parser.add_argument("--report", action="store_true", help="measure nothing")
    arguments = parser.parse_args()
    if not arguments.report and not arguments.llama_bench:
        parser.error("--llama-bench is needed: README.md beside this file says how to get it")
    return arguments


class Results:
    """What was measured, kept in one file that is whole at every moment."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "results.json"
        self.content = json.loads(self.path.read_text()) if self.path.exists() else {"files": {}}

    def save(self):
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps(self.content, indent=1))
        half.replace(self.path)

    def of(self, name):
        return self.content["files"].setdefault(name, {"tests": {}})


class OutOfTime(Exception):
    pass


class Campaign:
    """The measurements of all files, in an order that gives the most important first."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.results = Results(arguments.output)
        self.end = time.monotonic() + arguments.minutes * 60
        self.llama = llama.Bench(
            arguments.llama_bench, arguments.settings, arguments.llama_options)
        self.ours = ours.Bench(arguments.programs, arguments.place / "prepared")

    def groups(self):
        """Lists of tests that are run together: those of one depth, so that it is filled once. What is promised at
        two threads and depth 0 comes first. A test is (threads, depth, "pp" or "tg", tokens)."""
        a = self.arguments
        for depth in a.depths:
            if depth:
                # One thread is a matter of depth 0, and so are longer prompts.
                yield [(a.threads[0], depth, "pp", a.prefill[0]), (a.threads[0], depth, "tg", a.decode)]
                continue
            for threads in a.threads:
                for tokens in a.prefill:
                    yield [(threads, 0, "pp", tokens)]
                yield [(threads, 0, "tg", a.decode)]

    def check_time(self):
        if time.monotonic() > self.end:
            raise OutOfTime

    def wanted(self, record):
        """The groups that lack measurements."""
        for group in self.groups():
            entries = [record["tests"].get(name(*test), {}) for test in group]
            if any(min(count(entry, "ours"), count(entry, "llama")) < self.arguments.rounds
                   for entry in entries):
                yield group

    def run(self):
        self.results.content["machine"] = machine.description()
        self.results.content["versions"] = {
            "lfmd": self.ours.version(), "llama.cpp": self.llama.version()}
        self.results.save()
        for label, path in self.sources():
            self.check_time()
            record = self.results.of(label)
            if not any(self.wanted(record)):
                say(f"{label}: done before")
                continue
            made = path is None
            path = path or self.make(label)
            try:
                self.measure(label, path, record)
            finally:
                if not self.arguments.keep:
                    self.ours.forget()
                    if made:
                        path.unlink(missing_ok=True)

    def sources(self):
        if self.arguments.files:
            return [(path.stem, path.resolve()) for path in self.arguments.files]
        return [(kind, None) for kind in self.arguments.only.split(",")]

    def make(self, kind):
        a = self.arguments
        a.place.mkdir(parents=True, exist_ok=True)
        path = a.place / f"synthetic-{kind}.gguf"
        if not path.exists():
            say(f"{kind}: making {path}")
            half = path.with_suffix(".half")
            subprocess.run([a.maker_python, a.maker, half, "--type", kind], check=True,
                           stdout=subprocess.DEVNULL)
            half.rename(path)
        return path

    def measure(self, label, path, record):
        say(f"{label}: preparing")
        record["prepared"] = self.ours.prepare(path)
        record["bytes"] = path.stat().st_size
        self.results.save()
        machine.read_through(path)
        for group in self.wanted(record):
            self.check_time()
            entries = {test: record["tests"].setdefault(name(*test), {"ours": [], "llama": []})
                       for test in group}
            self.choose_settings(label, path, entries, record)
            self.turns(label, path, entries)

    def choose_settings(self, label, path, entries, record):
        """llama.cpp's best setting for each test: by a look at each, or, at a depth, what was best at a smaller one."""
        if self.llama.fixed:
            for entry in entries.values():
                entry["setting"], entry["setting_from"] = self.llama.fixed, "--llama-options"
            return
        for test, entry in entries.items():
            known = None if "setting" in entry else self.setting_nearby(test, record)
            if known:
                entry["setting"], entry["setting_from"] = known
        if all("setting" in entry for entry in entries.values()):
            return
        for entry in entries.values():
            entry["looks"] = []
        for setting in self.llama.settings_for(list(entries)):
            self.check_time()
            rates = self.llama.run(path, list(entries), setting, self.arguments.looks)
            for test, entry in entries.items():
                entry["looks"].append({"setting": setting, "rate": max(rates[test])})
                say(f"{label} {name(*test)}: a look at llama.cpp {' '.join(setting)}: {max(rates[test]):.2f}")
        for entry in entries.values():
            entry["setting"] = max(entry["looks"], key=lambda look: look["rate"])["setting"]
        self.results.save()

    def setting_nearby(self, test, record):
        """That of the deepest test before, none of depth 0: filling 16K tokens for each look would take hours."""
        threads, depth, kind, tokens = test
        for smaller in sorted((d for d in self.arguments.depths if 0 < d < depth), reverse=True):
            other = name(threads, smaller, kind, tokens)
            if "setting" in record["tests"].get(other, {}):
                return record["tests"][other]["setting"], other
        return None

    def turns(self, label, path, entries):
        """Both sides in turns, so that a change of the machine's mood meets both."""
        rounds = self.arguments.rounds
        depth = next(iter(entries))[1]
        # A depth costs much more than what is measured there: several measurements each time.
        portion = {"ours": 1, "llama": 1} if not depth else {
            "ours": -(-rounds // 2), "llama": rounds if depth >= 16384 else -(-rounds // 2)}
        while True:
            done = {side: min(count(entry, side) for entry in entries.values()) for side in portion}
            if min(done.values()) >= rounds:
                return
            self.check_time()
            side = "ours" if done["ours"] <= done["llama"] or done["llama"] >= rounds else "llama"
            with machine.Others() as others:
                measured = self.once(side, path, entries, portion[side])
            for test, found in measured.items():
                entries[test][side] += [one | {"others": others.share} for one in found]
                rates = " ".join(f"{one['rate']:.2f}" for one in found)
                say(f"{label} {name(*test)}: {'lfmd' if side == 'ours' else 'llama.cpp'} {rates}, "
                    f"others at {others.share:.0%}")
            self.results.save()

    def once(self, side, path, entries, repetitions):
        if side == "ours":
            return self.ours.run(path, list(entries), repetitions)
        found = {}
        for setting in {tuple(entry["setting"]) for entry in entries.values()}:
            tests = [test for test, entry in entries.items() if tuple(entry["setting"]) == setting]
            for test, rates in self.llama.run(path, tests, list(setting), repetitions).items():
                found[test] = [{"rate": rate, "time": time.time()} for rate in rates]
        return found


def count(entry, side):
    return len(entry.get(side, []))


def name(threads, depth, kind, tokens):
    return f"{kind}{tokens}@d{depth}x{threads}"


def say(sentence):
    print(time.strftime("%H:%M:%S"), sentence, file=sys.stderr, flush=True)


def main():
    arguments = parse()
    if not arguments.report:
        try:
            Campaign(arguments).run()
        except OutOfTime:
            say("the time is up; run again to go on")
        except KeyboardInterrupt:
            say("interrupted; run again to go on")
    for path in report.write(Results(arguments.output).content, arguments.output):
        print(path)


if __name__ == "__main__":
    main()
