"""The tables and the picture of the page on validity, from what the experiment kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import t as student

HERE = Path()  # pictures are drawn in their file's folder
TASKS = ("copy", "cycle", "induction")
LEVEL = 0.95
FEWEST = 2  # models, for an interval
COLOURS, MARKERS = ("#0072B2", "#D55E00", "#009E73"), "osD"


def read(folder: Path = HERE) -> dict[str, Any]:
    """Return what the experiment kept in a folder."""
    kept: dict[str, Any] = json.loads((folder / "validity.json").read_text(encoding="utf-8"))
    return kept


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean over models, and half the length of its t-interval."""
    spread = np.std(values, ddof=1) / len(values) ** 0.5
    return float(np.mean(values)), float(student.ppf((1 + LEVEL) / 2, len(values) - 1) * spread)


def values(models: Sequence[dict[str, Any]], task: str, part: str, name: str) -> list[float]:
    """Return what is known of one measure, a number for each model of a task."""
    found = [one[part][name] for one in models if one["task"] == task]
    return [value for value in found if value is not None]


def table(models: Sequence[dict[str, Any]], part: str, null: float) -> str:
    """Return a row for each measure; what is away from `null` by its interval is bold."""
    lines = ["| measure | copy | cycle | induction |", "| --- | ---: | ---: | ---: |"]
    for name in models[0][part]:
        cells = [_cell(values(models, task, part, name), null) for task in TASKS]
        lines.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join(lines) + "\n"


def _cell(known: Sequence[float], null: float) -> str:
    if len(known) < FEWEST:
        return ""
    mean, half = interval(known)
    text = f"{mean:.2f} ± {half:.2f}".replace("-", "−")
    return f"**{text}**" if abs(mean - null) > half else text


def facts(one: dict[str, Any]) -> dict[str, float]:
    """Return what there is to foretell in a model."""
    return {
        "accuracy": one["accuracy"],
        "greatest effect of a head, nats": float(np.max(one["effects of heads"])),
        "sequences with a source of more than 0.1 nats": one["clear"],
    }


def extent(models: Sequence[dict[str, Any]]) -> str:
    """Return the least and the greatest of each fact over the models of a task."""
    lines = ["| least to greatest model | copy | cycle | induction |"]
    lines.append("| --- | ---: | ---: | ---: |")
    for name in facts(models[0]):
        known = [[facts(one)[name] for one in models if one["task"] == task] for task in TASKS]
        ends = [(f"{min(one):.3g}", f"{max(one):.3g}") for one in known]
        cells = [" to ".join(dict.fromkeys(pair)) for pair in ends]
        lines.append(f"| {' | '.join([name, *cells])} |")
    return "\n".join(lines) + "\n"


def tables(folder: Path) -> dict[str, str]:
    """Return the tables by their names, of the data in a folder."""
    kept = read(folder)
    models, sources = kept["models"], kept["about"]["config"]["length"] - 1
    return {
        "models": extent(models),
        "heads": table(models, "heads", 0),
        "layers": table(models, "heads in a layer", 0),
        "sources": table(models, "sources", 0),
        "rank": table(models, "rank", (sources + 1) / 2),
    }


def forest() -> None:
    """Draw the correlations over heads and the ranks over sources, with their intervals."""
    models = read()["models"]
    _, columns = plt.subplots(1, 2, figsize=(8.8, 4.2), layout="constrained")
    for ax, part in zip(columns, ("heads", "rank"), strict=True):
        names = list(models[0][part])
        for place, task in enumerate(TASKS):
            known = [values(models, task, part, name) for name in names]
            rows = [row for row, one in enumerate(known) if len(one) >= FEWEST]
            means = [interval(known[row]) for row in rows]
            ax.errorbar(
                [mean for mean, _ in means],
                [row + (place - 1) / 5 for row in rows],
                xerr=[half for _, half in means],
                fmt=MARKERS[place],
                color=COLOURS[place],
                ms=4,
                label=task if rows else None,
            )
        ax.set_yticks(range(len(names)), names)
        ax.invert_yaxis()
    columns[0].axvline(0, color="0.6", lw=1)
    columns[0].set(xlabel="correlation with the effect of zeroing", xlim=(-1.05, 1.05))
    columns[1].set(xlabel="rank given to the costliest source", xlim=(0, 11))
    columns[1].axvline(10, color="0.6", lw=1)
    columns[1].legend(*columns[0].get_legend_handles_labels(), loc="upper right", framealpha=1)
