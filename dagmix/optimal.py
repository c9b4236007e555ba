"""Weights of heads that make mixing fastest, or the minimax fidelity greatest.

Two small rational heads are solved exactly, as functions of the one weight
(`dagmix.profiles`, `dagmix.mixing_profiles`); more heads, and floats, numerically
(`dagmix.ascent`), the answer then evaluated with the certainty of the library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any, Literal

import numpy as np
from rich.console import Console
from rich.progress import track

from dagmix.adjoints import Floats
from dagmix.algebraic import Number
from dagmix.arrays import TOLERANCE
from dagmix.ascent import starts
from dagmix.errors import HeadsError, ObjectiveError, SymbolicError, UndecidedError
from dagmix.goals import FidelityGoal, Goal, MixingGoal, Weights
from dagmix.mixing_profiles import MixingProfile
from dagmix.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators import QUARTER
from dagmix.profiles import FidelityProfile
from dagmix.scalars import Field, brief, read_count, read_epsilon
from dagmix.weights import read_weights

Objective = Literal["fidelity", "mixing"]
Method = Literal["auto", "exact", "numerical"]

SMALL = 8  # nodes up to which two rational heads are solved exactly unless asked otherwise


@dataclass(frozen=True)
class OptimalWeights:
    """Weights, one for each head, and what is proved about them.

    - `value`: the objective at `weights`, between `lower` and `upper`; equal where it is exact.
    - `bound`: what no weights can pass, from above for a fidelity, from below for a time.
    - `proved`: whether `value` is `bound`, so that no weights are better.
    - `method`: "exact" or "numerical"; `evaluations` of the objective by the latter.
    - `profile`: of two heads solved exactly, the objective as a function of the first weight.
    """

    objective: Objective
    weights: tuple[Number | float, ...]
    value: Number | float
    lower: Number | float
    upper: Number | float
    bound: Number | float
    method: Literal["exact", "numerical"]
    evaluations: int = 0
    profile: FidelityProfile | MixingProfile | None = None

    @property
    def proved(self) -> bool:
        """Whether no weights are better."""
        return self.lower == self.upper == self.bound


def optimal_weights(  # noqa: PLR0913 - the objective, its parameter, and how to search
    heads: Iterable[Any],
    objective: Objective = "fidelity",
    *,
    epsilon: Any = QUARTER,
    sink: Any = None,
    start: Sequence[Any] | None = None,
    method: Method = "auto",
    restarts: int = 8,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    progress: bool = False,
) -> OptimalWeights:
    """Return convex weights of the heads of greatest φ_min, or of least T(ε).

    Two rational heads on at most eight nodes are solved exactly where that can be decided, any
    others by ascent from several weights. A numerical answer is a local optimum found; its value
    is the library's own, rational or with bounds, and at least as good as at uniform weights, at
    each head alone and at `start`. As a supremum, φ_min may jump at the faces of the simplex,
    where a weight is 0 (Example 3.8): it may be less there than nearby, never more.

    Parameters
    ----------
    heads : iterable
        Two or more, for "fidelity" as of `MultiHeadDiffusion`, for "mixing" as of
        `MultiHeadWalk`.
    objective : "fidelity" or "mixing"
        max φ_min, or min T(ε).
    epsilon
        The threshold of "mixing".
    sink
        Needed where the union of all heads has no unique sink.
    start : sequence, optional
        Weights to start from, as of a mixture; no answer is worse than these.
    method : "auto", "exact" or "numerical"
        "exact" asks for two rational heads, of any size.
    restarts, seed : int
        Random weights to start from beside the others, and their seed.
    tolerance : float
        Of sums of floats, as for a mixture.
    progress : bool
        Show a progress bar on standard error.

    Raises
    ------
    ObjectiveError
        For an objective or method that there is not, or "exact" heads that are not two rational.
    HeadsError, WeightError, SymbolicError
        For fewer than two heads, heads on different nodes, wrong weights, symbols.
    UndecidedError
        By the exact method, where T is infinite or too large to be told exactly at all weights.
        By the other, where the objective is undecided at all weights that were tried: weights at
        which it is do not count. T is `math.inf` where it is infinite at all weights.

    Examples
    --------
    >>> from dagmix.graph import FeedforwardDAG
    >>> heads = [FeedforwardDAG(e, nodes="uvwτ") for e in (["uv", "vw", "wτ"], ["vu", "uw", "wτ"])]
    >>> best = optimal_weights(heads)
    >>> best.weights, best.value, best.proved
    ((Fraction(1, 2), Fraction(1, 2)), Fraction(1, 2), True)
    >>> best.profile.lowest.value, best.profile.lowest.weights
    (Fraction(23, 64), (Fraction(1, 4), Fraction(3, 4)))
    >>> best.profile.helps
    ((Fraction(1, 3), Fraction(2, 3)),)
    """
    goal = _goal(heads, objective, epsilon, sink, tolerance)
    given = None if start is None else _read_start(start, len(goal.mixed.heads), tolerance)
    count, drawn = read_count(restarts, 0, "restarts"), read_count(seed, 0, "seed")
    if _is_exact(goal, method):
        try:
            return _exactly(goal, objective, given)
        except UndecidedError:
            if method == "exact":
                raise
    points = starts(len(goal.mixed.heads), count, drawn)
    if given is not None:
        points.insert(0, np.array(given, dtype=float))
    bar = Console(stderr=True)
    shown = track(points, "ascending", console=bar, transient=True, disable=not progress)
    return _numerically(goal, objective, given, shown)


def _goal(heads: Iterable[Any], objective: str, epsilon: Any, sink: Any, tolerance: float) -> Goal:
    """Read the arguments that say what is asked."""
    threshold = read_epsilon(epsilon)
    if objective not in ("fidelity", "mixing"):
        message = f"an objective is 'fidelity' or 'mixing'; got {brief(objective)}"
        raise ObjectiveError(message)
    kind = MultiHeadDiffusion if objective == "fidelity" else MultiHeadWalk
    mixed = kind(heads, sink=sink, tolerance=tolerance)
    if len(mixed.heads) == 1:
        message = "the weight of one head is 1; optimal weights are of two heads or more"
        raise HeadsError(message)
    if mixed.field is Field.SYMBOLIC:
        message = "optimal weights need heads of numbers; use .subs({symbol: value}) on each"
        raise SymbolicError(message)
    return MixingGoal(mixed, threshold) if isinstance(mixed, MultiHeadWalk) else FidelityGoal(mixed)


def _read_start(start: Sequence[Any], heads: int, tolerance: float) -> tuple[Fraction, ...]:
    numbers, _ = read_weights(start, heads, tolerance)
    if not all(isinstance(number, Fraction) for number in numbers):
        message = f"a start needs numbers; got {', '.join(map(str, numbers))}"
        raise SymbolicError(message)
    return tuple(map(Fraction, numbers))


def _is_exact(goal: Goal, method: str) -> bool:
    """Tell by the method asked for whether the heads are solved exactly."""
    if method not in ("auto", "exact", "numerical"):
        message = f"a method is 'auto', 'exact' or 'numerical'; got {brief(method)}"
        raise ObjectiveError(message)
    mixed = goal.mixed
    able = mixed.field is Field.RATIONAL and len(mixed.heads) == 2  # noqa: PLR2004 - one free weight
    if method == "exact" and not able:
        message = f"the exact method is for two rational heads; got {mixed!r}"
        raise ObjectiveError(message)
    return method == "exact" or (method == "auto" and able and len(mixed.nodes) <= SMALL)


def _exactly(goal: Goal, objective: Objective, given: Weights | None) -> OptimalWeights:
    solved = goal.solve()
    best = solved.best
    if best.value != solved.bound:
        others = goal.best(goal.simple(given))
        best = others if goal.is_better(others, best) else best
    return OptimalWeights(
        objective,
        best.weights,
        best.value,
        best.lower,
        best.upper,
        solved.bound,
        "exact",
        profile=solved.profile,
    )


def _numerically(
    goal: Goal, objective: Objective, given: Weights | None, points: Iterable[Floats]
) -> OptimalWeights:
    ascent = goal.ascent()
    found = [ascent.climb(point) for point in points]
    top = max(found, key=lambda one: ascent.direction * one.value)
    best = goal.best(chain(goal.simple(given), goal.rounded(top.weights)))
    return OptimalWeights(
        objective,
        best.weights,
        best.value,
        best.lower,
        best.upper,
        goal.bound,
        "numerical",
        ascent.evaluations,
    )
