"""Results of questions about pathways: single ones, the heaviest of them, sums by head counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.exact.scalars import read_scalar
from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.errors import WeightError
from dagmix.graphs.labels import Node, Nodes

if TYPE_CHECKING:
    from sympy import Expr


@dataclass(frozen=True)
class Pathway:
    """The nodes of a pathway from the source to the sink, and the head of each step.

    Attributes
    ----------
    nodes : tuple
        The t + 1 nodes v₀ = source, …, vₜ = sink.
    heads : tuple of int
        The t heads, numbered from 0, that of the first step first.
    weight : Fraction or float
        Π_s β_{g_s} M_{g_s}[v_s, v_{s−1}] in the field of the mixture, a float rounded once.
    exact : Fraction
        The same number.

    Examples
    --------
    >>> str(Pathway(("u", "v", "τ"), (0, 1), Fraction(1, 16), Fraction(1, 16)))
    'u ─0→ v ─1→ τ'

    References
    ----------
    arXiv:2507.02944, Remark 3.7.
    """

    nodes: tuple[Node, ...]
    heads: tuple[int, ...]
    weight: Fraction | float
    exact: Fraction

    def __str__(self) -> str:
        """Write nodes with the head's number on the arrow of each step."""
        steps = zip(self.heads, self.nodes[1:], strict=True)
        return f"{self.nodes[0]}" + "".join(f" ─{head}→ {node}" for head, node in steps)


@dataclass(frozen=True)
class Pathways(Tabled):
    """The heaviest pathways of `steps` steps from a source to the sink: a sequence, heaviest first.

    Attributes
    ----------
    source, sink : node
        Where pathways begin, and where they end: at the sink, or at the target asked for.
    steps : int
    signal : Fraction or float
        (M̄ᵗ)[sink, source], what all pathways carry together, these and the others.
    order : Nodes
        The nodes of the mixture in their order.
    pathways : tuple of Pathway

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.paper import example_3_13
    >>> from dagmix.pathways import heaviest
    >>> found = heaviest(MultiHeadDiffusion(example_3_13()), "u", 2, 1)
    >>> str(found[0]), found.shares, len(found)
    ('u ─1→ w ─0→ τ', (0.5,), 1)

    References
    ----------
    arXiv:2507.02944, Remark 3.7.
    """

    source: Node
    sink: Node
    steps: int
    signal: Fraction | float
    order: Nodes
    pathways: tuple[Pathway, ...]

    def __len__(self) -> int:
        """Return the number of pathways."""
        return len(self.pathways)

    def __getitem__(self, place: int) -> Pathway:
        """Return a pathway by its place, the heaviest first."""
        return self.pathways[place]

    def __iter__(self) -> Iterator[Pathway]:
        """Yield the pathways, the heaviest first."""
        return iter(self.pathways)

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of the signal that each pathway carries, as floats.

        NaN where the signal is too small for a float.
        """
        whole = Fraction(self.signal)
        return tuple(float(one.exact / whole) if whole else math.nan for one in self.pathways)

    def _title(self) -> str:
        """Return what was asked, and the signal."""
        return (
            f"heaviest pathways of {self.steps} steps from {self.source!r} to {self.sink!r},"
            f" signal {shown(self.signal)}"
        )

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "pathway", "weight", "share"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each pathway."""
        pairs = zip(self.pathways, self.shares, strict=True)
        return [(str(one), shown(one.weight), f"{share:.3g}") for one, share in pairs]


@dataclass(frozen=True)
class HeadCounts(Tabled):
    """A signal as a polynomial in the weights of the heads: Σ_c a_c Π_h β_h^{c_h}.

    Attributes
    ----------
    source : node
    steps : int
    terms : tuple of (counts, coefficient)
        Counts c = (c₀, c₁, …) sum to `steps`: c_h steps go through head h. The coefficient a_c, a
        Fraction or a float, is the weight of all such pathways without the β. Terms of 0 are
        left out.
    weights : tuple
        The weights β of the mixture, which may be symbols.

    Examples
    --------
    >>> counts = HeadCounts("u", 2, (((1, 1), Fraction(1, 4)),), (Fraction(1, 2), Fraction(1, 2)))
    >>> counts.coefficients, counts.signal
    ({(1, 1): Fraction(1, 4)}, Fraction(1, 16))

    References
    ----------
    arXiv:2507.02944, Remark 3.7.
    """

    source: Node
    steps: int
    terms: tuple[tuple[tuple[int, ...], Fraction | float], ...]
    weights: tuple[Any, ...]

    @property
    def coefficients(self) -> dict[tuple[int, ...], Fraction | float]:
        """Counts → coefficient."""
        return dict(self.terms)

    @property
    def contributions(self) -> dict[tuple[int, ...], Any]:
        """Counts → coefficient times the mixture's weights; their sum is the signal."""
        return {counts: _monomial(x, self.weights, counts) for counts, x in self.terms}

    @property
    def signal(self) -> Any:
        """The polynomial at the mixture's own weights."""
        return self.at(self.weights)

    def at(self, weights: Any) -> Any:
        """Return the polynomial at other weights.

        Parameters
        ----------
        weights : sequence
            One for each head: numbers or symbols, of any sum.

        Returns
        -------
        Fraction, float or Expr
            Σ_c a_c Π_h β_h^{c_h}.

        Raises
        ------
        WeightError
            For what is no sequence of one weight for each head.
        NumberError
            For a weight that is no number and no symbol.

        Examples
        --------
        >>> HeadCounts("u", 2, (((1, 1), Fraction(1, 4)),), (0, 0)).at([Fraction(1, 3), 2])
        Fraction(1, 6)
        """
        if not isinstance(weights, Sequence | np.ndarray) or isinstance(weights, str):
            message = f"weights come as a sequence, one for each head; got {weights!r}"
            raise WeightError(message)
        if len(weights) != len(self.weights):
            message = f"one weight for each of {len(self.weights)} heads; got {len(weights)}"
            raise WeightError(message)
        read = [read_scalar(weight, f"weight {head}") for head, weight in enumerate(weights)]
        return sum((_monomial(x, read, counts) for counts, x in self.terms), Fraction(0))

    @property
    def polynomial(self) -> Expr:
        """The polynomial in SymPy, the weight of head h the symbol beta{h}."""
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        betas = sp.symbols(f"beta:{len(self.weights)}")
        if not self.terms:
            return sp.Integer(0)
        return sp.Poly({c: sp.sympify(x) for c, x in self.terms}, *betas).as_expr()

    def _title(self) -> str:
        """Return what was asked."""
        return f"signal of {self.source!r} after {self.steps} steps by uses of each head"

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        heads = (f"head {head}" for head in range(len(self.weights)))
        return *heads, "coefficient", "contribution"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each term."""
        return [
            (*map(str, counts), shown(coefficient), shown(contribution))
            for (counts, coefficient), contribution in zip(
                self.terms, self.contributions.values(), strict=True
            )
        ]


def _monomial(coefficient: Any, weights: Sequence[Any], counts: tuple[int, ...]) -> Any:
    return math.prod(map(pow, weights, counts), start=coefficient)
