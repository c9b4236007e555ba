"""The ablations of several layers as one table, a row a head, and as records for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from dagmix._util import tables
from dagmix.heads.results import Ablation

COLUMNS = ("sample", "layer", "head", "weight", "alone", "without", "derivative", "Shapley")
CAPTION = "every head alone, and all others; the derivative in its weight; Shapley values of {}"


@dataclass(frozen=True)
class Ablated:
    """An ablation, and the sample and layer that it is of."""

    sample: tuple[int, ...]
    layer: str
    found: Ablation

    def as_record(self) -> dict[str, Any]:
        """Return the numbers as floats, infinite ones among them."""
        found = self.found
        names = ("weights", "alone", "without", "limits", "derivative", "shapley")
        record = {"measure": found.measure, "value": float(found.value)}
        columns = zip(names, found.columns, strict=True)
        return {**record, **{name: list(map(float, column)) for name, column in columns}}


def table_of_ablations(layers: Sequence[Ablated]) -> Table:
    """Return the ablations as a table; of all heads together the measure is in the row `all`."""
    columns = [Column(name, justify="right", no_wrap=True) for name in COLUMNS]
    is_fidelity = layers[0].found.measure == "fidelity"
    title = "Ablation, by φ_min" if is_fidelity else "Ablation, by T(¼)"
    caption = CAPTION.format("φ_min" if is_fidelity else "1/T")
    look = {"title": title, "caption": caption, "box": SIMPLE_HEAD}
    return tables.table(columns, _rows(layers), **look)


def _rows(layers: Iterable[Ablated]) -> Iterator[list[str]]:
    for one in layers:
        place, found = [", ".join(map(str, one.sample)), one.layer], one.found
        yield [*place, "all", "", _shown(found.value), "", "", ""]
        kept = (found.weights, found.alone, found.without, found.derivative, found.shapley)
        for head, row in enumerate(zip(*kept, strict=True)):
            yield [*place, str(head), *map(_shown, row)]


def _shown(number: Any) -> str:
    """Write a number to four digits, a time as it is."""
    return str(number) if isinstance(number, int) else f"{float(number):.4g}"
