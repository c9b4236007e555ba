"""The plots of the results page: time against n, T or the batch, one panel a family."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from contestants import CONTESTANTS, SECOND_CALLS
from floors import Rates, least_work
from matplotlib.figure import Figure
from questions import Case
from race import Result
from slopes import abscissa, slope, timed
from verdicts import WRONG

PANELS = {
    "mixing": ["complete", "window", "line"],
    "sticky": ["sticky line"],
    "hitting": ["complete", "window", "line"],
    "absorption": ["two sources", "two sources, sticky"],
    "stationary": ["complete", "line"],
    "batch": ["attention"],
}
QUESTIONS = {"sticky": "mixing"}
ALONG = {"sticky line": "T, steps", "attention": "tensors"}
COLOURS = (
    "#0072B2",
    "#56B4E9",
    "#000000",
    "#7F7F7F",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#E69F00",
    "#8C564B",
    "#332288",
    "#117733",
    "#882255",
    "#44AA99",
    "#999933",
)
MARKERS = "osD^vP*Xh<>pd8"
NAMES = [name for name in CONTESTANTS if name not in SECOND_CALLS] + ["dagmix, in floats"]
# Text stays text and nothing depends on the day, so that the same numbers give the same file.
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "dagmix",
    "font.size": 9,
    "font.family": "sans-serif",
}


def draw(figure_name: str, rows: Sequence[list[Result]], rates: Rates) -> bytes | None:
    """Return one figure as SVG; None where nothing was timed."""
    question = QUESTIONS.get(figure_name, figure_name)
    mine = [row for row in rows if row[0].question == question and timed(row)]
    families = [f for f in PANELS[figure_name] if any(row[0].family == f for row in mine)]
    if not families:
        return None
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(3.6 * max(len(families), 1.3), 4.8), layout="constrained")
        panels = figure.subplots(1, len(families), sharey=True, squeeze=False)[0]
        for ax, family in zip(panels, families, strict=True):
            panel(ax, [row for row in mine if row[0].family == family], rates)
        panels[0].set_ylabel("seconds, median")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def panel(ax: Any, rows: list[list[Result]], rates: Rates) -> None:
    """Draw a family: a line a contestant, named with its slope, and the floor."""
    for row in rows:
        if row[0].contestant in NAMES:
            line(ax, row)
    floor(ax, rows[0], rates)
    ax.set(xscale="log", yscale="log", title=rows[0][0].family)
    ax.set_xlabel(ALONG.get(rows[0][0].family, "n, nodes"))
    ax.minorticks_off()
    ax.grid(visible=True, lw=0.3)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2, fontsize=7, frameon=False)


def line(ax: Any, row: list[Result]) -> None:
    """Draw a contestant's times, with red crosses on wrong answers."""
    points, style, exponent = timed(row), NAMES.index(row[0].contestant), slope(row)
    name = row[0].contestant + ("" if exponent is None else f", {exponent:.2f}")
    ax.plot(*along(points), color=COLOURS[style], marker=MARKERS[style], ms=4, lw=1.3, label=name)
    wrong = [point for point in points if point.verdict == WRONG]
    ax.plot(*along(wrong), "rx", ms=9, mew=1.8)


def along(points: list[Result]) -> tuple[list[float], list[float | None]]:
    """Return what is drawn against what."""
    return [abscissa(point) for point in points], [point.seconds for point in points]


def floor(ax: Any, row: list[Result], rates: Rates) -> None:
    """Draw what the bytes and operations alone would take."""
    points = []
    for result in row:
        work = least_work(Case(result.question, result.family, result.size))
        if work:
            points.append((abscissa(result), work.seconds(rates)))
    if points:
        ax.plot(*zip(*points, strict=True), color="0.5", ls=":", lw=1.5, label="floor")
