"""Brute force for bounds, in fractions and 60-digit decimals, from the definitions alone.

Nothing here comes from dagmix. Conventions are those of `oracle`.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import oracle

if TYPE_CHECKING:
    from oracle import Matrix

DIGITS = Context(prec=60)


@cache
def tail(trials: int, successes: int, p: Fraction) -> Fraction:
    """P[Bin(t, p) ≤ N − 1], term by term."""
    below = range(min(successes, trials + 1))
    return sum((math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in below), Fraction(0))


def binomial_time(successes: int, p: Fraction, epsilon: Fraction) -> float:
    """min{t ≥ 0 : P[Bin(t, p) ≤ N − 1] ≤ ε}, one t after the other."""
    if successes and not p:
        return math.inf
    t = 0
    while tail(t, successes, p) > epsilon:
        t += 1
    return t


def decimal(number: Fraction) -> Decimal:
    """60 digits of a fraction."""
    return DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))


def exponential(exponent: Fraction) -> Decimal:
    """e^(−x)."""
    return DIGITS.exp(-decimal(exponent))


def chernoff_time(moves: int, p: Fraction, epsilon: Fraction) -> float:
    """⌈(N + L + √(L² + 2NL)) / p⌉ with L = ln(1/ε)."""
    if not p:
        return math.inf
    log = -DIGITS.ln(decimal(epsilon))
    root = DIGITS.sqrt(DIGITS.add(DIGITS.multiply(log, log), DIGITS.multiply(2 * moves, log)))
    steps = DIGITS.divide(DIGITS.add(DIGITS.add(moves, log), root), decimal(p))
    return int(steps.to_integral_value(ROUND_CEILING))


def holding_time(hold: Fraction, epsilon: Fraction) -> float:
    """min{t ≥ 0 : qᵗ ≤ ε}."""
    if hold == 1:
        return math.inf
    t = 0
    while hold**t > epsilon:
        t += 1
    return t


def leaving(W: Matrix, sink: int) -> Fraction:
    """The least 1 − W[j][j] off the sink."""
    return min((1 - W[j][j] for j in range(len(W)) if j != sink), default=Fraction(1))


def path_lengths(W: Matrix, start: int, sink: int, seen: frozenset[int] = frozenset()) -> set[int]:
    """Lengths of all paths from start to sink that visit no node twice."""
    if start == sink:
        return {0}
    ahead = [i for i in range(len(W)) if W[i][start] and i != start and i not in seen]
    return {1 + k for i in ahead for k in path_lengths(W, i, sink, seen | {start})}


def paths_to(W: Matrix, sink: int) -> list[set[int]]:
    """For every node, the lengths of all its paths to the sink."""
    return [path_lengths(W, j, sink) for j in range(len(W))]


def hits(delta: Matrix, start: int, target: int) -> Fraction:
    """P_start(hit target) of the chain from receivers to senders: h_i = Σ_j Δ[i][j] h_j."""
    n = len(delta)
    able = [i for i in range(n) if i != target and target in oracle.heard_from(delta, i)]
    system = [[Fraction(int(i == j)) - delta[i][j] for j in able] for i in able]
    solution = oracle.solve(system, [delta[i][target] for i in able])
    return ({target: Fraction(1)} | dict(zip(able, solution, strict=True))).get(start, Fraction(0))


def visited(delta: Matrix, start: int, source: int) -> Fraction:
    """E[distinct nodes but the source that the chain from `start` visits]: a sum over sets.

    Moves in the state (place, nodes seen) until the source; the expectation solves
    first-step equations over all such states.
    """
    n = len(delta)
    states, new = {(start, frozenset([start]))}, [(start, frozenset([start]))]
    while new:
        i, seen = new.pop()
        steps = {(j, seen | {j}) for j in range(n) if delta[i][j] and i != source}
        fresh = steps - states
        states |= fresh
        new.extend(fresh)
    inside = sorted((s for s in states if s[0] != source), key=str)
    row = {state: k for k, state in enumerate(inside)}
    system = [[Fraction(int(a == b)) for b in range(len(inside))] for a in range(len(inside))]
    base = [Fraction(0)] * len(inside)
    for (i, seen), a in row.items():
        for j in range(n):
            if j == source:
                base[a] += delta[i][j] * len(seen)
            elif delta[i][j]:
                system[a][row[j, seen | {j}]] -= delta[i][j]
    return oracle.solve(system, base)[row[start, frozenset([start])]]
