"""The smallest witness against a claim, by enumeration up to isomorphism."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from dagmix._engine.exact.scalars import QUARTER, read_count, read_epsilon
from dagmix._util.brief import Brief
from dagmix._util.budget import Budget, BudgetSpent, Meter, Work
from dagmix._util.progress import progress_bar
from dagmix.errors import ClaimError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.read_arrays import TOLERANCE
from dagmix.operators.read_weights import read_exact_weights
from dagmix.search.claims import Claim
from dagmix.search.enumeration import Candidate, Edges, IsomorphismClasses
from dagmix.search.values import MixtureValues

MOST = Work(100_000)


@dataclass(frozen=True, repr=False)
class Witness(Brief):
    """A mixture that violates a claim, the first in order of size.

    Attributes
    ----------
    heads : tuple of FeedforwardDAG
        On the nodes 0..n−1, with the unique sink n − 1.
    weights : tuple of Fraction
        One for each head.
    epsilon : Fraction
        ε, exactly.
    tried : int
        Candidates tried, this one included.

    Examples
    --------
    >>> from dagmix.search import lower_bound_of_equation_20
    >>> smallest_witness(lower_bound_of_equation_20).heads[0]
    FeedforwardDAG([(0, 1)], nodes=(0, 1))

    References
    ----------
    The mixtures are those of arXiv:2507.02944, §2.2.
    """

    heads: tuple[FeedforwardDAG, ...]
    weights: tuple[Fraction, ...]
    epsilon: Fraction
    tried: int

    @cached_property
    def values(self) -> MixtureValues:
        """The exact T and φ_min of the heads and of the mixture, which make it a witness."""
        return MixtureValues.of(self.heads, self.weights, self.epsilon)


@dataclass(frozen=True)
class NotFound:
    """No candidate that was tried violates the claim.

    Attributes
    ----------
    tried : int
        Candidates tried.
    complete : int
        All candidates up to so many nodes were tried.
    reached : tuple of two int
        n, and the total number of edges without self-loops, of the last candidate.
    out_of_budget : bool
        Whether there were more to try, the budget being spent.
    interrupted : bool
        Whether there were more to try, the search being interrupted (Ctrl-C).

    Examples
    --------
    >>> print(NotFound(tried=7, complete=2, reached=(3, 4), out_of_budget=True))
    not found up to n = 2, 7 candidates; the budget ended at n = 3 with 4 edges

    References
    ----------
    The mixtures are those of arXiv:2507.02944, §2.2.
    """

    tried: int
    complete: int
    reached: tuple[int, int]
    out_of_budget: bool
    interrupted: bool = False

    def __str__(self) -> str:
        """Say how far the search got."""
        found = f"not found up to n = {self.complete}, {self.tried} candidates"
        n, edges = self.reached
        why = "the budget ended" if self.out_of_budget else "interrupted"
        rest = f"; {why} at n = {n} with {edges} edges"
        return found + rest if self.out_of_budget or self.interrupted else found


def smallest_witness(  # noqa: PLR0913 - the space to search takes as many words
    claim: Claim,
    heads: int = 2,
    *,
    weights: Sequence[Any] | None = None,
    epsilon: Any = QUARTER,
    max_nodes: int = 4,
    budget: Budget = MOST,
    common_order: bool = False,
    progress: bool = False,
) -> Witness | NotFound:
    """Return the first mixture that violates a claim, by n and then by number of edges.

    Parameters
    ----------
    claim : callable
        Takes the heads, their weights (exact) and ε (exact); True, of Python or of NumPy, where
        the claim holds.
    heads : int
        The number of heads, at least 1.
    weights : sequence of numbers, optional
        Convex weights, the same for all candidates; uniform by default.
    epsilon : number
        0 < ε < 1, exactly as passed, the same for all candidates; ¼ by default.
    max_nodes : int
        The largest n, at least 1.
    budget : Work, number or None
        How many candidates are tried, `Work(100_000)` by default, or for how many seconds; a
        claim that is being tried is not cut short.
    common_order : bool
        Only heads that share an order of the nodes; witnesses then have j < i for every edge
        j → i, self-loops apart.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    Witness or NotFound
        NotFound where all candidates, or as many as the budget allows, satisfy the claim; also
        where the search is interrupted by Ctrl-C.

    Raises
    ------
    ClaimError
        Where the claim raises, or does not answer True or False; it names the candidate.
    NumberError, WeightError, SymbolicError, EpsilonError
        For arguments out of range, and weights that are symbols.

    Examples
    --------
    >>> from dagmix.search import never_faster_than_the_fastest
    >>> found = smallest_witness(never_faster_than_the_fastest, max_nodes=3)
    >>> print(found)
    not found up to n = 3, 11 candidates

    References
    ----------
    The mixtures are those of arXiv:2507.02944, §2.2.
    """
    count, last = read_count(heads, 1, "heads"), read_count(max_nodes, 1, "max_nodes")
    meter = Meter(budget)
    exact = read_exact_weights(weights, count, TOLERANCE, "a search")
    threshold = read_epsilon(epsilon)
    total = budget.candidates if isinstance(budget, Work) else None
    with progress_bar("searching", total, shown=bool(progress)) as advance:
        return _search(
            _Search(claim, exact, threshold, meter, advance),
            IsomorphismClasses(exact, common_order).up_to(last, meter.check),
            last,
        )


@dataclass(frozen=True)
class _Search:
    """What is asked of each candidate, and what is left of the budget."""

    claim: Claim
    weights: tuple[Fraction, ...]
    epsilon: Fraction
    meter: Meter
    advance: Callable[[str | None], None]


def _search(asked: _Search, candidates: Iterator[Candidate], last: int) -> Witness | NotFound:
    """Try candidates in order, until one violates the claim or the search ends."""
    tried, reached, complete = 0, (0, 0), 0
    try:
        for candidate in candidates:
            complete = candidate.n - 1
            asked.meter.count()
            graphs = tuple(_graph(candidate.n, edges) for edges in candidate.heads)
            holds = _holds(asked.claim, graphs, asked.weights, asked.epsilon)
            tried, reached = tried + 1, (candidate.n, candidate.edges)
            if not holds:
                return Witness(graphs, asked.weights, asked.epsilon, tried)
            asked.advance(f"n = {reached[0]}, {reached[1]} edges")
    except BudgetSpent:
        return NotFound(tried, complete, reached, out_of_budget=True)
    except KeyboardInterrupt:
        return NotFound(tried, complete, reached, out_of_budget=False, interrupted=True)
    return NotFound(tried, last, reached, out_of_budget=False)


@lru_cache(maxsize=2**12)
def _graph(n: int, edges: Edges) -> FeedforwardDAG:
    return FeedforwardDAG(edges, nodes=range(n))


def _holds(
    claim: Claim,
    heads: tuple[FeedforwardDAG, ...],
    weights: tuple[Fraction, ...],
    epsilon: Fraction,
) -> bool:
    name = getattr(claim, "__name__", repr(claim))
    shown = f"heads {list(heads)}, weights ({', '.join(map(str, weights))}), ε = {epsilon}"
    try:
        answer: Any = claim(heads, weights, epsilon)
    except Exception as error:
        message = f"the claim {name} raised {type(error).__name__}: {error}; for {shown}"
        raise ClaimError(message) from error
    if not isinstance(answer, bool | np.bool_):  # what comparisons of NumPy's numbers answer
        message = f"a claim answers True or False; {name} answered {answer!r} for {shown}"
        raise ClaimError(message)
    return bool(answer)
