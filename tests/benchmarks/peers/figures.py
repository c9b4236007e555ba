"""The plots of the results page: time against n, T or the batch, one panel a family."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from cases import Case
from contestants import CONTESTANTS, SECOND_CALLS
from floors import Rates, least_work
from matplotlib.figure import Figure
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
)
MARKERS = "osD^vP*Xh"
NAMES = [name for name in CONTESTANTS if name not in SECOND_CALLS]
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
        figure = Figure(figsize=(3.3 * len(families) + 2.1, 3.6), layout="constrained")
        panels = figure.subplots(1, len(families), sharey=True, squeeze=False)[0]
        for ax, family in zip(panels, families, strict=True):
            panel(ax, [row for row in mine if row[0].family == family], rates)
        panels[0].set_ylabel("seconds, median")
        legend(figure, panels)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def panel(ax: Any, rows: list[list[Result]], rates: Rates) -> None:
    """Draw a family: a line a contestant with its slope, crosses on wrong answers, the floor."""
    for row in rows:
        if row[0].contestant in SECOND_CALLS:
            continue
        points = timed(row)
        style = NAMES.index(row[0].contestant)
        x, y = [abscissa(p) for p in points], [p.seconds for p in points]
        ax.plot(
            x, y, color=COLOURS[style], marker=MARKERS[style], ms=4, lw=1.3, label=row[0].contestant
        )
        wrong = [p for p in points if p.verdict == WRONG]
        ax.plot([abscissa(p) for p in wrong], [p.seconds for p in wrong], "rx", ms=9, mew=1.8,
                label="wrong answer" if wrong else "_")  # fmt: skip
        exponent = slope(row)
        if exponent is not None:
            ax.annotate(f"{exponent:.1f}", (x[-1], y[-1]), (5, -2), textcoords="offset points",
                        fontsize=7, color=COLOURS[style])  # fmt: skip
    floor(ax, rows[0], rates)
    ax.set(xscale="log", yscale="log", title=rows[0][0].family)
    ax.set_xlabel(ALONG.get(rows[0][0].family, "n, nodes"))
    ax.minorticks_off()
    ax.grid(visible=True, lw=0.3)
    ax.margins(x=0.1)


def floor(ax: Any, row: list[Result], rates: Rates) -> None:
    """Draw what the bytes and operations alone would take."""
    points = []
    for result in row:
        work = least_work(Case(result.question, result.family, result.size))
        if work:
            points.append((abscissa(result), work.seconds(rates)))
    if points:
        ax.plot(*zip(*points, strict=True), color="0.5", ls=":", lw=1.5, label="floor")


def legend(figure: Figure, panels: Any) -> None:
    """List each line once, beside the panels."""
    found: dict[str, Any] = {}
    for ax in panels:
        handles, labels = ax.get_legend_handles_labels()
        found |= dict(zip(labels, handles, strict=True))
    figure.legend(
        found.values(), found.keys(), loc="outside right upper", frameon=False, fontsize=8
    )
