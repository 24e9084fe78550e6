"""From results to Markdown, CSV and a plot in SVG."""
import csv
import re
import statistics

import plot

NOTE = """\
Weights and tokens are random, so routing is nearly uniform: a text of people visits fewer experts at a time, and both sides
profit. Medians of {rounds} measurements of each side in turns (smallest to largest in the CSV file). *Of the limit*, the
median of each measurement's share: a prefill's products (of a token's matrices; attention and head not counted) beside the
int8 multiply-accumulates that the same threads did in registers before and after it; a decode's bytes (the file's tensors
that a token needs, and keys and values) beside the rate at which the same threads read such weights before and after every
0.4 s of it. llama.cpp's setting is the best found for that file, test and number of threads, or what `--llama-options` said. Other processes used at most
{others:.0%} of the processors during a measurement.
"""


def median(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def rows(content):
    for file, record in content["files"].items():
        for test, entry in record["tests"].items():
            if not entry["ours"] or not entry["llama"]:
                continue
            kind, tokens, depth, threads = re.fullmatch(r"(pp|tg)(\d+)@d(\d+)x(\d+)", test).groups()
            ours = [one["rate"] for one in entry["ours"]]
            theirs = [one["rate"] for one in entry["llama"]]
            yield {
                "file": file, "test": kind + tokens, "depth": int(depth), "threads": int(threads),
                "lfmd": median(ours), "lfmd_least": min(ours), "lfmd_most": max(ours),
                "llama": median(theirs), "llama_least": min(theirs), "llama_most": max(theirs),
                "setting": " ".join(entry["setting"]),
                "ratio": median(ours) / median(theirs),
                "of_limit": median(one["of_peak" if kind == "pp" else "of_reader"]
                                   for one in entry["ours"]),
                "limit": median(one["peak" if kind == "pp" else "reader"] for one in entry["ours"]),
                "kernels": entry["ours"][-1]["kernels"], "weights": entry["ours"][-1]["weights"],
                "rounds": min(len(ours), len(theirs)),
                "others": max(one.get("others", 0) for one in entry["ours"] + entry["llama"]),
            }


def limit(row):
    if row["of_limit"] is None:
        return ""
    unit = "GMAC/s" if row["test"].startswith("pp") else "GB/s"
    return f"{row['of_limit'] * 100:.0f} % of {row['limit'] / 1e9:.0f} {unit}"


def markdown(content, found):
    machine = content.get("machine", {})
    lines = ["# lfmd beside llama.cpp", ""]
    if machine:
        lines += [f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gib']} GiB, "
                  f"{', '.join(machine['flags'])}, Linux {machine['kernel']}.", ""]
    for program, version in content.get("versions", {}).items():
        lines.append(f"- {program}: {version}")
    lines += ["", NOTE.format(rounds=min((row["rounds"] for row in found), default=0),
                              others=max((row["others"] for row in found), default=0))]
    for threads in sorted({row["threads"] for row in found}, reverse=True):
        for depth in sorted({row["depth"] for row in found if row["threads"] == threads}):
            lines += [f"## {threads} thread{'s' if threads > 1 else ''}, depth {depth}", "",
                      "| file | test | lfmd | llama.cpp | its setting | times | of the limit |",
                      "|---|---|--:|--:|---|--:|--:|"]
            for row in found:
                if (row["threads"], row["depth"]) == (threads, depth):
                    lines.append(
                        f"| {row['file']} | {row['test']} | {row['lfmd']:.1f} | {row['llama']:.1f} "
                        f"| `{row['setting']}` | **{row['ratio']:.2f}** | {limit(row)} |")
            lines.append("")
    prepared = [(file, record["prepared"]) for file, record in content["files"].items()
                if (record.get("prepared") or {}).get("prepared")]
    if prepared:
        lines += ["## Prepared weights", "", "| file | bytes | made in | pages |", "|---|--:|--:|---|"]
        for file, it in prepared:
            seconds = f"{it['seconds']:.0f} s" if it.get("made") else "before"
            lines.append(f"| {file} | {it['bytes'] / 1e9:.2f} GB | {seconds} | {it.get('pages', '')} |")
        lines.append("")
    return "\n".join(lines)


def write(content, folder):
    """- Returns: the files that were written."""
    found = list(rows(content))
    paths = [folder / "results.md", folder / "results.csv", folder / "results.svg"]
    paths[0].write_text(markdown(content, found))
    with open(paths[1], "w", newline="") as file:
        columns = list(found[0]) if found else ["file"]
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for row in found:
            writer.writerow({key: round(value, 4) if isinstance(value, float) else value
                             for key, value in row.items()})
    paths[2].write_text(plot.svg(found))
    return paths
