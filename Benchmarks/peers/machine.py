"""What is measured on."""
import os
import pathlib
import platform
import re


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
