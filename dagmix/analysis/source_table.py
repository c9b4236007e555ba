"""What the target of every layer receives of a source, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from dagmix._util import tables
from dagmix.analysis.layers import Layer
from dagmix.analysis.position_labels import in_words, listed

COLUMNS = ("sample", "layer", "from", "to", "its φ", "at t", "mean steps")
CAPTION = "its φ: peak signal at the target, and when; mean steps: of the walk from it to there"


def table_of_sources(layers: Sequence[Layer]) -> Table:
    """Return the measures of the source of every layer that has one, as a table."""
    columns = [Column(name, justify="right", no_wrap=True) for name in COLUMNS]
    look = {"title": "From the source to the target", "caption": CAPTION, "box": SIMPLE_HEAD}
    return tables.table(columns, _rows(layers), **look)


def _rows(layers: Sequence[Layer]) -> Iterator[list[str]]:
    for layer in layers:
        if (one := layer.source) is not None:
            place = [", ".join(map(str, layer.sample)), layer.name]
            target = "last" if layer.target is None else in_words(layer.target)
            times = listed(one.times) if one.attained is not False else "∞"
            numbers = [f"{one.fidelity:.4g}", times, f"{one.hitting_time:.5g}"]
            yield [*place, in_words(one.label), target, *numbers]
