"""What is measured on."""
import os
import pathlib
import platform
import re
import resource


def description():
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    memory = pathlib.Path("/proc/meminfo").read_text()
    flags = set(re.search(r"^flags\s*:(.*)$", cpu, re.M)[1].split()) if "flags" in cpu else set()
    notable = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8")
               if flag in flags]
    found = re.search(r"^model name\s*:\s*(.*)$", cpu, re.M)
    return {
        "processor": found[1] if found else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(re.search(r"MemTotal:\s+(\d+)", memory)[1]) / 2**20),
        "flags": notable,
        "kernel": platform.release(),
    }


def read_through(path):
    """Puts a file into the page cache."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


class Others:
    """How much of the processors everybody else used while one of our children ran, from 0 to 1: more than a few
    hundredths, and the figure is not one of this machine alone."""

    def __enter__(self):
        self.before = self.now()
        return self

    def __exit__(self, *_):
        busy, total, own = (after - before for after, before in zip(self.now(), self.before))
        self.share = round(max(0, busy - own) / total, 3) if total else 0

    @staticmethod
    def now():
        # user nice system idle iowait irq softirq steal, in ticks of all processors; steal is somebody else, too.
        ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = (usage.ru_utime + usage.ru_stime) * os.sysconf("SC_CLK_TCK")
        return sum(ticks) - ticks[3] - ticks[4], sum(ticks), own
