"""The measures of every head of every layer as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from dagmix._util import tables
from dagmix.analysis.heads import steps
from dagmix.analysis.layers import Layer

COLUMNS = ("sample", "layer", "head", "T(¼)", "φ_min", "")
CAPTION = "every head alone; excluded: φ_min is less than that of the best head"


def table_of_heads(layers: Sequence[Layer]) -> Table:
    """Return the measures of all heads as a table, a row a head."""
    columns = [Column(name, justify="right", no_wrap=True) for name in COLUMNS]
    look = {"title": "Head by head", "caption": CAPTION, "box": SIMPLE_HEAD}
    return tables.table(columns, _rows(layers), **look)


def _rows(layers: Sequence[Layer]) -> Iterator[list[str]]:
    for layer in layers:
        for one in layer.heads:
            times = "–".join(steps(t) for t in dict.fromkeys(one.mixing_time_bounds))
            lower, upper = one.fidelity_bounds
            shown = f"{lower:.3g}–{upper:.3g}" if one.fidelity is None else f"{one.fidelity:.4g}"
            place = [", ".join(map(str, layer.sample)), layer.name, str(one.head)]
            yield [*place, times, shown, "excluded" if one.excluded else ""]
