"""Measures of every layer of an attention tensor, of its mixture and of each head alone."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from dagmix._util import tables
from dagmix.analysis.heads import HeadMeasures, measure_head, steps
from dagmix.analysis.position_labels import in_words, listed
from dagmix.analysis.sources import SourceMeasures, measure_source
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.operators.results import ratio

COLUMNS = ("sample", "layer", "T(¼)", "mean T", "φ_min", "at", "best", "its φ", "gain")
CAPTION = "steps to {}: T(¼), mean; φ_min: minimum peak signal there, and where"


@dataclass(frozen=True)
class Layer:
    """The measures of one layer for one sample; heads and positions are numbered from 0.

    Attributes
    ----------
    sample : tuple of int
        Index of the sample, empty for a tensor of one.
    layer : int
        Its number in the tensor.
    mixing_time : int or inf
        T(¼) of the successors walk to the target, in steps; infinite where a position never
        reaches it.
    hitting_time : float
        Mean expected number of steps of that walk over all n initial positions, the target's 0
        among them; infinite in the same case.
    fidelity : float
        The minimax fidelity φ_min of the mixture, a fraction of 1.
    fidelity_bounds : tuple of float
        Certified lower and upper bound of it.
    positions : tuple of int
        The positions that may have it.
    best_heads : tuple of int
        The heads of maximum minimax fidelity alone.
    best_fidelity : float
        That fidelity.
    amplification : float
        `fidelity` over `best_fidelity`: inf for x / 0, NaN for 0 / 0.
    heads : tuple of HeadMeasures
        Every head alone.
    label
        What the layer is called, as from `Attention.layer_labels`; None for its number.
    target
        The position asked about, which stands for the paper's sink, by its token, where there are
        any, else by its number; None for the last one.
    nodes : tuple
        `positions` by their tokens or numbers.
    source : SourceMeasures or None
        Where a source was asked about, what the target receives of it.

    Examples
    --------
    >>> import numpy as np
    >>> from dagmix.analysis import Attention
    >>> (layer,) = Attention(np.tri(4)[None, None] / np.arange(1, 5)[:, None]).layers()
    >>> layer.mixing_time, layer.fidelity, layer.positions, layer.best_heads
    (5, 0.25, (2,), (0,))

    References
    ----------
    arXiv:2507.02944, Definitions 2.7, 3.10, 3.11 and 3.12.
    """

    sample: tuple[int, ...]
    layer: int
    mixing_time: int | float
    hitting_time: float
    fidelity: float
    fidelity_bounds: tuple[float, float]
    positions: tuple[int, ...]
    best_heads: tuple[int, ...]
    best_fidelity: float
    amplification: float
    heads: tuple[HeadMeasures, ...] = ()
    label: Hashable | None = None
    target: Hashable | None = None
    nodes: tuple[Hashable, ...] = ()
    source: SourceMeasures | None = None

    @property
    def name(self) -> str:
        """The label where there is one, else the number, as tables show it."""
        return str(self.layer) if self.label is None else in_words(self.label)


def measure(
    mix: MultiHeadDiffusion,
    place: tuple[tuple[int, ...], int],
    label: Hashable,
    first_step: int,
    target: Hashable | None,
    source: Hashable | None,
) -> Layer:
    """Return the measures of the mixture of one sample and layer, and of a source in it."""
    sample, layer = place
    walk = mix.successors()
    fidelity, best = mix.minimax_fidelity(first_step), mix.best_head(first_step)
    return Layer(
        sample=sample,
        layer=layer,
        mixing_time=walk.mixing_time(),
        hitting_time=float(walk.expected_hitting_times().mean()),
        fidelity=float(fidelity.value),
        fidelity_bounds=(float(fidelity.lower), float(fidelity.upper)),
        positions=tuple(mix.nodes.row(node) for node in fidelity.nodes),
        best_heads=best.heads,
        best_fidelity=float(best.value),
        amplification=float(ratio(fidelity.value, best.value)),
        heads=tuple(map(measure_head, range(len(mix.heads)), mix.heads, best.alone)),
        label=label,
        target=target,
        nodes=fidelity.nodes,
        source=None if source is None else measure_source(mix, walk, source, first_step),
    )


def target_of(layers: Iterable[Layer]) -> str:
    """Say which position was asked about, of layers that were measured together."""
    named = {in_words(one.target) for one in layers if one.target is not None}
    return f"position {named.pop()}" if named else "the last position"


def table(layers: Sequence[Layer]) -> Table:
    """Return the measures as a table."""
    columns = [Column(name, justify="right", no_wrap=True) for name in COLUMNS]
    rows = map(_cells, layers)
    caption = CAPTION.format(target_of(layers))
    look = {"title": "Attention, layer by layer", "caption": caption, "box": SIMPLE_HEAD}
    return tables.table(columns, rows, **look)


def _cells(one: Layer) -> list[str]:
    return [
        ", ".join(map(str, one.sample)),
        one.name,
        steps(one.mixing_time),
        f"{one.hitting_time:.5g}",
        f"{one.fidelity:.4g}",
        listed(one.nodes or one.positions),
        listed(one.best_heads),
        f"{one.best_fidelity:.4g}",
        f"{one.amplification:.4g}",
    ]


def as_json(layers: Sequence[Layer], more: Sequence[Mapping[str, object]] = ()) -> str:
    """Return the measures as JSON; `more` holds further entries for every layer, or is empty."""
    records = [asdict(one) for one in layers]
    for record, entries in zip(records, more, strict=False):
        record.update(entries)
    return tables.to_json(records)
