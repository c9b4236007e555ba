"""What a stack of layers does to one input: a row of a table, a record, and its pathways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from dagmix._util import tables
from dagmix.depth.results import DepthPathways
from dagmix.depth.stack import LayerStack
from dagmix.errors import SizeError
from dagmix.graphs.labels import Node

TITLE = """\
Through all layers with their residual streams: what the target has of a source."""
COLUMNS = ("sample", "source", "rollout", "flow", "peak", "after", "least", "at", "contraction")


@dataclass(frozen=True)
class ThroughLayers:
    """What the sink above all layers of a stack has of a source, for one sample.

    Attributes
    ----------
    sample : tuple of int
    source, sink : node
    rollout, flow : float
        The signal after all layers, and the maximum flow: NaN where it has too many arcs.
    fidelity : float
        The greatest signal over all depths, and in `depths` where it is found.
    depths : tuple of int
    least : float
        The least rollout of all inputs, and in `weakest` the first that has it.
    weakest : node
    contraction : float
        The Dobrushin coefficient of the rollout.
    pathways : DepthPathways
        The heaviest from the source.
    """

    sample: tuple[int, ...]
    source: Node
    sink: Node
    rollout: float
    flow: float
    fidelity: float
    depths: tuple[int, ...]
    least: float
    weakest: Node
    contraction: float
    pathways: DepthPathways


def through_layers(
    stack: LayerStack, sample: tuple[int, ...] = (), source: Node | None = None, k: int = 5
) -> ThroughLayers:
    """Return what a stack does to a source, the input of least rollout where none is named."""
    least = stack.minimax_fidelity(len(stack.layers))
    source = least.nodes[0] if source is None else source
    peak = stack.node_fidelity(source)
    signal: Any = stack.signal(source)
    return ThroughLayers(
        sample,
        source,
        stack.sink.node,
        float(signal),
        _flow(stack, source),
        float(peak.value),
        tuple(peak.times),
        float(least.value),
        least.nodes[0],
        float(stack.contraction()),
        stack.heaviest_pathways(source, k),
    )


def _flow(stack: LayerStack, source: Node) -> float:
    try:
        return float(stack.flow(source))
    except SizeError:
        return math.nan


def table(found: Sequence[ThroughLayers]) -> Group:
    """Return a row for each sample, and the pathways below them, for a terminal."""
    rows = [
        (
            str(list(one.sample)),
            str(one.source),
            f"{one.rollout:.4g}",
            f"{one.flow:.4g}",
            f"{one.fidelity:.4g}",
            ", ".join(map(str, one.depths)),
            f"{one.least:.4g}",
            str(one.weakest),
            f"{one.contraction:.4g}",
        )
        for one in found
    ]
    lines: list[Text | Table] = [
        Text(TITLE),
        tables.table(COLUMNS, rows, box=None, padding=(0, 2, 0, 0)),
    ]
    for one in found:
        lines.append(Text(f"\nsample {list(one.sample)}, {one.source!r} to {one.sink!r}"))
        pairs = zip(one.pathways, one.pathways.shares, strict=True)
        lines += [Text(f"  {share:.3g}  {pathway}") for pathway, share in pairs]
    return Group(*lines)


def as_record(one: ThroughLayers) -> dict[str, Any]:
    """Return the answers about one sample for JSON."""
    return {
        "sample": list(one.sample),
        "source": one.source,
        "sink": one.sink,
        "rollout": one.rollout,
        "flow": one.flow,
        "depth_fidelity": one.fidelity,
        "depths": one.depths,
        "least_rollout": one.least,
        "weakest": one.weakest,
        "contraction": one.contraction,
        "heaviest": [
            {"nodes": path.nodes, "heads": path.heads, "weight": float(path.weight)}
            for path in one.pathways
        ],
    }
