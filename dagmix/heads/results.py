"""What is known of the heads of a mixture: tables of ablations, of differences, best subsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from dagmix._engine.exact.enclosures import Bounded
from dagmix._util.brief import Brief
from dagmix._util.tables import Tabled
from dagmix._util.written import shown


@dataclass(frozen=True, repr=False)
class Ablation(Tabled, Brief):
    """The contribution of every head to a mixture, by five measures; it prints as a table.

    Every number is a Fraction where it is known exactly, an integer or `math.inf` for a mixing
    time, and else an `Enclosure`, a float with certified bounds `.lower` and `.upper`.

    Attributes
    ----------
    measure : "fidelity" or "mixing"
        v is φ_min, which is better larger, or T(¼), which is better smaller.
    value : Fraction, Enclosure, int or inf
        v of all heads, the measure of the mixture itself.
    weights : tuple
        The weight of every head, as in the mixture.
    alone : tuple
        v of every head alone, whatever its weight.
    without : tuple
        v of all other heads, their weights divided by their sum: the head is cut out. Where no
        other has a positive weight it is that of nothing, 0 or infinite.
    limits : tuple
        The limit of v as the weight of the head tends to 0, the others in proportion. A fidelity
        is a supremum over time, so that it may be larger than `without`, never less; a mixing
        time may be longer. NaN, in bounds, where it is not known.
    derivative : tuple
        The one-sided derivative of v((1 − s)β + s e_h) at s = 0; infinite where v jumps there.
        NaN, in bounds, where it is not known.
    shapley : tuple
        The Shapley value of every head in the game v, or 1/T for a mixing time; they add up to
        v, or 1/T, of all heads.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion, heads
    >>> from dagmix.paper import example_3_13
    >>> print(heads.ablation(MultiHeadDiffusion(example_3_13(), ["1/4", "3/4"])))
    φ_min of the mixture: 23/64
    <BLANKLINE>
      head   weight   alone   without   limit   derivative   Shapley
     ────────────────────────────────────────────────────────────────
      0      1/4      3/8     3/8       3/8     9/64         23/128
      1      3/4      3/8     3/8       3/8     1/64         23/128

    References
    ----------
    arXiv:1905.10650 (one head removed, one head kept); arXiv:2210.05709 (Shapley values).
    """

    measure: Literal["fidelity", "mixing"]
    value: Any
    weights: tuple[Any, ...]
    alone: tuple[Any, ...]
    without: tuple[Any, ...]
    limits: tuple[Any, ...]
    derivative: tuple[Any, ...]
    shapley: tuple[Any, ...]

    @property
    def columns(self) -> tuple[tuple[Any, ...], ...]:
        """Weights, alone, without, limits, derivative and Shapley values, as they are printed."""
        return (
            self.weights,
            self.alone,
            self.without,
            self.limits,
            self.derivative,
            self.shapley,
        )

    def _title(self) -> str:
        name = "φ_min" if self.measure == "fidelity" else "T(¼)"
        return f"{name} of the mixture: {shown(self.value)}"

    def _columns(self) -> Sequence[str]:
        return ("head", "weight", "alone", "without", "limit", "derivative", "Shapley")

    def _rows(self) -> Sequence[Sequence[str]]:
        rows = zip(*self.columns, strict=True)
        return [[str(head), *map(shown, row)] for head, row in enumerate(rows)]


@dataclass(frozen=True, repr=False, eq=False)
class Diversity(Brief):
    """How much heads differ, for every pair (g, h) of them, in H × H arrays.

    Attributes
    ----------
    total_variation : array
        The mean over all n receivers of the total variation between their rows, half the sum of
        the absolute differences of two rows, in [0, 1].
    jensen_shannon : array of floats
        The mean over all receivers of the Jensen–Shannon divergence of their rows, in bits.
    amplification : array
        φ_min of both heads, by their weights, over that of the better one: inf for x / 0, NaN for
        0 / 0; 1 on the diagonal, but for 0 / 0.
    commutator : array
        The greatest absolute value of an entry of Δ_g Δ_h − Δ_h Δ_g.
    commute : array of True, False or "undecided"
        Whether Δ_g Δ_h = Δ_h Δ_g. Of floats a difference within their rounding decides nothing.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion, heads
    >>> from dagmix.paper import example_3_13
    >>> found = heads.diversity(MultiHeadDiffusion(example_3_13()))
    >>> found.total_variation[0, 1], found.amplification[0, 1], found.commutator[0, 1]
    (Fraction(3, 8), Fraction(4, 3), Fraction(1, 4))

    References
    ----------
    arXiv:1810.10183 (disagreement of heads); arXiv:1906.04341, §6 (Jensen–Shannon divergence);
    arXiv:2507.02944, §3.1 (amplification).
    """

    total_variation: NDArray[Any]
    jensen_shannon: NDArray[Any]
    amplification: NDArray[Any]
    commutator: NDArray[Any]
    commute: NDArray[Any]


@dataclass(frozen=True, repr=False)
class BestSubset(Bounded[Any]):
    """The best k heads of a mixture, with the proof that no other k are better.

    Attributes
    ----------
    value, lower, upper
        φ_min, or T(¼), of the mixture of these heads, and certified bounds of it.
    heads : tuple of int
        Their numbers, increasing.
    ties : tuple of tuples
        All sets of k heads that are as good, these among them. For floats, every one that is not
        excluded by its bounds.
    subsets : int
        How many sets there are; all were evaluated.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion, heads
    >>> from dagmix.paper import example_3_13
    >>> heads.best_subset(MultiHeadDiffusion(example_3_13()), 1).ties
    ((0,), (1,))

    References
    ----------
    arXiv:1905.10650 (pruning, where subsets are found greedily).
    """

    heads: tuple[int, ...]
    ties: tuple[tuple[int, ...], ...]
    subsets: int
