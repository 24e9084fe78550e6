"""llama.cpp's side: one llama-bench at a time, its settings and its numbers."""
import itertools
import json
import subprocess


class Bench:
    def __init__(self, program, settings, fixed=None):
        self.program = program
        self.few = settings == "few"
        self.fixed = fixed

    def version(self):
        """What `--version` says, on one line; builds from an archive do not know their commit."""
        done = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        return " ".join((done.stdout + done.stderr).split())[:200]

    def settings_for(self, tests):
        """All that change the speed of tests: repacking, flash attention, and for prompts the micro-batch."""
        if self.few:
            return [["--repack", value, "-fa", "auto", "-ub", "512"] for value in "10"]
        is_long = any(kind == "pp" and tokens > 512 for _, _, kind, tokens in tests)
        return [["--repack", repack, "-fa", attention, "-ub", batch]
                for repack, attention, batch in itertools.product(
                    "10", "01", ("512", "1024") if is_long else ("512",))]

    def run(self, path, tests, setting, repetitions):
        """Tokens per second of each repetition, by test. All are of one depth and number of threads, and llama-bench
        fills the depth once; its own warm-up comes before each."""
        threads, depth = tests[0][:2]
        wanted = {kind: [str(tokens) for _, _, other, tokens in tests if other == kind] for kind in ("pp", "tg")}
        done = subprocess.run(
            [self.program, "-m", path, "-p", ",".join(wanted["pp"]) or "0",
             "-n", ",".join(wanted["tg"]) or "0", "-d", str(depth), "-t", str(threads),
             "-r", str(repetitions), *setting, "-o", "json"],
            capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"llama-bench failed: {done.stderr[-2000:]}")
        rates = {(one["n_prompt"], one["n_gen"]): one["samples_ts"] for one in json.loads(done.stdout)}
        return {test: rates[(test[3], 0) if test[2] == "pp" else (0, test[3])] for test in tests}
