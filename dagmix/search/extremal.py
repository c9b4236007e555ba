"""The extremal pairs of heads on n nodes: all of them, with the value they have, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, Literal, get_args

from dagmix._engine.exact.algebraic import Number
from dagmix._engine.exact.scalars import read_count
from dagmix._util.brief import Brief, brief
from dagmix._util.budget import Budget, Meter
from dagmix._util.progress import progress_bar
from dagmix.errors import BudgetError, ObjectiveError, SizeError
from dagmix.search.kinds import LARGEST, Order, read_order
from dagmix.search.pairs import pieces
from dagmix.search.pairs.boxes import SEARCHES
from dagmix.search.pairs.counting import labelled_tuples
from dagmix.search.pairs.exact import Pair, Solved, decided
from dagmix.search.pairs.pieces import Task
from dagmix.search.pairs.scans import SLACK
from dagmix.search.values import MixtureValues

Objective = Literal["amplification", "loss", "speed-up", "slow-down"]
Weights = Literal["even", "best"]
OBJECTIVES = get_args(Objective)
ORDERS = get_args(Order)
WEIGHTS = get_args(Weights)
SHOWN = 12  # nodes of which pairs are counted for a message; more have more
PER_PAIR = 2e-6  # seconds, about


@dataclass(frozen=True, repr=False)
class Extremal(Brief):
    """The extremal value of an objective over the pairs on n nodes, and the pairs that have it.

    Attributes
    ----------
    objective : str
        "amplification", "loss", "speed-up" or "slow-down".
    n : int
        The number of nodes.
    order : "any" or "common"
    weights : "even" or "best"
    value : Fraction or Algebraic
        Of the objective, exactly.
    pairs : tuple of (FeedforwardDAG, FeedforwardDAG)
        One pair of each extremal kind, the sink n − 1; j < i for all edges j → i where the heads
        have a common order.
    best : tuple of (Fraction or Algebraic, Fraction or Algebraic)
        Weights with this value for each pair: ½ and ½ where they are even.
    complete : bool
        Whether no other kind has the value. With best weights and times it is not known.
    whole : bool
        Whether all pairs were gone through; else the value is the best of those that were.
    met : int
        How many pairs were gone through: of every kind one or several, those left out because of
        their heads alone not counted.
    seconds : float
        How long it took, of one process.

    Examples
    --------
    >>> found = extremal("slow-down", 4)
    >>> found.value, found.count, found.met
    (Fraction(8, 5), 1, 640)

    References
    ----------
    T, φ_min and amplification: arXiv:2507.02944, Definitions 2.7, 3.10 and 3.12.
    """

    objective: Objective
    n: int
    order: Order
    weights: Weights
    value: Number
    pairs: tuple[Pair, ...]
    best: tuple[tuple[Number, Number], ...]
    complete: bool
    whole: bool
    met: int
    seconds: float

    @property
    def count(self) -> int | None:
        """How many kinds of pairs are extremal, None where this is not known."""
        return len(self.pairs) if self.complete and self.whole else None

    @property
    def values(self) -> tuple[MixtureValues, ...]:
        """T and φ_min of each pair with even weights, whatever the weights that were asked for."""
        return tuple(MixtureValues.of(pair) for pair in self.pairs)


def extremal(  # noqa: PLR0913 - what is asked, and how it is gone through
    objective: Objective,
    n: int,
    *,
    order: Order = "any",
    weights: Weights = "even",
    folder: str | Path | None = None,
    jobs: int = 1,
    budget: Budget = None,
    progress: bool = False,
) -> Extremal:
    """Return the extremal value over all pairs of graph heads, and all pairs that have it.

    For heads Δ_h, W_h and their mixtures Δ̄, W̄ the objectives are

    * "amplification": the greatest φ_min(Δ̄) / max_h φ_min(Δ_h);
    * "loss": the least of these;
    * "speed-up": the greatest min_h T(W_h) / T(W̄), at ε = ¼;
    * "slow-down": the greatest T(W̄) / max_h T(W_h).

    Pairs are screened by bounds in floats; the values of all that may be extremal are computed
    exactly.

    Parameters
    ----------
    objective : "amplification", "loss", "speed-up" or "slow-down"
    n : int
        The number of nodes, at least 2.
    order : "any" or "common"
        Whether heads need a common order of the nodes, as for `kinds`.
    weights : "even" or "best"
        ½ and ½, or the best ones for each pair: the supremum over all weights. A head alone is
        among these, so that with best weights the least amplification and the greatest slow-down
        are 1, which is not searched for. Speed-ups with best weights are told by a pair that has
        them, not by all.
    folder : path, optional
        Where to keep what was gone through: a search that is stopped and started again with the
        same folder goes on.
    jobs : int
        How many processes, at least 1.
    budget : number of seconds or None
        How long to go on; pieces of some seconds are not cut short. What was found until then is
        returned, and is not `whole`.
    progress : bool
        Show a progress bar, with an estimate of the time left, on standard error.

    Returns
    -------
    Extremal

    Raises
    ------
    NumberError
        For numbers that are no integers, or too small.
    KindError, ObjectiveError
        For an order, objective or weights of another name, or best weights that say nothing.
    SizeError
        For n > 6: the message says how many pairs there are, and how long it would take.
    BudgetError
        Where the time was over before anything was found.
    FileError
        Where the folder has something else.

    Examples
    --------
    >>> found = extremal("amplification", 4)
    >>> found.value, found.count
    (Fraction(18, 7), 1)
    >>> extremal("amplification", 7)
    Traceback (most recent call last):
    dagmix.errors.SizeError: pairs are gone through up to n = 6; on 7 nodes there are at least ...

    References
    ----------
    T, φ_min and amplification: arXiv:2507.02944, Definitions 2.7, 3.10 and 3.12.
    """
    task = _read_task(objective, n, order, weights)
    workers, meter = read_count(jobs, 1, "jobs"), Meter(budget)
    even, bar, file = list[Solved](), 1.0, None
    if folder is not None:
        file = pieces.folder_of(folder) / task.name
    if weights == "best":
        known = extremal(objective, n, order=order, folder=folder, jobs=jobs, budget=budget)
        even = list(map(Solved, known.pairs, repeat(known.value), repeat(known.value), known.best))
        bar = float(known.value) * (1 - SLACK)
    total = len(task.pieces())
    with progress_bar(f"{objective}, n = {n}", total, shown=bool(progress)) as advance:
        parts = pieces.parts(task, bar, file, workers, meter, lambda: advance(None))
    found = decided(task, parts, even)
    if not found:
        message = f"the budget ended with {len(parts)} of {total} pieces done, and nothing found"
        raise BudgetError(message)
    return Extremal(
        objective,
        task.n,
        order,
        weights,
        found[0].value,
        tuple(one.pair for one in found),
        tuple(one.weights for one in found),
        complete=weights == "even" or objective == "amplification",
        whole=len(parts) == total,
        met=sum(part.met for part in parts),
        seconds=round(sum(part.seconds for part in parts), 3),
    )


def _read_task(objective: Any, n: Any, order: Any, weights: Any) -> Task:
    if objective not in OBJECTIVES:
        message = f"an objective is one of {', '.join(OBJECTIVES)}; got {brief(objective)}"
        raise ObjectiveError(message)
    if weights not in WEIGHTS:
        message = f"weights are 'even' or 'best'; got {brief(weights)}"
        raise ObjectiveError(message)
    if weights == "best" and objective not in SEARCHES:
        message = f"with best weights the {objective} is 1, that of a head alone"
        raise ObjectiveError(message)
    size, known = read_count(n, 2, "n"), read_order(order)
    if size > LARGEST:
        pairs = _least_pairs(min(size, SHOWN), known)
        hours = pairs * PER_PAIR / 3600
        message = (
            f"pairs are gone through up to n = {LARGEST}; on {size} nodes there are at least"
            f" {pairs:,} kinds, which would take about {hours:,.0f} hours"
        )
        raise SizeError(message)
    return Task(objective, size, known, weights)


def _least_pairs(n: int, order: Order) -> int:
    """Return a lower bound on the kinds of pairs: no kind has more than 2 (n − 1)! labellings."""
    labelled = labelled_tuples(n, 2) if order == "common" else labelled_tuples(n, 1) ** 2
    return -(-labelled // (2 * math.factorial(n - 1)))
