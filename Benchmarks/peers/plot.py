"""Bars side by side, as SVG without any library: rates of both for each file, a panel a test."""
import html

OURS, THEIRS, INK, FAINT = "#2f6f4f", "#b9b9b0", "#222222", "#dddddd"
BAR, GAP, HEIGHT, LEFT, TOP, BELOW, ACROSS = 22, 18, 150, 54, 46, 40, 3


def svg(rows):
    panels = {}
    for row in rows:
        key = (-row["threads"], row["depth"], row["test"])
        panels.setdefault(key, []).append(row)
    panels = sorted(panels.items())
    most = max((len(panel) for _, panel in panels), default=1)
    width = max(270, LEFT + most * (2 * BAR + GAP) + GAP)
    height = TOP + HEIGHT + BELOW
    lines = max(1, -(-len(panels) // ACROSS))
    across = max(min(len(panels), ACROSS) * width, 560)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" '
        f'height="{lines * height + 30}" font-family="sans-serif" font-size="11" fill="{INK}">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<rect x="10" y="8" width="11" height="11" fill="{OURS}"/><text x="26" y="18">lfmd</text>',
        f'<rect x="70" y="8" width="11" height="11" fill="{THEIRS}"/>'
        '<text x="86" y="18">llama.cpp at its best setting; tokens per second, medians, smallest to largest</text>',
    ]
    for index, (key, panel) in enumerate(panels):
        x, y = index % ACROSS * width, 30 + index // ACROSS * height
        parts.append(f'<g transform="translate({x},{y})">{"".join(one(key, panel, width))}</g>')
    parts.append("</svg>\n")
    return "\n".join(parts)


def one(key, panel, width):
    threads, depth, test = -key[0], key[1], key[2]
    top = max(max(row["lfmd_most"], row["llama_most"]) for row in panel) * 1.08 or 1
    scale = HEIGHT / top
    base = TOP + HEIGHT
    what = f"{'prefill' if test[:2] == 'pp' else 'decode'} of {test[2:]}, depth {depth}, {threads} thread"
    yield f'<text x="{LEFT}" y="{TOP - 22}" font-weight="bold">{what}{"s" if threads > 1 else ""}</text>'
    for tick in ticks(top):
        y = base - tick * scale
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{width - 8}" y2="{y:.1f}" stroke="{FAINT}"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
    for index, row in enumerate(panel):
        x = LEFT + GAP / 2 + index * (2 * BAR + GAP)
        for side, (who, color) in enumerate((("lfmd", OURS), ("llama", THEIRS))):
            left, tall = x + side * BAR, row[who] * scale
            yield (f'<rect x="{left:.1f}" y="{base - tall:.1f}" width="{BAR - 2}" height="{tall:.1f}" '
                   f'fill="{color}"/>')
            middle = left + BAR / 2 - 1
            yield (f'<line x1="{middle:.1f}" y1="{base - row[who + "_least"] * scale:.1f}" x2="{middle:.1f}" '
                   f'y2="{base - row[who + "_most"] * scale:.1f}" stroke="{INK}"/>')
        highest = max(row["lfmd_most"], row["llama_most"]) * scale
        yield (f'<text x="{x + BAR:.1f}" y="{base - highest - 4:.1f}" text-anchor="middle" '
               f'font-weight="bold">{row["ratio"]:.2f}×</text>')
        yield (f'<text x="{x + BAR:.1f}" y="{base + 14}" text-anchor="middle">'
               f'{html.escape(short(row["file"]))}</text>')


def short(name):
    """The type, of a long file name."""
    return name.rsplit("-", 1)[-1][:10]


def ticks(top):
    """About four round numbers."""
    step = 1.0
    while top / step > 5:
        step *= 2 if str(step)[0] in "15" else 2.5
    while top / step < 2.5:
        step /= 2
    return [step * index for index in range(int(top / step) + 1)]
