"""Mixing times of walks that hardly ever move, by the moves alone (uniformisation).

With p at least every leaving probability, W = (1 − p) I + p P for a stochastic P: in t steps the
walk makes K moves of P, K binomial with t and p, so that s_t = Σ_k P(K = k) · r_k, where r_k is
the survival of P after k moves. P moves in some multiple of n steps where W takes n / p: however
small p is, the rows r_k are computed once, and serve every t.

Floats guess about where T is; nothing is taken from them but the guess. The rows r_k and the
weights are then kept as integers, in parts of 2^−bits and rounded down, so that what was lost is
counted; T is proved by d(T) ≤ ε < d(T − 1), with more bits where these do not decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.kernel import ScaledKernel, leaving
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import ball, precision
from dagmix._engine.exact.convert import ends, objects
from dagmix._engine.exact.vectors import others
from dagmix._util.lazy import flint

MOST_ROWS = 2**24  # floats of all rows r_k, 128 MiB
MOST_WORK = 2**26  # products of integers, some seconds
MOST_PAIRS = 2**20
RARE = Fraction(1, 4)  # p, above which nothing is gained
ABOVE = 1 + Fraction(1, 2**20)  # p over the greatest leaving probability: no diagonal is 0
REST = 2.0**-64  # share of ε that moves later than the last row may be worth
LEAST = Fraction(1, 2**900)  # thresholds below are too small for the guess
FIRST_BITS = 96  # beyond those of 1 / p
GUESS = 10**9  # the guess is taken to be right but for one part in so many
RETRIES = 3  # doublings of the precision, where a comparison is close


def exit_time(transition: Transition, sink: int, epsilon: Fraction) -> int | None:
    """Return min{t : d(t) ≤ ε} of a walk that reaches its sink, or None.

    None where the walk moves too often, where its moves are too many, or a comparison too close.
    """
    if transition.adjacency.edges > MOST_PAIRS or epsilon < LEAST:
        return None
    rate = _rate(transition, sink)
    if rate > RARE:
        return None
    length = (rate.denominator // rate.numerator).bit_length()
    for doubling in range(RETRIES):
        bits = (FIRST_BITS + length) << doubling
        with precision(bits + length + 64), suppress(_BluntError):
            moves = _Moves(transition, sink, rate, bits)
            rows = moves.guessed_rows(float(epsilon))
            found = None if rows is None else _prove(moves, rows, epsilon)
            if rows is None or found is not None:
                return found
    return None


def _rate(transition: Transition, sink: int) -> Fraction:
    """Return p, a little more than the greatest leaving probability."""
    with precision(64):
        away = np.delete(leaving(transition.over(ball)), sink)
        return ABOVE * max(ends(probability)[1] for probability in away.tolist())


class _BluntError(ArithmeticError):
    """A ball is too wide at this precision."""


class _Moves:
    """P in integers: each entry in parts of 2^−bits, less than two of them too small."""

    def __init__(self, transition: Transition, sink: int, rate: Fraction, bits: int) -> None:
        exact, adjacency = transition.over(ball), transition.adjacency
        receivers, senders = adjacency.pairs
        stays = ball(rate) - leaving(exact)
        shares = np.where(receivers == senders, stays[senders], exact.entries)
        scale = flint.arb(2) ** bits / ball(rate)
        self._parts = objects([_floor(share * scale) for share in shares.tolist()])
        self._adjacency, self._sink, self._rate = adjacency, sink, rate
        self.n, self.bits, self.mean = adjacency.n, bits, rate.denominator // rate.numerator
        self.most = min(MOST_ROWS // self.n, MOST_WORK // adjacency.work)

    def _kernel(self, entries: Vec) -> ScaledKernel:
        return ScaledKernel(self._adjacency, values=self._adjacency.place(entries))

    def guessed_rows(self, epsilon: float) -> Vec | None:
        """Return r_0, r_1, … in floats until no more is left than a share of ε, or None."""
        entries = [float(Fraction(part, 1 << self.bits)) for part in self._parts.tolist()]
        kernel, row = self._kernel(np.array(entries)), others(self.n, self._sink)
        rows = [row]
        while row.max() > REST * epsilon:
            if len(rows) > self.most:
                return None
            row = kernel.step(row)
            rows.append(row)
        return np.array(rows)

    def rows(self) -> Iterator[Vec]:
        """Yield r_0, r_1, … in parts of 2^−bits, rounded down, until the rest is not known."""
        kernel, row = self._kernel(self._parts), others(self.n, self._sink, 1) << self.bits
        moves = 0
        yield row
        while self.lost(moves) < row.max() and moves < self.most:
            row, moves = kernel.step(row) >> self.bits, moves + 1
            yield row

    def lost(self, moves: int) -> int:
        """Bound what entries of r_k, k ≤ moves, have lost: two parts a pair, and one, a move."""
        return moves * (2 * self.n + 1)

    def weights(self, time: int) -> Iterator[Any]:
        """Yield P(K = k) after `time` steps, k = 0, 1, …, in balls.

        Their relative error is about (time + k) · 2^−(bits + length + 64), 2^length > 1 / p, and no
        time that is asked for is near 2^(60 + length).
        """
        odds, weight = ball(self._rate / (1 - self._rate)), ball(1 - self._rate) ** time
        k = 0
        while True:
            yield weight
            k += 1
            weight = weight * odds * (time - k + 1) / k

    def float_weights(self, time: int, size: int) -> Vec:
        """Return the first of them in floats."""
        return np.array([float(weight) for weight in islice(self.weights(time), size)])

    def parts_of_weights(self, time: int) -> Iterator[int]:
        """Yield the same in parts of 2^−bits, less than two of them too small."""
        return (_floor(weight * flint.arb(2) ** self.bits) for weight in self.weights(time))


def _floor(number: Any) -> int:
    """Return an integer below a non-negative number, less than two below it.

    Raises _BluntError where the ball is too wide to tell, which another thread that lowers the
    precision makes it.
    """
    low, high = number.lower().fmpq(), number.upper().fmpq()
    if high - low > 1:
        raise _BluntError
    return max(int(low.p // low.q), 0)


def _guess(moves: _Moves, rows: Vec, epsilon: float) -> int:
    """Return about where d(t) passes ε, from below."""

    def above(time: int) -> bool:
        return bool((moves.float_weights(time, len(rows)) @ rows).max() > epsilon)

    low, high = 0, moves.mean
    while above(high):
        low, high = high, 2 * high
    while high - low > 1 + low // (16 * GUESS):
        middle = (low + high) // 2
        low, high = (middle, high) if above(middle) else (low, middle)
    return max(low - low // GUESS - 2, 0)


def _prove(moves: _Moves, guessed: Vec, epsilon: Fraction) -> int | None:
    """Return T, proved; None where the comparisons are too close at this precision.

    States at which survival is at most ε when the search begins are done with for ever. The
    others are few, and are followed to T.
    """
    begin = _guess(moves, guessed, float(epsilon))
    survival = moves.float_weights(begin, len(guessed)) @ guessed
    open_states = np.flatnonzero(survival > float(epsilon) * (1 - 1000 / GUESS))
    total, kept, row = others(moves.n, 0, 0), [], guessed[:0]
    for weight, row in zip(moves.parts_of_weights(begin), moves.rows(), strict=False):
        total = total + weight * row
        kept.append(row[open_states].tolist())
    total, last = total >> moves.bits, len(kept) - 1
    # Lost: of the rows, of the weights, of the last division; and the moves after the last.
    lost = 2 * moves.lost(last) + 2 * (last + 1) + 1 + int(row.max())
    threshold = epsilon * 2**moves.bits
    closed = np.delete(total, open_states)
    if not len(open_states) or any(value + lost > threshold for value in closed.tolist()):
        return None
    table = flint.fmpz_mat(kept).transpose()

    def excess(time: int) -> Fraction | None:
        """Return d(time) − ε in parts, about; None where its sign is open."""
        parts = flint.fmpz_mat(
            [[weight] for weight in islice(moves.parts_of_weights(time), len(kept))]
        )
        value = max(int(entry) for entry in (table * parts).entries()) >> moves.bits
        known = value > threshold or value + lost <= threshold
        return value - threshold if known else None

    return _bracket(excess, begin)


def _bracket(excess: Callable[[int], Fraction | None], begin: int) -> int | None:
    """Return the least time at which the excess is not positive, later than `begin`.

    It falls, and nearly on a line: probes on both sides of where the line between the ends passes
    zero make the bracket smaller by a square, and the middle by a half where they do not.
    """
    low, step = begin, 1 + begin // GUESS
    upper = excess(low)
    if upper is None or upper <= 0:
        return None
    while (lower := excess(high := low + step)) is not None and lower > 0:
        low, upper, step = high, lower, 2 * step
    while lower is not None and high - low > 1:
        width = high - low
        crossing = low + int(upper * width / (upper - lower))
        margin = 1 + 8 * width * width // (high + 1)
        for probe in (crossing - margin, crossing + margin, (low + high) // 2):
            if low < probe < high:
                value = excess(probe)
                if value is None:
                    return None
                if value > 0:
                    low, upper = probe, value
                else:
                    high, lower = probe, value
    return None if lower is None else high
