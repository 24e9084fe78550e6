"""lfmd's side: `lfmctl prepare` and `lfmctl bench`."""
import json
import subprocess
import time


class Bench:
    def __init__(self, programs, cache):
        self.lfmctl = programs / "lfmctl"
        self.cache = cache

    def version(self):
        return subprocess.run([self.lfmctl, "--version"], capture_output=True, text=True,
                              check=True).stdout.strip()

    def prepare(self, path):
        """What `prepare` says of the file: what was made, in how many seconds, on which pages."""
        self.cache.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [self.lfmctl, "prepare", "--model", path, "--cache-directory", self.cache, "--json"],
            stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"lfmctl prepare failed on {path}")
        return json.loads(done.stdout)

    def forget(self):
        """Removes what was prepared; the folder is of this benchmark's own."""
        for file in self.cache.glob("*.lfmweights"):
            file.unlink()

    def run(self, path, tests, repetitions):
        """Measurements by test, warmed up, each with what the machine gave beside it. All are of one depth and number
        of threads, and the depth is filled once."""
        threads, depth = tests[0][:2]
        words = {kind: ",".join(str(tokens) for _, _, other, tokens in tests if other == kind) or "none"
                 for kind in ("pp", "tg")}
        done = subprocess.run(
            [self.lfmctl, "bench", "--model", path, "-p", words["pp"], "-n", words["tg"], "-b", "none",
             "--mixed", "none", "-d", str(depth), "-t", str(threads), "-r", str(repetitions), "--probe",
             "--json", "--cache-directory", self.cache],
            stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"lfmctl bench failed on {path}")
        whole = json.loads(done.stdout)
        results = {one["test"].split("@")[0]: one for one in whole["results"]}
        return {test: list(self.measurements(whole, results[f"{test[2]}{test[3]}"])) for test in tests}

    @staticmethod
    def measurements(whole, result):
        def at(key, index):
            values = result.get(key)
            return values[index] if values else None

        for index, rate in enumerate(result["tokens_per_second"]):
            yield {
                "rate": rate, "time": time.time(), "kernels": whole["instruction_set"],
                "weights": whole["weights"],
                "reader": at("reader_bytes_per_second", index), "of_reader": at("share_of_reader", index),
                "peak": at("peak_macs_per_second", index), "of_peak": at("share_of_peak", index),
            }
