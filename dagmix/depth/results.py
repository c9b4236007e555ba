"""The heaviest pathways through a stack of layers, labelled with layer and head."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.depth.heaviest import STREAM, Found
from dagmix.graphs.labels import Node, Nodes


@dataclass(frozen=True)
class DepthPathway:
    """A pathway through all layers: the node below and above each, and what carried it there.

    Attributes
    ----------
    nodes : tuple
        The L + 1 nodes from the source in the input to the sink above the top layer.
    heads : tuple of int or None
        For each layer, bottom first, the number of the head from 0, or None for the residual
        stream, in which the node stays the same.
    weight : Fraction or float
        The product of the weights of its steps; a float, rounded once, where the stack is float.
    exact : Fraction
        The same number.

    Examples
    --------
    >>> str(DepthPathway(("13:dog", "13:dog", 57), (None, 5), Fraction(1, 4), Fraction(1, 4)))
    '13:dog ─L0R→ 13:dog ─L1H5→ 57'

    References
    ----------
    arXiv:2005.00928, §3, whose paths are labelled with heads here.
    """

    nodes: tuple[Node, ...]
    heads: tuple[int | None, ...]
    weight: Fraction | float
    exact: Fraction

    def __str__(self) -> str:
        """Write nodes with layer and head, or R for the residual stream, on every arrow."""
        names = ["R" if head is None else f"H{head}" for head in self.heads]
        steps = zip(names, self.nodes[1:], strict=True)
        arrows = [f" ─L{layer}{name}→ {node}" for layer, (name, node) in enumerate(steps)]
        return f"{self.nodes[0]}" + "".join(arrows)


def labelled(one: Found, source: Node, nodes: Nodes, *, exact: bool) -> DepthPathway:
    """Return a pathway with its labels."""
    heads = tuple(None if head == STREAM else head for head in one.steps[::2])
    ends = (source, *(nodes[place] for place in one.steps[1::2]))
    return DepthPathway(ends, heads, one.weight if exact else float(one.weight), one.weight)


@dataclass(frozen=True)
class DepthPathways(Tabled):
    """The heaviest pathways from a source through all layers: a sequence, heaviest first.

    Attributes
    ----------
    source, sink : node
    layers : int
        How many there are.
    signal : Fraction or float
        What all pathways carry together, these and the others.
    pathways : tuple of DepthPathway

    Examples
    --------
    >>> from dagmix import DiffusionOperator, LayerStack
    >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
    >>> found = LayerStack([layer, layer], residual=0).heaviest_pathways(0, 1)
    >>> str(found[0]), found.shares, len(found)
    ('0 ─L0H0→ 0 ─L1H0→ 1', (0.6666666666666666,), 1)

    References
    ----------
    arXiv:2005.00928, §3.
    """

    source: Node
    sink: Node
    layers: int
    signal: Fraction | float
    pathways: tuple[DepthPathway, ...]

    def __len__(self) -> int:
        """Return the number of pathways."""
        return len(self.pathways)

    def __getitem__(self, place: int) -> DepthPathway:
        """Return a pathway by its place, the heaviest first."""
        return self.pathways[place]

    def __iter__(self) -> Iterator[DepthPathway]:
        """Yield the pathways, the heaviest first."""
        return iter(self.pathways)

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of the signal that each pathway carries; NaN where floats lose the signal."""
        whole = Fraction(self.signal)
        return tuple(float(one.exact / whole) if whole else math.nan for one in self.pathways)

    def _title(self) -> str:
        """Return what was asked, and the signal."""
        return (
            f"heaviest pathways through {self.layers} layers from {self.source!r} to"
            f" {self.sink!r}, signal {shown(self.signal)}"
        )

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "pathway", "weight", "share"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each pathway."""
        pairs = zip(self.pathways, self.shares, strict=True)
        return [(str(one), shown(one.weight), f"{share:.3g}") for one, share in pairs]
