"""What is known of a mixing time: the exact integer beside every bound on it.

Users find these results in `dagmix.bounds`; the quantities are those of arXiv:2507.02944, §2.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dagmix._util.tables import Tabled
from dagmix._util.written import shown

HEADS_SHOWN = 6


@dataclass(frozen=True)
class NotApplicable:
    """A bound whose premise fails, and why; it is not a number and compares with none.

    Attributes
    ----------
    reason : str
        The premise that fails.

    Examples
    --------
    >>> print(NotApplicable("the heads share no order"))
    not applicable: the heads share no order

    References
    ----------
    The premises are those of the guide's page on bounds; the setting: arXiv:2507.02944, §2.2.
    """

    reason: str

    def __str__(self) -> str:
        """Return the reason."""
        return f"not applicable: {self.reason}"


Bound = int | float | NotApplicable
NO_ORDER = NotApplicable("the heads share no order")
SMALL_EPSILON = NotApplicable("ε is below e⁻²")


@dataclass(frozen=True)
class PaperBound:
    """⌈2N/p⌉ of Theorem 2.8, and what is known of it.

    Attributes
    ----------
    steps : int, float or NotApplicable
        ⌈2N/p⌉ in steps, math.inf for p = 0.
    premise : bool
        Whether e^(−pN) ≤ ε, on which the paper's proof rests.
    guaranteed : bool
        Whether T ≤ ⌈2N/p⌉ is proved: the heads share an order, and the premise holds or
        ε ≥ e⁻².

    Examples
    --------
    >>> PaperBound(28, premise=True, guaranteed=True).steps
    28

    References
    ----------
    arXiv:2507.02944, Theorem 2.8; Theorem A of the guide.
    """

    steps: Bound
    premise: bool
    guaranteed: bool


@dataclass(frozen=True)
class MixingBounds(Tabled):
    """T(ε) of a walk and every bound on it, as `dagmix.bounds.mixing_time` returns them.

    A bound is an integer, math.inf or NotApplicable. Those from `paper` to `path` need heads
    that share an order. Where p, p_min and E are floats, they are rounded here; bounds are
    taken from an enclosure, on the safe side.

    Attributes
    ----------
    epsilon : Fraction
        ε, exactly as passed.
    time : int or float
        T(ε), exact; math.inf where a node never reaches the sink.
    moves : int
        N = n − 1.
    head_probabilities : tuple of Fraction or float
        p_h of every head: the minimum over all nodes but the sink of the probability to leave.
    head_probability : Fraction or float
        p = Σ α_h p_h.
    forward_probability : Fraction or float
        p_min = min_j Σ α_h (1 − W_h[j, j]) ≥ p, the mixture's own.
    longest_path : int or NotApplicable
        K ≤ N, edges of a longest path to the sink in the union of the heads.
    paper : PaperBound
        T ≤ ⌈2N/p⌉ and its premise (Theorem 2.8).
    chernoff, doubled, binomial, path : int, float or NotApplicable
        Upper bounds: ⌈(N + L + √(L² + 2NL))/p⌉ with L = ln(1/ε) (Theorem A); ⌈2N/p⌉ for
        ε ≥ e⁻² (Theorem A); min{t : P[Bin(t, p) ≤ N − 1] ≤ ε}; the same with K for N and
        p_min for p.
    distance, holding : int or float
        Lower bounds: the longest of the shortest paths to the sink; min{t : (1 − p_min)ᵗ ≤ ε}.
    mean : Fraction or float
        E = max_j E_j[steps to the sink].
    mean_lower, mean_upper : Fraction or float, int or float
        (1 − ε)E ≤ T ≤ ⌈E/ε⌉ − 1 (0 for one node).

    Examples
    --------
    >>> from dagmix import WalkOperator, bounds, families
    >>> found = bounds.mixing_time(WalkOperator(families.complete(4)))
    >>> found.mean_lower, found.distance, found.time, found.binomial, found.path
    (Fraction(17, 8), 1, 4, 7, 7)

    References
    ----------
    arXiv:2507.02944, Theorem 2.8; Theorem A of the guide.
    """

    epsilon: Fraction
    time: int | float
    moves: int
    head_probabilities: tuple[Fraction | float, ...]
    head_probability: Fraction | float
    forward_probability: Fraction | float
    longest_path: int | NotApplicable
    paper: PaperBound
    chernoff: Bound
    doubled: Bound
    binomial: Bound
    path: Bound
    distance: int | float
    holding: int | float
    mean: Fraction | float
    mean_lower: Fraction | float
    mean_upper: int | float

    def _title(self) -> str:
        """Return the quantities that the bounds are made of."""
        heads = ", ".join(map(shown, self.head_probabilities[:HEADS_SHOWN]))
        more = ", …" if len(self.head_probabilities) > HEADS_SHOWN else ""
        path = "none" if isinstance(self.longest_path, NotApplicable) else self.longest_path
        return (
            f"T({shown(self.epsilon)}) = {shown(self.time)}: N = {self.moves}, K = {path},"
            f" p = {shown(self.head_probability)} (heads {heads}{more}),"
            f" p_min = {shown(self.forward_probability)}, E = {shown(self.mean)}"
        )

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "bound", "value", "exact T", "holds"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each bound, upper bounds first."""
        order, time = "common order", shown(self.time)
        bounds: list[tuple[str, Bound | Fraction, str]] = [
            ("T ≤ ⌈2N/p⌉, Theorem 2.8", self.paper.steps, self._paper_holds()),
            ("T ≤ Theorem A, any ε", self.chernoff, order),
            ("T ≤ ⌈2N/p⌉, Theorem A", self.doubled, f"{order}, ε ≥ e⁻²"),
            ("T ≤ t with P[Bin(t, p) < N] ≤ ε", self.binomial, order),
            ("T ≤ t with P[Bin(t, p_min) < K] ≤ ε", self.path, order),
            ("T ≤ ⌈E/ε⌉ − 1", self.mean_upper, "always"),
            ("T ≥ distance to the sink", self.distance, "always"),
            ("T ≥ t with (1 − p_min)ᵗ ≤ ε", self.holding, "always"),
            ("T ≥ (1 − ε)E", self.mean_lower, "always"),
        ]
        return [(name, *_written(value, time, holds)) for name, value, holds in bounds]

    def _paper_holds(self) -> str:
        if self.paper.premise:
            return "guaranteed (e^(−pN) ≤ ε)"
        verdict = "by Theorem A" if self.paper.guaranteed else "not guaranteed"
        return f"{verdict} (e^(−pN) > ε)"


def _written(value: Bound | Fraction, time: str, holds: str) -> tuple[str, str, str]:
    if isinstance(value, NotApplicable):
        return "none", time, str(value)
    return shown(value), time, holds
