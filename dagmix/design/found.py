"""Good graphs on more nodes than can be searched through, by a local search; nothing is proved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.exact.scalars import QUARTER, read_count
from dagmix._util.budget import Budget, BudgetSpent, Meter, Work
from dagmix._util.progress import progress_bar
from dagmix.design.best import best_graphs
from dagmix.design.partial_bounds import Floats, greatest_fidelities, least_times
from dagmix.design.questions import Question, read_question
from dagmix.design.results import FoundGraph
from dagmix.design.starts import meets, starts
from dagmix.errors import NumberError, ObjectiveError, SizeError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.single_numbers import least_fidelity
from dagmix.operators.walk import WalkOperator

FEWEST, MOST = 3, 512  # nodes
FEW = 6  # nodes on which the best is known at once
CHANGES = Work(500)
SAME = 2  # of four kinds of change, the one that keeps the sender


def found_graph(  # noqa: PLR0913 - the space to search takes as many words
    n: int,
    *,
    edges: int | None = None,
    in_degree: int | None = None,
    objective: str = "fidelity",
    epsilon: Any = QUARTER,
    seed: int = 0,
    budget: Budget = CHANGES,
    progress: bool = False,
) -> FoundGraph:
    """Return a good feedforward graph on n nodes that a local search found, and a proved bound.

    The search starts from the best of some lines, trees, brooms and windows, takes an edge away,
    adds one or does both, and keeps what is no worse. Candidates are compared in floats; the
    value of the result is exact or has bounds.

    Parameters
    ----------
    n : int
        Nodes, 3 to 512.
    edges, in_degree : int, optional
        As for `best_graphs`.
    objective : str
        "mixing" or "fidelity".
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default. Of no effect on "fidelity".
    seed : int
        At least 0, for NumPy's default generator.
    budget : Work, number or None
        `Work(m)` for m changes tried, 500 by default, or seconds. None is refused, for a local
        search does not end by itself.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    FoundGraph
        With `bound`: for the fidelity the largest on min(n, 6) nodes, since removing a source
        lowers no fidelity of the others; for mixing the largest of the least time on min(n, 6)
        nodes, ⌈log₂ 1/ε⌉, and what in-degrees allow (see the guide).

    Raises
    ------
    SizeError
        For n out of range, and fewer than n − 1 edges.
    ObjectiveError, NumberError, EpsilonError
        For another objective; for counts that are none, and no budget; unless 0 < ε < 1.

    Examples
    --------
    >>> found = found_graph(16, in_degree=2, objective="fidelity", budget=Work(100))
    >>> line = 0.1444644481  # C(28, 14) / 4^14
    >>> line < found.value < found.bound
    True

    References
    ----------
    arXiv:2502.06751 asks what makes a good feedforward graph. Measures: arXiv:2507.02944,
    Definitions 2.7 and 3.5.
    """
    question = _read(n, edges, in_degree, objective, epsilon)
    start = read_count(seed, 0, "seed")
    if budget is None:
        message = "a local search ends by its budget: Work(m) or seconds; got None"
        raise NumberError(message)
    meter, total = Meter(budget), budget.candidates if isinstance(budget, Work) else None
    best = max(starts(question), key=lambda matrix: _score(question, matrix))
    tried = 0
    with progress_bar("searching", total, shown=bool(progress)) as advance:
        for matrix in _climb(question, best, meter, start):
            best, tried = matrix, tried + 1
            advance(None)
    graph = _graph(best)
    value = (
        WalkOperator(graph).mixing_time(question.epsilon)
        if question.times
        else least_fidelity(DiffusionOperator(graph), exact=None)
    )
    return FoundGraph(graph, question.objective, value, _bound(question), start, tried)


def _read(n: Any, edges: Any, in_degree: Any, objective: Any, epsilon: Any) -> Question:
    question = read_question(n, edges, in_degree, objective, epsilon)
    if not FEWEST <= question.n <= MOST:
        message = f"a local search is for n = {FEWEST} to {MOST} nodes; got n = {question.n}"
        raise SizeError(message)
    if question.times and question.fidelities:
        message = "a local search is for one objective, 'mixing' or 'fidelity'; got 'pareto'"
        raise ObjectiveError(message)
    return question


def _climb(question: Question, best: Floats, meter: Meter, seed: int) -> Iterator[Floats]:
    """Yield the best graph so far after each change tried, until the budget ends."""
    rng = np.random.default_rng(seed)
    score = _score(question, best)
    with suppress(BudgetSpent):
        while True:
            meter.count()
            matrix = _changed(best, rng)
            if meets(question, matrix) and (new := _score(question, matrix)) >= score:
                best, score = matrix, new
            yield best


def _changed(matrix: Floats, rng: np.random.Generator) -> Floats:
    """Take a random edge away, add one, or both, with or without the same sender."""
    found, kind = matrix.copy(), rng.integers(4)
    sender = 0
    if kind > 0:
        senders, receivers = np.nonzero(np.tril(matrix, k=-1))
        chosen = rng.integers(len(senders))
        sender = int(senders[chosen])
        found[sender, receivers[chosen]] = 0
    if kind != 1:
        sender = sender if kind == SAME else int(rng.integers(1, len(matrix)))
        found[sender, rng.integers(sender)] = 1
    return found


def _score(question: Question, matrix: Floats) -> tuple[float, float]:
    """Return what is to be large: φ_min, or -T and minus what is left at T - 1, over all nodes."""
    if question.fidelities:
        return float(greatest_fidelities(matrix[None])[0]), 0.0
    time = int(least_times(matrix[None], question.epsilon, None)[0])
    walk = matrix / matrix.sum(axis=1, keepdims=True)
    left = np.ones(len(matrix))
    left[0] = 0
    for _ in range(time - 1):
        left = walk @ left
        left[0] = 0
    return -time, -float(left.sum())


def _graph(matrix: Floats) -> FeedforwardDAG:
    last = len(matrix) - 1
    senders, receivers = np.nonzero(matrix)
    pairs = sorted(zip((last - senders).tolist(), (last - receivers).tolist(), strict=True))
    return FeedforwardDAG(pairs, nodes=range(last + 1))


def _bound(question: Question) -> int | Fraction:
    """Return a proved bound: the best on few nodes and, for mixing, what in-degrees allow."""
    n = min(question.n, FEW)
    few: Any = best_graphs(
        n,
        edges=min(question.edges - (question.n - n), n * (n - 1) // 2),
        in_degree=min(question.in_degree, n - 1),
        objective=question.objective,
        epsilon=question.epsilon,
    ).value
    return Fraction(few) if question.fidelities else max(int(few), _counted(question))


def _counted(question: Question) -> int:
    """Return a lower bound on T from in-degrees at most k, and log₂ 1/ε.

    Let p_t[j] be the probability to be at the sink after t steps from j, S_t their sum over the
    other nodes. A node but the sink goes to a receiver, or stays, with probability ½ at most, so
    S_{t+1} ≤ k/2 + (k + 1)/2 · S_t, and S_T is at least (n − 1)(1 − ε). Moreover a node that is
    not at the sink is not there after a step with probability ½ at least.
    """
    k, needed = question.in_degree, (question.n - 1) * (1 - question.epsilon)
    total, left, t = Fraction(0), Fraction(1), 0
    while total < needed or left > question.epsilon:
        total, left, t = (k + (k + 1) * total) / 2, left / 2, t + 1
    return t
