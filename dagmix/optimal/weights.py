"""Convex weights of heads that maximise the minimax fidelity, or minimise the mixing time.

Two small rational heads are solved exactly, as functions of the one free weight
(`dagmix.optimal.two_heads`); more heads, and floats, by local search (`dagmix.optimal.ascent`),
whose answer is then evaluated exactly or with certified bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np

from dagmix._engine.adjacency.base import Floats
from dagmix._engine.exact.algebraic import Number
from dagmix._engine.exact.enclosures import Bounded
from dagmix._engine.exact.scalars import QUARTER, Field, read_count, read_epsilon
from dagmix._util.brief import brief
from dagmix._util.budget import Budget, BudgetSpent, Meter
from dagmix._util.progress import tracked
from dagmix._util.written import shown
from dagmix.errors import HeadsError, ObjectiveError, SymbolicError, UndecidedError
from dagmix.operators.mixture import MultiHead, MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators.read_arrays import TOLERANCE
from dagmix.operators.read_weights import read_exact_weights
from dagmix.optimal.ascent import Found, initial_weights
from dagmix.optimal.hitting import HittingObjective
from dagmix.optimal.objectives import (
    Evaluated,
    FidelityObjective,
    HeadWeights,
    MixingObjective,
    Objective,
    ObjectiveName,
)
from dagmix.optimal.two_heads.fidelity_profile import FidelityProfile
from dagmix.optimal.two_heads.mixing_profile import MixingProfile

Method = Literal["auto", "exact", "numerical"]

SMALL = 8  # nodes up to which two rational heads are solved exactly by default


@dataclass(frozen=True, repr=False)
class OptimalWeights(Bounded[Number | float]):
    """Weights found for the heads, the objective there, and a bound over all weights.

    Attributes
    ----------
    value, lower, upper : Fraction, Algebraic, int or float
        The objective at `weights` lies between the bounds; they are equal where it is known
        exactly (`exact`). A mixing time is in steps, `math.inf` where no weights mix.
    objective : "fidelity", "mixing" or "hitting"
        What was optimised: max φ_min, min T(ε) or min max_j E_j[T].
    weights : tuple of Fraction, Algebraic or float
        Weight h is that of head h; they sum to 1.
    bound : Fraction, Algebraic, int or float
        φ_min ≤ bound, or T(ε) ≥ bound, or max_j E_j[T] ≥ bound, at all weights: from the profile,
        or from what gates of the heads attain on ever smaller simplices of weights
        (`dagmix.bounds.any_weights`).
    method : "exact" or "numerical"
        How they were found: from the profile, or without one.
    evaluations : int
        Of the objective in floats, by local search.
    profile : FidelityProfile, MixingProfile or None
        Of two heads solved exactly, the objective as a function of the weight of head 0; None
        for "hitting".
    ended : "budget", "interrupted" or None
        What ended the search before it was done: then the weights are the best found until then,
        and the bound, without a profile, is one that holds without a search.
    proved : bool
        Whether the value is the bound, so that no weights are better.
    gap : float
        How much better other weights may be at the most; 0 if it is proved that none are.
    approached : bool
        Whether the bound is proved to be the supremum, and a limit that is not attained where it
        is approached, at `profile.optimum.weights`; these weights are near there.

    Examples
    --------
    >>> from dagmix.paper import example_3_13
    >>> best = optimal_weights(example_3_13())
    >>> best.value, best.bound, best.proved, best.method, best.evaluations
    (Fraction(1, 2), Fraction(1, 2), True, 'exact', 0)
    >>> print(best)
    φ_min = 1/2 at the weights 1/2, 1/2; none have more

    References
    ----------
    φ_min and T(ε) of a mixture: arXiv:2507.02944, Definitions 2.7 and 3.10.
    """

    objective: ObjectiveName
    weights: tuple[Number | float, ...]
    bound: Number | float
    method: Literal["exact", "numerical"]
    evaluations: int = 0
    profile: FidelityProfile | MixingProfile | None = None
    ended: Literal["budget", "interrupted"] | None = None

    @property
    def proved(self) -> bool:
        """Whether no weights are better."""
        return self.lower == self.upper == self.bound

    @property
    def gap(self) -> float:
        """How far the bound is from the value, so that no weights are better by more."""
        ends = (
            (self.lower, self.bound) if self.objective == "fidelity" else (self.bound, self.upper)
        )
        return 0.0 if self.proved else float(ends[1]) - float(ends[0])

    def __str__(self) -> str:
        """Write the value, the weights, and what no weights exceed."""
        name, side = ("φ_min", "more") if self.objective == "fidelity" else ("T", "less")
        found = f"{name} = {shown(self.value)} at the weights {', '.join(map(shown, self.weights))}"
        than = "" if self.proved else f" than {shown(self.bound)}, a gap of {self.gap:.2g}"
        return f"{found}; none have {side}{than}"

    @property
    def approached(self) -> bool:
        """Whether the bound is proved to be a supremum that is only approached."""
        return _is_approached(self.profile)

    @property
    def optimum(self) -> Number | float | None:
        """The supremum of φ_min or minimum of T(ε) over all weights, where it is proved, else None.

        It is the value at `weights` where that is `proved`, and a limit where it is `approached`.

        >>> from dagmix.paper import example_3_13
        >>> optimal_weights(example_3_13()).optimum
        Fraction(1, 2)
        """
        return self.bound if self.proved or self.approached else None


def optimal_weights(  # noqa: PLR0913 - the objective, its parameter, and how to search
    heads: Iterable[Any],
    objective: ObjectiveName = "fidelity",
    *,
    epsilon: Any = QUARTER,
    sink: Any = None,
    start: Sequence[Any] | None = None,
    method: Method = "auto",
    restarts: int = 8,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    progress: bool = False,
    budget: Budget = None,
) -> OptimalWeights:
    """Return convex weights w of the heads: max φ_min(Σ w_h Δ_h), min T(ε) or E[T] of Σ w_h W_h.

    Two rational heads on at most eight nodes are solved exactly where that can be decided, any
    others by local search from several weights, and so are those whose profile leaves the optimum
    undecided. A numerical answer is a local optimum, evaluated exactly or with certified bounds,
    at least as good as uniform weights, each head alone and `start`, and compared with a bound over
    all weights. As a supremum, φ_min may jump at the faces of the simplex, where a weight is 0
    (Example 3.8): it may be less there than nearby, never more.

    Parameters
    ----------
    heads : iterable
        Two or more on the same nodes, numeric: graphs or operators as `MultiHeadDiffusion`
        takes for "fidelity", `MultiHeadWalk` for the others. A mixture stands for its heads and its
        sink; its own weights do not matter.
    objective : "fidelity", "mixing" or "hitting"
        max φ_min, min T(ε), or min max_j E_j[T], the greatest expected hitting time of the sink
        over the initial nodes j.
    epsilon : number or str
        The threshold of total variation for "mixing", 0 < ε < 1, taken exactly; ¼ by default.
    sink : node, optional
        Needed where the union of all heads has no unique sink.
    start : sequence of numbers, optional
        Initial weights, one for each head, convex; no answer is worse than these.
    method : "auto", "exact" or "numerical"
        "exact" needs two rational heads, of any size.
    restarts : int
        How many random initial weights are tried besides uniform and near each head; ≥ 0.
    seed : int
        Of the random weights; the same call gives the same answer.
    tolerance : float
        How far sums of float weights, or rows of attention, may be from 1.
    progress : bool
        Show a progress bar on standard error, if that is a terminal.
    budget : number, Work or None
        How long to search, in seconds, or how many candidates to try: intervals of weights by
        the exact method, initial weights by the numerical one. None, the default, is no limit.
        What was found until then, or until Ctrl-C, is returned, and `ended` says so.

    Returns
    -------
    OptimalWeights
        The weights, the objective there, its bound over all weights, and the profile of two
        heads that were solved exactly.

    Raises
    ------
    ObjectiveError
        For an objective or method that there is not, or "exact" heads that are not two rational.
    HeadsError, WeightError, SymbolicError
        For fewer than two heads, heads on different nodes, wrong weights, symbols.
    SinkError, UnknownNodeError, EpsilonError, NumberError
        For no unique sink, an ε outside (0, 1), negative counts or tolerance.
    UndecidedError
        By the exact method, where T is infinite, or more than 256 steps, at all weights.
        By the numerical one, where the objective is undecided at all weights that were tried;
        T is `math.inf` where it is infinite at all of them.

    Examples
    --------
    >>> from dagmix import FeedforwardDAG
    >>> heads = [FeedforwardDAG(e, nodes="uvwτ") for e in (["uv", "vw", "wτ"], ["vu", "uw", "wτ"])]
    >>> best = optimal_weights(heads)
    >>> best.weights, best.value, best.proved
    ((Fraction(1, 2), Fraction(1, 2)), Fraction(1, 2), True)
    >>> best.profile.lowest.value, best.profile.lowest.weights
    (Fraction(23, 64), (Fraction(1, 4), Fraction(3, 4)))
    >>> best.profile.helps
    ((Fraction(1, 3), Fraction(2, 3)),)

    References
    ----------
    φ_min and T(ε) of a mixture: arXiv:2507.02944, Definitions 2.7 and 3.10; SLSQP:
    https://doi.org/10.1145/192115.192124.
    """
    function = _read_objective(heads, objective, epsilon, sink, tolerance)
    given = None
    if start is not None:
        given = read_exact_weights(start, len(function.mixed.heads), tolerance, "a start")
    count, drawn = read_count(restarts, 0, "restarts"), read_count(seed, 0, "seed")
    meter = Meter(budget)
    points = initial_weights(len(function.mixed.heads), count, drawn)
    if given is not None:
        points.insert(0, np.array(given, dtype=float))
    if _is_exact(function, method):
        try:
            return _exactly(function, given, points if method == "auto" else [], meter)
        except UndecidedError:
            if method == "exact":
                raise
        except (BudgetSpent, KeyboardInterrupt) as end:
            return _at_once(function, given, meter, end)
    shown = tracked(points, "ascending", len(points)) if progress else points
    return _numerically(function, given, shown, meter)


def _read_objective(
    heads: Iterable[Any], objective: str, epsilon: Any, sink: Any, tolerance: float
) -> Objective:
    """Return the objective that the arguments describe."""
    threshold = read_epsilon(epsilon)
    if objective not in ("fidelity", "mixing", "hitting"):
        message = f"an objective is 'fidelity', 'mixing' or 'hitting'; got {brief(objective)}"
        raise ObjectiveError(message)
    kind = MultiHeadDiffusion if objective == "fidelity" else MultiHeadWalk
    if isinstance(heads, MultiHead):
        sink = heads.sink if sink is None else sink
        heads = heads.heads
    mixed = kind(heads, sink=sink, tolerance=tolerance)
    if len(mixed.heads) == 1:
        message = "the weight of one head is 1; optimal weights are of two heads or more"
        raise HeadsError(message)
    if mixed.field is Field.SYMBOLIC:
        message = "optimal weights need heads of numbers; use .subs({symbol: value}) on each"
        raise SymbolicError(message)
    if isinstance(mixed, MultiHeadWalk):
        return (
            HittingObjective(mixed) if objective == "hitting" else MixingObjective(mixed, threshold)
        )
    return FidelityObjective(mixed)


def _is_exact(function: Objective, method: str) -> bool:
    """Tell whether the heads are solved exactly, by the method asked for."""
    if method not in ("auto", "exact", "numerical"):
        message = f"a method is 'auto', 'exact' or 'numerical'; got {brief(method)}"
        raise ObjectiveError(message)
    mixed = function.mixed
    able = mixed.field is Field.RATIONAL and len(mixed.heads) == 2  # noqa: PLR2004 - one free weight
    if method == "exact" and not able:
        message = f"the exact method is for two rational heads; got {mixed!r}"
        raise ObjectiveError(message)
    return method == "exact" or (method == "auto" and able and len(mixed.nodes) <= SMALL)


def _exactly(
    function: Objective, given: HeadWeights | None, points: Iterable[Floats], meter: Meter
) -> OptimalWeights:
    """Solve for the weights; climb from some where the profile leaves the optimum undecided."""
    solved = function.solve(meter)
    best, evaluations, end = solved.best, 0, None
    if best.value != solved.bound:
        others = function.best(function.simple(given), meter)
        best = others if function.is_better(others, best) else best
    if best.value != solved.bound and not _is_approached(solved.profile):
        climbed = _climb(function, points, meter)
        end, evaluations = climbed.end, climbed.evaluations
        if climbed.found:
            others = function.best(function.rounded(climbed.top), meter)
            best = others if function.is_better(others, best) else best
    meter.release()  # the profile computes more when it is asked for more
    return OptimalWeights(
        best.value,
        best.lower,
        best.upper,
        function.name,
        best.weights,
        solved.bound,
        "exact",
        evaluations,
        solved.profile,
        _why(end),
    )


def _is_approached(profile: FidelityProfile | MixingProfile | None) -> bool:
    return isinstance(profile, FidelityProfile) and profile.optimum.attained is False


@dataclass(frozen=True)
class _Climbed:
    """What was climbed to, the best of it, and what ended the climbs before they were done."""

    found: list[Found]
    evaluations: int
    end: BaseException | None
    direction: int

    @property
    def top(self) -> Floats:
        """The weights of the best, which there is."""
        return max(self.found, key=lambda one: self.direction * one.value).weights


def _climb(function: Objective, points: Iterable[Floats], meter: Meter) -> _Climbed:
    ascent, found = function.ascent(), list[Found]()
    end: BaseException | None = None
    try:
        for point in points:
            meter.count()
            found.append(ascent.climb(point))
    except (BudgetSpent, KeyboardInterrupt) as ended:
        end = ended
    return _Climbed(found, ascent.evaluations, end, ascent.direction)


def _at_once(
    function: Objective, given: HeadWeights | None, meter: Meter, end: BaseException
) -> OptimalWeights:
    """Return weights that need no search, those given first, after what ended the search."""
    meter.spend()
    simple = function.simple(given)
    best = function.best(simple if given is None else chain([given], simple), meter)
    return _labelled(function, best, 0, end, function.bound)


def _numerically(
    function: Objective, given: HeadWeights | None, points: Iterable[Floats], meter: Meter
) -> OptimalWeights:
    climbed = _climb(function, points, meter)
    end = climbed.end
    if end is not None and not climbed.found:
        return _at_once(function, given, meter, end)
    simple, near = function.simple(given), function.rounded(climbed.top)
    if end is None:
        best = function.best(chain(simple, near), meter)
        return _certified(function, best, climbed.evaluations, meter)
    meter.spend()
    best = function.best(chain([tuple(climbed.top.tolist())], simple), meter)
    return _labelled(function, best, climbed.evaluations, end, function.bound)


def _certified(
    function: Objective, best: Evaluated, evaluations: int, meter: Meter
) -> OptimalWeights:
    """Label the best weights with a bound by gates, if the budget allows for it."""
    try:
        return _labelled(function, best, evaluations, None, function.certificate(best, meter))
    except (BudgetSpent, KeyboardInterrupt) as end:
        return _labelled(function, best, evaluations, end, function.bound)


def _labelled(
    function: Objective,
    best: Evaluated,
    evaluations: int,
    end: BaseException | None,
    bound: Number | float,
) -> OptimalWeights:
    return OptimalWeights(
        best.value,
        best.lower,
        best.upper,
        function.name,
        best.weights,
        bound,
        "numerical",
        evaluations,
        ended=_why(end),
    )


def _why(end: BaseException | None) -> Literal["budget", "interrupted"] | None:
    if end is None:
        return None
    return "budget" if isinstance(end, BudgetSpent) else "interrupted"
