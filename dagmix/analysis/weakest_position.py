"""The heaviest pathways of a layer, from the position of minimum fidelity or another source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from dagmix._engine.exact.scalars import read_count, read_steps
from dagmix._util import tables
from dagmix.analysis.attention import Attention, placed
from dagmix.analysis.layers import Layer, target_of
from dagmix.analysis.position_labels import in_words
from dagmix.errors import StepError
from dagmix.pathways.queries import cross_head_share, heaviest
from dagmix.pathways.results import Pathways

TITLE = """\
Heaviest pathways from {} to {}, with
their share of the signal; ─h→ is a step through head h."""


@dataclass(frozen=True)
class WeakestPosition:
    """The heaviest pathways of one layer for one sample, from one position to its target.

    Attributes
    ----------
    layer : Layer
        The layer; the source is the one asked about, else its position of minimum fidelity.
    pathways : Pathways
    cross_head : float
        The share of the signal on pathways of two heads or more, NaN where no pathway of so few
        steps reaches the target.
    """

    layer: Layer
    pathways: Pathways
    cross_head: float


def check(count: int, steps: int, first_step: int) -> None:
    """Raise NumberError or StepError for a number of pathways or steps that is too small."""
    read_count(count, 1, "the number of pathways")
    if read_steps(steps, "the number of steps") < first_step:
        message = f"the number of steps is at least the first step, {first_step}; got {steps}"
        raise StepError(message)


def weakest(
    attention: Attention, layer: Layer, count: int, steps: int, first_step: int = 0
) -> WeakestPosition:
    """Return the `count` heaviest pathways from the source, or the first weakest position.

    Their number of steps is that t, `first_step` ≤ t ≤ `steps`, at which its signal at the target
    is largest, the first such t.
    """
    with placed(layer.sample, layer.name):
        mix = attention.mixture(layer.sample, layer.layer)
        row = layer.positions[0] if layer.source is None else layer.source.position
        source = mix.nodes[row]
        t = first_step + int(mix.signals(steps)[first_step:, row].argmax())
        found = heaviest(mix, source, t, count)
        share = float(cross_head_share(mix, source, t)) if len(found) else math.nan
    return WeakestPosition(layer, found, share)


def table(layers: Sequence[WeakestPosition]) -> Group:
    """Return a line on every layer and its pathways under it, for a terminal."""
    asked = all(one.layer.source is None for one in layers)
    begin = "the position of minimum fidelity" if asked else "the source"
    end = target_of(one.layer for one in layers)
    lines: list[Text | Table] = [Text(TITLE.format(begin, end))]
    for one in layers:
        lines += [Text(f"\n{_heading(one)}"), _rows(one.pathways)]
    return Group(*lines)


def _heading(one: WeakestPosition) -> str:
    found = one.pathways
    place = f"sample {list(one.layer.sample)}, layer {one.layer.name}"
    place = f"{place}, position {in_words(found.source)}"
    if not len(found):
        return f"{place}: not received within so few steps"
    return f"{place}: t = {found.steps}, signal {found.signal:.4g}, cross-head {one.cross_head:.4g}"


def _rows(found: Pathways) -> Table:
    columns = Column(justify="right", no_wrap=True), Column()
    rows = [
        (f"  {share:.3g}", str(pathway)) for pathway, share in zip(found, found.shares, strict=True)
    ]
    bare = {"show_header": False, "pad_edge": False, "collapse_padding": True}
    return tables.table(columns, rows, box=None, padding=(0, 2), **bare)


def as_record(one: WeakestPosition) -> dict[str, Any]:
    """Return the pathways of one layer for JSON."""
    found = one.pathways
    return {
        "source": found.source,
        "steps": found.steps,
        "signal": float(found.signal),
        "cross_head_share": one.cross_head,
        "heaviest": [
            {"nodes": pathway.nodes, "heads": pathway.heads, "weight": float(pathway.weight)}
            for pathway in found
        ],
    }
