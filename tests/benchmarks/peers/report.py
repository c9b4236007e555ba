"""The results page: tables, slopes, floors, plots, all of them written from one run."""

from __future__ import annotations

from collections.abc import Sequence

from contestants import CONTESTANTS
from figures import PANELS, QUESTIONS
from floors import Rates, least_work
from limits import Limits
from questions import Case, Tables
from race import CRASHED, NO_CALL, NOT_TRIED, TOO_SLOW, Result
from slopes import slope, timed
from summary import conclusion
from verdicts import AGREES, MISSING, ROUNDED, WRONG
from words import ABOUT, CALLS, TITLES

Rows = Sequence[list[Result]]
FIGURES = {
    "mixing": "Time for T(¼) against the number of nodes",
    "sticky": "Time for T(¼) against T itself on sticky lines",
    "hitting": "Time for hitting times against the number of nodes",
    "absorption": "Time for an absorption probability against the number of nodes",
    "stationary": "Time for the stationary distribution against the number of nodes",
    "batch": "Time for a batch of attention against its length",
}
COMMAND = """pip install -e '.[plot]' -r tests/benchmarks/peers/requirements.txt
pip install --no-deps PyDTMC==8.7.0
python tests/benchmarks/peers"""


def page(rows: Rows, tables: Tables, rates: Rates, machine: str, limits: Limits) -> str:
    """Return the whole page in MyST."""
    parts = [opening(machine, rates, limits), conclusion(rows, tables)]
    for key, sizes in tables.items():
        here = [row for row in rows if (row[0].question, row[0].family) == key]
        parts += [f"## {TITLES[key]}", ABOUT[key], table(here, sizes, limits), remarks(here)]
        shown = [
            f
            for f, families in PANELS.items()
            if key[1] == families[-1] and QUESTIONS.get(f, f) == key[0]
        ]
        parts += [f"![{FIGURES[f]}, both axes logarithmic.](benchmarks/{f}.svg)" for f in shown]
    parts += ["## The floor", floor_table(rows, tables, rates), "## What each was asked", calls()]
    return "\n\n".join(part for part in parts if part) + "\n"


def opening(machine: str, rates: Rates, limits: Limits) -> str:
    """Return the title, the command and how to read the tables."""
    return f"""# Benchmarks against other packages

The commands below wrote this page and its plots; nothing on it is typed by hand.

```sh
{COMMAND}
```

{machine}
Measured in the same run, in one thread: copies move {rates.cached / 1e9:.3g} GB/s in cache and
{rates.streamed / 1e9:.3g} GB/s in memory (read and written), a dot product in cache makes
{rates.operations / 1e9:.3g} · 10⁹ operations a second.

Every answer is checked against a closed form or a plain recursion that shares no code with dagmix.
A cell is the median of up to seven runs in one thread, and behind × how many times longer than
dagmix in the same column (less than 1: faster). Making the arrays that a package is given is not
timed; building dagmix's graph is. Marked are

- answers that are **wrong**, beside the right one, and those that are *rounded* where a fraction
  was asked for,
- None, where the package has the question and answers None,
- \\> {limits.seconds:g} s, the cap for an answer with its arrays, {limits.million_seconds:g} s for
  a million nodes; in brackets where the size before took so long that even cost in proportion to
  the size exceeds it,
- \\> {limits.gigabytes:g} GiB, the cap on address space, and errors.

An empty cell was not tried, because a smaller size had failed. The *slope* a says that time grows
as sizeᵃ, fitted through the last three timed sizes (against T for sticky lines), wrong answers
among them; *peak* is the process's peak memory at the last of them. In the plots a red cross is a
wrong answer, and the number behind a name is its slope."""


def table(rows: Rows, sizes: list[int], limits: Limits) -> str:
    """Return one table: contestants down, sizes across."""
    ours = {result.size: result.seconds for result in rows[0]}
    lines = [
        ["", *(f"{size:,}" for size in sizes), "slope", "peak"],
        ["---", *["---:"] * (len(sizes) + 2)],
    ]
    for row in rows:
        if row[0].verdict != NO_CALL:
            cells = [cell(result, ours.get(result.size), limits) for result in row]
            lines.append([row[0].contestant, *cells, *tail(row)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(result: Result, ours: float | None, limits: Limits) -> str:
    """Return what a cell shows."""
    if result.seconds is None or result.verdict == MISSING:
        cap = f"\\> {limits.at(result.size):g} s"
        shown = {TOO_SLOW: f"({cap})" if result.words else cap, NOT_TRIED: "", MISSING: "None"}
        shown |= {
            "out of memory": f"\\> {limits.gigabytes:g} GiB",
            "error": "error",
            CRASHED: "crashed",
        }
        return shown[result.verdict]
    text = duration(result.seconds)
    if result.contestant != "dagmix" and ours:
        text += f" ×{result.seconds / ours:.2g}".replace("e+0", "e")
    notes = {AGREES: "", ROUNDED: "*rounded* ", WRONG: "**wrong** "}
    return notes[result.verdict] + text


def duration(seconds: float) -> str:
    """Return a time of two digits with its unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return (
                f"{seconds / scale:.2g} {unit}"
                if seconds < 100 * scale
                else f"{seconds / scale:.0f} {unit}"
            )
    return f"{seconds * 1e6:.2g} µs" if seconds < 1e-4 else f"{seconds * 1e6:.0f} µs"


def tail(row: list[Result]) -> list[str]:
    """Return slope and peak memory."""
    exponent, done = slope(row), timed(row)
    return [
        f"{exponent:.2f}" if exponent is not None else "",
        f"{done[-1].megabytes} MB" if done else "",
    ]


def remarks(rows: Rows) -> str:
    """Return the wrong answers and the errors in full, and who has no call for the question."""
    lines = [
        f"- {r.contestant} at {r.size:,}, {r.verdict}: {r.words}"
        for row in rows
        for r in row
        if r.verdict in (WRONG, "error")
    ]
    without = [row[0].contestant for row in rows if row[0].verdict == NO_CALL]
    if without:
        lines.append(f"- no call for it: {', '.join(without)}")
    return "\n".join(lines)


def floor_table(rows: Rows, tables: Tables, rates: Rates) -> str:
    """Return dagmix's time at the largest size it answered, beside the floor."""
    lines = [
        "Each answer reads and writes a row once a step, or its input once; a sticky line is",
        "squared instead. The time this takes at the rates above, the slower of bytes and",
        "operations:\n",
        "| question | size | bytes | operations | floor | dagmix | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        done = timed(row)
        if row[0].contestant == "dagmix" and done and (row[0].question, row[0].family) in tables:
            lines.append(floor_line(done[-1], rates))
    return "\n".join(filter(None, lines))


def floor_line(result: Result, rates: Rates) -> str:
    """Return one line of it."""
    work = least_work(Case(result.question, result.family, result.size))
    if work is None or result.seconds is None:
        return ""
    least = work.seconds(rates)
    cells = [
        TITLES[result.question, result.family],
        f"{result.size:,}",
        f"{work.bytes:.2g}",
        f"{work.operations:.2g}",
        duration(least),
        duration(result.seconds),
        f"{result.seconds / least:.2g}",
    ]
    return "| " + " | ".join(cells) + " |"


def calls() -> str:
    """Return what was called."""
    return "\n".join(f"- **{name}**: {' '.join(CALLS[name].split())}" for name in CONTESTANTS)
