"""The laws that every walk and every diffusion obeys, each a check of one operator.

For operators and subclasses of your own: `check_walk` and `check_diffusion` ask through the
public interface only, and compare with the exact matrix, `operator.exact`. Answers of rational
operators must be equal to what the law says, those of float ones within (n + 32)·2⁻⁴⁹ a step.
Users find the two in `dagmix.testing`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar

from dagmix._engine.exact.scalars import Field
from dagmix.errors import SinkError, StochasticError, SymbolicError
from dagmix.operators.base import Operator, check_kind
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.walk import WalkOperator

COMPARED = 12  # steps after which answers are compared
EPSILONS = (Fraction(3, 4), Fraction(1, 4), Fraction(1, 50))
ROUNDINGS = 16  # by 32 and the number of nodes: relative error of a float step, in 2⁻⁵³
LONGEST_DENOMINATOR = 10**6  # denominators that an error writes out
LEAST_NORMAL = Fraction(1, 2**1022)  # the least normal float64

Matrix = Sequence[Sequence[Fraction]]
AnyOperator = TypeVar("AnyOperator", bound=Operator)


@dataclass(frozen=True)
class Subject(Generic[AnyOperator]):
    """An operator, and its exact matrix as rows of Fractions.

    Powers are taken of `steps`, which is the same matrix, of floats where the operator is: the
    exact powers of those would be very long.
    """

    operator: AnyOperator
    matrix: Matrix
    steps: Matrix

    @property
    def rows(self) -> range:
        """The rows of all nodes."""
        return range(len(self.matrix))

    @property
    def sink(self) -> int:
        """The row of the sink."""
        return self.operator.sink.index

    def error(self, steps: int) -> Fraction:
        """Return the relative error that an answer may have after so many steps."""
        if self.operator.field is Field.RATIONAL:
            return Fraction(0)
        return steps * self.rounding

    @property
    def rounding(self) -> Fraction:
        """The relative error of a step in float64."""
        return Fraction(ROUNDINGS * (len(self.matrix) + 32), 2**53)

    def senders_to(self, targets: Iterable[int]) -> set[int]:
        """Return the rows from which a target is reached, sender to receiver, targets included."""
        found, waiting = set(targets), list(targets)
        while waiting:
            receiver = self.matrix[waiting.pop()]
            fresh = {j for j in self.rows if receiver[j] > 0} - found
            found |= fresh
            waiting += fresh
        return found

    def missing(self) -> set[int]:
        """Return the rows of a walk from which the sink is never reached."""
        return set(self.rows) - self.senders_to([self.sink])

    def name(self, row: int) -> str:
        """Return the label in a row."""
        return f"node {self.operator.nodes[row]!r}"


Law = Callable[[Subject[Any]], Iterator[str]]


def columns_sum_to_one(walk: Subject[WalkOperator]) -> Iterator[str]:
    """Every entry is at least 0, every column sums to 1, the sink's is the unit vector."""
    for j in walk.rows:
        column = [row[j] for row in walk.matrix]
        if min(column) < 0 or sum(column) != 1:
            yield f"the column of {walk.name(j)} is {_written(column)}"
    if walk.matrix[walk.sink][walk.sink] != 1:
        yield f"the sink stays with probability {_short(walk.matrix[walk.sink][walk.sink])}"


def rows_sum_to_one(diffusion: Subject[DiffusionOperator]) -> Iterator[str]:
    """Every entry is at least 0, and every row sums to 1."""
    for i, row in enumerate(diffusion.matrix):
        if min(row) < 0 or sum(row) != 1:
            yield f"the row of {diffusion.name(i)} is {_written(row)}"


def matrix_is_exact_but_for_rounding(subject: Subject[Operator]) -> Iterator[str]:
    """Entries of `matrix` are those of `exact`, rounded to float64."""
    for i, row in enumerate(subject.operator.matrix.tolist()):
        for j, entry in enumerate(row):
            exact = subject.matrix[i][j]
            if abs(Fraction(entry) - exact) > exact * subject.rounding + LEAST_NORMAL:
                yield f"entry [{i}, {j}] is {entry} for {_short(exact)}"


def distance_never_increases(walk: Subject[WalkOperator]) -> Iterator[str]:
    """1 ≥ d(0) ≥ d(1) ≥ … ≥ 0."""
    before: Fraction | float = Fraction(1)
    for t in range(4 * COMPARED):
        now = walk.operator.distance(t)
        if not 0 <= now <= before * (1 + 2 * walk.error(t)):
            yield f"d({t}) = {_short(now)} after {_short(before)}"
        before = now


def distance_is_total_variation(walk: Subject[WalkOperator]) -> Iterator[str]:
    """d(t) = max_j ‖Wᵗ[·, j] − 1_τ‖ = max_j P_j(not at τ after t steps), also in `distances`."""
    table = walk.operator.distances(COMPARED).tolist()
    survival = [Fraction(j != walk.sink) for j in walk.rows]
    for t in range(COMPARED + 1):
        exact = max(survival)
        for found in (walk.operator.distance(t), table[t]):
            if not _close(found, exact, walk.error(t)):
                yield f"d({t}) = {_short(found)} for {_short(exact)}"
        survival = _times(survival, walk.steps)


def mixing_time_is_the_first_below(walk: Subject[WalkOperator]) -> Iterator[str]:
    """T(ε) = min{t : d(t) ≤ ε}, and ∞ exactly where some node never reaches the sink."""
    distance, missing = walk.operator.distance, walk.missing()
    for epsilon in EPSILONS:
        time = walk.operator.mixing_time(epsilon)
        if missing or time == math.inf:
            if not (missing and time == math.inf):
                whom = f"{walk.name(min(missing))} never" if missing else "every node"
                yield f"T({epsilon}) = {time} though {whom} reaches the sink"
            continue
        last = int(time)
        if distance(last) > epsilon * (1 + walk.error(last)):
            yield f"T({epsilon}) = {time} but d({last}) = {_short(distance(last))}"
        if last and distance(last - 1) <= epsilon * (1 - walk.error(last - 1)):
            yield f"T({epsilon}) = {time} but d({last - 1}) = {_short(distance(last - 1))}"


def hitting_times_satisfy_first_step(walk: Subject[WalkOperator]) -> Iterator[str]:
    """Mean steps h: 0 at the sink, ∞ where it may be missed, else h[j] = 1 + Σ_i h[i] W[i, j]."""
    times = walk.operator.expected_hitting_times().tolist()
    unsure = walk.senders_to(walk.missing())
    finite = [Fraction(0) if time == math.inf else Fraction(time) for time in times]
    error = walk.error(len(times) ** 3) * max(finite)
    for j, (time, number) in enumerate(zip(times, finite, strict=True)):
        step = 1 + sum(finite[i] * walk.matrix[i][j] for i in walk.rows)
        exact = Fraction(0) if j == walk.sink else step
        if (time == math.inf) != (j in unsure):
            yield f"h = {time} at {walk.name(j)}"
        elif j not in unsure and abs(number - exact) > error:
            yield f"h = {_short(time)} at {walk.name(j)}, whose first step gives {_short(exact)}"


def stationary_distribution_is_fixed(walk: Subject[WalkOperator]) -> Iterator[str]:
    """W π = π ≥ 0 with sum 1; SinkError where some node never reaches the sink."""
    try:
        found = walk.operator.stationary_distribution().tolist()
    except SinkError:
        if not walk.missing():
            yield "SinkError, though every node reaches the sink"
        return
    if walk.missing():
        yield "no SinkError, though some node never reaches the sink"
    after = [sum(a * Fraction(b) for a, b in zip(row, found, strict=True)) for row in walk.matrix]
    if min(found) < 0 or sum(found) != 1 or after != found:
        yield f"π = {_written(found)}, W π = {_written(after)}"


def signals_are_powers(diffusion: Subject[DiffusionOperator]) -> Iterator[str]:
    """x_0 = 1_τ and x_{t+1} = x_t Δ, at least 0 with sum 1; `signal` and `signals` agree."""
    operator, exact = diffusion.operator, [Fraction(j == diffusion.sink) for j in diffusion.rows]
    for t, row in enumerate(operator.signals(COMPARED).tolist()):
        if min(row) < 0 or not _close(sum(map(Fraction, row)), 1, diffusion.error(t)):
            yield f"the signals at t = {t} are {_written(row)}, with sum {_short(sum(row))}"
        for j, inside in enumerate(row):
            for found in (inside, operator.signal(operator.nodes[j], t)):
                if not _close(found, exact[j], diffusion.error(t)):
                    what = f"the signal of {diffusion.name(j)} at t = {t}"
                    yield f"{what} is {_short(found)} for {_short(exact[j])}"
        exact = _times(exact, diffusion.steps)


def fidelity_is_the_supremum(diffusion: Subject[DiffusionOperator]) -> Iterator[str]:
    """No signal exceeds a node's fidelity, and those at `times` (with `onwards`, later) have it."""
    for j, node in enumerate(diffusion.operator.nodes):
        found = diffusion.operator.node_fidelity(node)
        if not found.lower <= found.value <= found.upper:
            yield f"φ = {_short(found.value)} at {diffusion.name(j)} is not between its bounds"
        if bool(found.times) != bool(found.attained):
            yield f"φ at {diffusion.name(j)} is attained: {found.attained}, at {found.times}"
        for t in sorted({*range(COMPARED), *found.times[:COMPARED]}):
            signal: Any = diffusion.operator.signal(node, t)
            low, high = (signal * (1 + sign * diffusion.error(t)) for sign in (-1, 1))
            named = found.attained_at(t)
            if low > found.upper or (high < found.lower if named else low >= found.upper):
                verb = "is" if named else "is not"
                yield (
                    f"φ = {_short(found.value)} at {diffusion.name(j)}, its signal at t = {t} is"
                    f" {_short(signal)}, and {t} {verb} among its times"
                )


def minimax_is_the_least_fidelity(diffusion: Subject[DiffusionOperator]) -> Iterator[str]:
    """φ_min is the minimum over all nodes, sink included, and `nodes` are those that have it."""
    least = diffusion.operator.minimax_fidelity()
    each = [diffusion.operator.node_fidelity(node) for node in diffusion.operator.nodes]
    low, high = min(one.lower for one in each), min(one.upper for one in each)
    meets = low <= least.upper and least.lower <= high
    if not (meets and least.lower <= least.value <= least.upper):
        value, below, above = map(_short, (least.value, low, high))
        yield f"φ_min = {value}, but the minimum of φ is between {below} and {above}"
    for j, one in enumerate(each):
        named = diffusion.operator.nodes[j] in least.nodes
        if one.lower > least.upper if named else one.upper <= least.lower:
            verb = "has" if named else "has not"
            value, minimum = _short(one.value), _short(least.value)
            yield f"φ = {value} at {diffusion.name(j)}, which {verb} φ_min = {minimum}"


def successors_are_a_walk(diffusion: Subject[DiffusionOperator]) -> Iterator[str]:
    """Every column divided by its sum is a walk, the sink's replaced; StochasticError for zeros."""
    sums = [sum(column) for column in zip(*diffusion.matrix, strict=True)]
    idle = [j for j in diffusion.rows if not sums[j] and j != diffusion.sink]
    try:
        walk = diffusion.operator.successors()
    except StochasticError:
        if not idle:
            yield "StochasticError, though every node has a successor"
        return
    if idle:
        yield f"{diffusion.name(idle[0])} has a column of zeros, and no StochasticError"
    subject = _subject(walk)
    for i in diffusion.rows:
        for j in diffusion.rows:
            share, given = subject.matrix[i][j], diffusion.matrix[i][j]
            if share != (i == j) if j == diffusion.sink else share * sums[j] != given:
                yield f"entry [{i}, {j}] is {_short(subject.matrix[i][j])}"
    yield from _violations(subject, WALK_LAWS)


WALK_LAWS: tuple[Law, ...] = (
    columns_sum_to_one,
    matrix_is_exact_but_for_rounding,
    distance_never_increases,
    distance_is_total_variation,
    mixing_time_is_the_first_below,
    hitting_times_satisfy_first_step,
    stationary_distribution_is_fixed,
)
DIFFUSION_LAWS: tuple[Law, ...] = (
    rows_sum_to_one,
    matrix_is_exact_but_for_rounding,
    signals_are_powers,
    fidelity_is_the_supremum,
    minimax_is_the_least_fidelity,
    successors_are_a_walk,
)


def check_walk(operator: WalkOperator) -> None:
    """Raise AssertionError unless a walk obeys every law of walks.

    The laws: columns are non-negative and sum to 1, the sink's is the unit vector; `matrix` is
    `exact`, rounded; d(t) never increases and is the total variation distance; T(ε) is the
    first t with d(t) ≤ ε; h = 1 + h W off the sink; W π = π.

    Parameters
    ----------
    operator : WalkOperator
        Or a mixture or a subclass; rational or float, of up to about a hundred nodes: the laws
        are checked in exact arithmetic.

    Raises
    ------
    AssertionError
        Where a law is broken: its name, then the node or time and the values.
    KindError, SymbolicError
        Unless `operator` is a WalkOperator; for weights that are symbols.
    UndecidedError
        Where the operator cannot certify an answer.

    Examples
    --------
    >>> from dagmix.families import line
    >>> check_walk(WalkOperator(line(4)))
    >>> class Hasty(WalkOperator):
    ...     def mixing_time(self, epsilon=Fraction(1, 4)):
    ...         return super().mixing_time(epsilon) - 1
    >>> check_walk(Hasty(line(4)))
    Traceback (most recent call last):
    AssertionError: mixing_time_is_the_first_below: T(3/4) = 3 but d(3) = 7/8

    References
    ----------
    arXiv:2507.02944, Definitions 2.3 and 2.7, Lemma 2.5; first-step equations:
    doi:10.1090/mbk/107.
    """
    check_kind(operator, WalkOperator)
    _need(_violations(_subject(operator), WALK_LAWS))


def check_diffusion(operator: DiffusionOperator) -> None:
    """Raise AssertionError unless a diffusion obeys every law of diffusions.

    The laws: rows are non-negative and sum to 1; `matrix` is `exact`, rounded; signals are the
    sink's row of Δᵗ; a node's fidelity is the supremum of its signals, had at its `times`;
    φ_min is the minimum over all nodes; the successors, where there are, are a walk.

    Parameters
    ----------
    operator : DiffusionOperator
        Or a mixture or a subclass; rational or float, of up to about a hundred nodes.

    Raises
    ------
    AssertionError
        Where a law is broken: its name, then the node or time and the values.
    KindError, SymbolicError
        Unless `operator` is a DiffusionOperator; for weights that are symbols.
    UndecidedError
        Where the operator cannot certify an answer.

    Examples
    --------
    >>> from dagmix.families import line
    >>> check_diffusion(DiffusionOperator(line(4)))

    References
    ----------
    arXiv:2507.02944, Definitions 3.1 to 3.5.
    """
    check_kind(operator, DiffusionOperator)
    _need(_violations(_subject(operator), DIFFUSION_LAWS))


def _subject(operator: AnyOperator) -> Subject[AnyOperator]:
    if operator.field is Field.SYMBOLIC:
        message = "the laws are checked in numbers: for symbols use .subs({symbol: value})"
        raise SymbolicError(message)
    matrix = _fractions(operator.exact.tolist())
    rational = operator.field is Field.RATIONAL
    return Subject(operator, matrix, matrix if rational else _fractions(operator.matrix.tolist()))


def _fractions(rows: Iterable[Iterable[Any]]) -> Matrix:
    return [[Fraction(number) for number in row] for row in rows]


def _violations(subject: Subject[Any], laws: Sequence[Law]) -> Iterator[str]:
    for law in laws:
        for found in law(subject):
            yield f"{law.__name__}: {found}"


def _need(violations: Iterator[str]) -> None:
    """Raise AssertionError with the first violation, if there is one."""
    first = next(violations, None)
    if first is not None:
        raise AssertionError(first)


def _close(found: Any, exact: Fraction | int, error: Fraction) -> bool:
    """Tell whether an answer is right up to a relative error, or to an underflow among floats."""
    return abs(Fraction(found) - exact) <= exact * error + (LEAST_NORMAL if error else 0)


def _times(row: Sequence[Fraction], matrix: Matrix) -> list[Fraction]:
    columns = zip(*matrix, strict=True)
    return [sum((a * b for a, b in zip(row, c, strict=True)), Fraction(0)) for c in columns]


def _written(numbers: Iterable[Any]) -> str:
    return f"({', '.join(map(_short, numbers))})"


def _short(number: Any) -> str:
    """Write a number exactly, or as a float where its digits are many."""
    many = isinstance(number, Fraction) and number.denominator > LONGEST_DENOMINATOR
    return repr(float(number)) if many else str(number)
