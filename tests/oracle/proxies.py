"""Proxies by brute force in rationals, matrix by matrix. Shares no code with dagmix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

Matrix = list[list[Fraction]]


def mixed(heads: Sequence[Sequence[Sequence[float]]], weights: Sequence[float]) -> Matrix:
    """Σ_h w_h A_h over Σ_h w_h, every row of every head divided by its exact sum."""
    exact = [[[Fraction(x) for x in row] for row in head] for head in heads]
    shares = [Fraction(w) / sum(map(Fraction, weights)) for w in weights]
    n = len(exact[0])
    return [
        [
            sum(
                (w * head[i][j] / sum(head[i]) for w, head in zip(shares, exact, strict=True)),
                Fraction(0),
            )
            for j in range(n)
        ]
        for i in range(n)
    ]


def gated(heads: Sequence[Sequence[Sequence[float]]], gates: Sequence[Sequence[float]]) -> Matrix:
    """Row i is row i of the mixture with the weights gates[h][i] of its receiver i."""
    n = len(heads[0])
    return [mixed(heads, [gate[i] for gate in gates])[i] for i in range(n)]


def cut(a: Matrix, target: int) -> Matrix:
    """Keep the positions up to the target."""
    return [row[: target + 1] for row in a[: target + 1]]


def successors(a: Matrix, target: int | None = None) -> Matrix:
    """Row j holds P[j → i]: column j of Ā over its sum; the target, by default the last, stays."""
    n = len(a)
    walk = []
    for j in range(n):
        column = [a[i][j] for i in range(n)]
        if j == (n - 1 if target is None else target):
            walk.append([Fraction(int(i == j)) for i in range(n)])
        else:
            walk.append([x / sum(column) for x in column])
    return walk


def successors_per_head(
    heads: Sequence[Sequence[Sequence[float]]], weights: Sequence[float], target: int | None = None
) -> Matrix:
    """Σ_h w_h P_h over Σ_h w_h, P_h the successors of head h alone."""
    walks = [successors(mixed([head], [1]), target) for head in heads]
    shares = [Fraction(w) / sum(map(Fraction, weights)) for w in weights]
    places = range(len(walks[0]))
    return [
        [
            sum((w * walk[j][i] for w, walk in zip(shares, walks, strict=True)), Fraction(0))
            for i in places
        ]
        for j in places
    ]


def published(a: Matrix) -> Matrix:
    """Row j holds the differences of min(1, running sum of column j); the rest is the sink's."""
    n = len(a)
    walk = []
    for j in range(n - 1):
        sums = [
            min(Fraction(1), sum((a[k][j] for k in range(i + 1)), Fraction(0))) for i in range(n)
        ]
        row = [sums[0], *(sums[i] - sums[i - 1] for i in range(1, n))]
        row[-1] += 1 - sums[-1]
        walk.append(row)
    return [*walk, [Fraction(int(i == n - 1)) for i in range(n)]]


CHAINS = {"successors": successors, "published": published}


def cut_off_times(walk: Matrix, steps: int, target: int | None = None) -> list[Fraction]:
    """E[min(T_j, M)] by the recursion E_M(j) = 1 + Σ_i P[j → i] E_{M−1}(i) off the sink."""
    n = len(walk)
    sink = n - 1 if target is None else target
    times = [Fraction(0)] * n
    for _ in range(steps):
        times = [
            Fraction(0)
            if j == sink
            else 1 + sum((p * e for p, e in zip(walk[j], times, strict=True)), Fraction(0))
            for j in range(n)
        ]
    return times


def full_times(walk: Matrix) -> list[Fraction | float]:
    """E[T_j] of a chain that only moves to later positions, from the last one back."""
    n = len(walk)
    times: list[Fraction | float] = [Fraction(0)] * n
    for j in range(n - 2, -1, -1):
        later = [(walk[j][i], times[i]) for i in range(j + 1, n) if walk[j][i]]
        if walk[j][j] == 1 or any(e == math.inf for _, e in later):
            times[j] = math.inf
        else:
            times[j] = (1 + sum((p * Fraction(e) for p, e in later), Fraction(0))) / (
                1 - walk[j][j]
            )
    return times


def peaks(a: Matrix, horizon: int, first: int) -> list[Fraction]:
    """The greatest (Āᵗ)[τ, j], first ≤ t ≤ horizon, from full matrix powers."""
    return peaks_between(a, horizon, first)[-1]


def peaks_between(a: Matrix, horizon: int, first: int) -> Matrix:
    """The greatest (Āᵗ)[i, j], first ≤ t ≤ horizon, for every i and j."""
    n = len(a)
    power = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    powers = []
    for _ in range(horizon + 1):
        powers.append(power)
        power = [
            [sum((power[i][k] * a[k][j] for k in range(n)), Fraction(0)) for j in range(n)]
            for i in range(n)
        ]
    return [[max(one[i][j] for one in powers[first:]) for j in range(n)] for i in range(n)]
