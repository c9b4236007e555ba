"""The best graphs on few nodes, exactly and up to isomorphism, by branch and bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

from dagmix._engine.exact.scalars import QUARTER
from dagmix._util.budget import Budget, BudgetSpent, Meter
from dagmix._util.progress import progress_bar
from dagmix.design.codes import Code, edges_of, graph_of
from dagmix.design.growth import CHILDREN, Partial, batches, first_values, grown, root
from dagmix.design.pieces import Pieces
from dagmix.design.questions import Point, Question, front_of, read_question
from dagmix.design.results import BestGraphs, Optimum
from dagmix.errors import SizeError

ALWAYS, MOST = 7, 14  # nodes: searched without more; at all
RATE = 50_000  # partial graphs a second, about what one core bounds on 8 nodes
SHARE = 64  # graphs whose values are one piece


def best_graphs(  # noqa: PLR0913 - the space to search takes as many words
    n: int,
    *,
    edges: int | None = None,
    in_degree: int | None = None,
    objective: str = "pareto",
    epsilon: Any = QUARTER,
    folder: str | Path | None = None,
    budget: Budget = None,
    progress: bool = False,
) -> BestGraphs:
    """Return all best feedforward graphs on n nodes with a unique sink, up to isomorphism.

    All self-loops are there. Best is the least mixing time T(ε) to the sink, the largest minimax
    fidelity φ_min, or, for "pareto", what no graph improves on in one without loss in the other.
    Graphs grow source by source from the sink; adding a source makes T no smaller and the
    fidelity of the nodes before it no larger, so what is already no better than a known graph is
    left out.

    Parameters
    ----------
    n : int
        Nodes, 1 to 7; up to 12 with a `budget` or a `folder`.
    edges : int, optional
        The most edges besides self-loops, at least n − 1. By default no limit.
    in_degree : int, optional
        The most senders of a node besides itself, at least 1. By default no limit.
    objective : str
        "mixing", "fidelity" or "pareto".
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default. Of no effect on "fidelity".
    folder : str or path, optional
        Where pieces are kept. A search that was stopped, in whatever way, goes on from there
        when it is asked again, and loses one piece at the most.
    budget : number, Work or None
        Seconds, or `Work(m)` for m partial graphs from which sources are added, or graphs that
        are valued. When it ends, the result has `proved=False` and a proved `bound`. What is
        known before the search, from few partial graphs, is not counted.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    BestGraphs
        The front, exactly, with all graphs on it.

    Raises
    ------
    SizeError
        For fewer than n − 1 edges, and for n that is too large; with the number of graphs.
    ObjectiveError, NumberError, EpsilonError
        For another objective; for counts that are none; unless 0 < ε < 1.
    FileError
        Where the folder cannot be used, or belongs to another question.

    Examples
    --------
    >>> found = best_graphs(6, in_degree=2, objective="pareto")
    >>> [(time, str(fidelity)) for time, fidelity in found.value]
    [(5, '1/4'), (6, '7/27'), (7, '1/3')]
    >>> found.proved, found.count
    (True, 7)

    References
    ----------
    arXiv:2502.06751 asks what makes a good feedforward graph. Measures: arXiv:2507.02944,
    Definitions 2.7 and 3.5.
    """
    question = read_question(n, edges, in_degree, objective, epsilon)
    meter = Meter(budget)
    _check_size(question.n, free=budget is None and folder is None)
    asked = asdict(question) | {"epsilon": str(question.epsilon), "sizes": [CHILDREN, SHARE]}
    with progress_bar("growing", None, shown=bool(progress)) as advance:
        search = _Search(question, Pieces(folder, asked), meter, advance)
        try:
            search.run()
        except BudgetSpent:
            return search.result(proved=False)
        return search.result(proved=True)


def _check_size(n: int, *, free: bool) -> None:
    if n <= (ALWAYS if free else MOST):
        return
    total = prod(2**k - 1 for k in range(1, n))
    hours = total / RATE / 3600
    rule = f"without a budget or a folder n is at most {ALWAYS}" if free else f"n is at most {MOST}"
    message = (
        f"{rule}; got n = {n}, with {total:.3g} graphs in one order: where bounds rule out few of "
        f"them, about {hours:.3g} hours (found_graph searches without a proof)"
    )
    raise SizeError(message)


class _Search:
    """A branch and bound, level by level, and what is still open in it."""

    def __init__(
        self, question: Question, pieces: Pieces, meter: Meter, advance: Callable[[str], None]
    ) -> None:
        self.question, self._pieces, self._meter = question, pieces, meter
        self._advance = advance
        known = pieces.of("first", lambda: _written(first_values(question)))
        self.values = _read(known)
        self._front = front_of(self.values.values())
        self._open: dict[Code, Partial] = {(0,): root(question)}
        self._examined = 0

    def run(self) -> None:
        """Go through all levels, then value what is left; raise BudgetSpent at the end."""
        for k in range(1, self.question.n):
            self._grow(k)
        last = sorted(self._open)
        for number, start in enumerate(range(0, len(last), SHARE)):
            codes = last[start : start + SHARE]
            name = f"values-{number:06}"
            self.values |= _read(self._piece(name, codes, partial(self._valued, codes)))
            for code in codes:
                del self._open[code]

    def _grow(self, k: int) -> None:
        """Replace the open graphs on k nodes by those on k + 1."""
        level = [self._open[code] for code in sorted(self._open)]
        for number, parents in enumerate(batches(level)):
            name = f"level-{k + 1:02}-{number:06}"
            for row in self._piece(name, parents, partial(self._rows, parents)):
                child = Partial(tuple(row[0]), *row[1:])
                self._open[child.code] = child
            for parent in parents:
                del self._open[parent.code]

    def _piece(self, name: str, items: Sequence[Any], compute: Callable[[], Any]) -> Any:
        def counted() -> Any:
            for _ in items:
                self._meter.count()
            return compute()

        found = self._pieces.of(name, counted)
        self._examined += len(items)
        self._advance(f"{name}, {len(self._open)} open")
        return found

    def _rows(self, parents: Sequence[Partial]) -> list[Any]:
        found = grown(self.question, parents, self._front)
        return [(child.code, child.time, child.fidelity) for child in found]

    def _valued(self, codes: Iterable[Code]) -> list[Any]:
        return _written({code: self.question.value(code) for code in codes})

    def result(self, *, proved: bool) -> BestGraphs:
        """Return the best of what is valued, and the best that what is open allows."""
        question, front = self.question, front_of(self.values.values())
        allowed = [(one.time, Fraction(one.fidelity)) for one in self._open.values()]
        return BestGraphs(
            question.n,
            question.edges,
            question.in_degree,
            question.objective,
            question.epsilon,
            tuple(Optimum(*self._shown(point), self._graphs(point)) for point in front),
            proved,
            tuple(self._shown(point) for point in front_of([*front, *allowed])),
            self._examined,
        )

    def _shown(self, point: Point) -> tuple[int | None, Fraction | None]:
        time, fidelity = point
        return time if self.question.times else None, fidelity if self.question.fidelities else None

    def _graphs(self, point: Point) -> Any:
        codes = [code for code, value in self.values.items() if value == point]
        return tuple(graph_of(code) for code in sorted(codes, key=lambda c: (edges_of(c), c)))


def _written(values: dict[Code, Point]) -> list[Any]:
    return [(code, time, str(fidelity)) for code, (time, fidelity) in values.items()]


def _read(rows: Iterable[Any]) -> dict[Code, Point]:
    return {tuple(code): (time, Fraction(fidelity)) for code, time, fidelity in rows}
