"""Brute force in fractions, from the definitions alone: full matrix products and path sums.

Nothing here comes from dagmix. Nodes are 0 … n−1, an edge is (sender, receiver), and entry [i][j]
of a matrix speaks of receiver i and sender j.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from itertools import product as tuples
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Matrix = list[list[Fraction]]
Edge = tuple[int, int]
ZERO, ONE = Fraction(0), Fraction(1)


def linked(n: int, edges: Iterable[Edge], *, loops: bool) -> list[list[bool]]:
    """Tell for [receiver][sender] whether there is an edge, self-loops all there or all absent."""
    given = set(edges)
    return [[(j, i) in given or (loops and i == j) for j in range(n)] for i in range(n)]


def walk_matrix(n: int, edges: Iterable[Edge], *, loops: bool = True) -> Matrix:
    """Divide 1 evenly among the successors of each sender; without one it keeps its walk."""
    link = linked(n, edges, loops=loops)
    W = [[ZERO] * n for _ in range(n)]
    for j in range(n):
        receivers = [i for i in range(n) if link[i][j]] or [j]
        for i in receivers:
            W[i][j] = Fraction(1, len(receivers))
    return W


def diffusion_matrix(n: int, edges: Iterable[Edge], *, loops: bool = True) -> Matrix:
    """Average each receiver over its senders; without one it keeps its own value."""
    link = linked(n, edges, loops=loops)
    delta = [[ZERO] * n for _ in range(n)]
    for i in range(n):
        senders = [j for j in range(n) if link[i][j]] or [i]
        for j in senders:
            delta[i][j] = Fraction(1, len(senders))
    return delta


def successors_to(delta: Matrix, target: int) -> Matrix:
    """Divide every column of a diffusion by its sum; the column of the target keeps its walk."""
    n = len(delta)
    sums = [sum((row[j] for row in delta), ZERO) for j in range(n)]
    return [
        [Fraction(int(i == j)) if j == target else delta[i][j] / sums[j] for j in range(n)]
        for i in range(n)
    ]


def mixture(weights: Sequence[Fraction], matrices: Sequence[Matrix]) -> Matrix:
    """Σ_h weights[h] · matrices[h]."""
    n = len(matrices[0])
    heads = list(zip(weights, matrices, strict=True))
    return [[sum((a * M[i][j] for a, M in heads), ZERO) for j in range(n)] for i in range(n)]


def product(A: Matrix, B: Matrix) -> Matrix:
    """Multiply two matrices."""
    n = len(A)
    return [
        [sum((A[i][k] * B[k][j] for k in range(n) if A[i][k] and B[k][j]), ZERO) for j in range(n)]
        for i in range(n)
    ]


def powers(M: Matrix) -> Iterator[Matrix]:
    """M⁰, M¹, M², … without end."""
    n = len(M)
    power = [[ONE if i == j else ZERO for j in range(n)] for i in range(n)]
    while True:
        yield power
        power = product(M, power)


def power(M: Matrix, t: int) -> Matrix:
    """Mᵗ by squaring, for a large t: integers over one denominator."""
    L = math.lcm(*(entry.denominator for row in M for entry in row))
    whole = [[int(entry * L) for entry in row] for row in M]
    return [[Fraction(entry, L**t) for entry in row] for row in integer_power(whole, t)]


def integer_power(N: list[list[int]], t: int) -> list[list[int]]:
    """Nᵗ for t ≥ 1."""
    if t == 1:
        return N
    half = integer_power(N, t // 2)
    whole = integer_product(half, half)
    return integer_product(N, whole) if t % 2 else whole


def integer_product(A: list[list[int]], B: list[list[int]]) -> list[list[int]]:
    """Multiply two matrices of integers."""
    n = len(A)
    return [[sum(A[i][k] * B[k][j] for k in range(n)) for j in range(n)] for i in range(n)]


def path_sum(M: Matrix, t: int, i: int, j: int) -> Fraction:
    """(Mᵗ)[i][j] as the sum over all n^(t−1) paths of t steps, each the product of its entries."""
    if t == 0:
        return ONE if i == j else ZERO
    total = ZERO
    for between in tuples(range(len(M)), repeat=t - 1):
        path = (i, *between, j)
        total += math.prod((M[a][b] for a, b in pairwise(path)), start=ONE)
    return total


def distance(power: Matrix, sink: int) -> Fraction:
    """Return the largest total variation, over the columns of Wᵗ, from all mass at the sink."""
    n = len(power)
    return max(
        sum((abs(power[i][j] - (1 if i == sink else 0)) for i in range(n)), ZERO) / 2
        for j in range(n)
    )


def distances(W: Matrix, sink: int) -> Iterator[Fraction]:
    """d(0), d(1), d(2), … without end."""
    return (distance(power, sink) for power in powers(W))


def mixing_time(W: Matrix, sink: int, epsilon: Fraction) -> float:
    """Look for the first t with d(t) ≤ ε; infinite where some node never reaches the sink."""
    if len(heard_from(W, sink)) < len(W):
        return math.inf
    return next(t for t, d in enumerate(distances(W, sink)) if d <= epsilon)


def transpose(M: Matrix) -> Matrix:
    """M with [i][j] and [j][i] exchanged."""
    return [list(column) for column in zip(*M, strict=True)]


def heard_from(M: Matrix, start: int) -> set[int]:
    """Collect all k with (Mᵗ)[start][k] > 0 for some t ≥ 0."""
    found, new = {start}, [start]
    while new:
        i = new.pop()
        fresh = [k for k in range(len(M)) if M[i][k] > 0 and k not in found]
        found.update(fresh)
        new.extend(fresh)
    return found


def solve(A: Matrix, b: Sequence[Fraction]) -> list[Fraction]:
    """Gaussian elimination: the x with Σ_k A[i][k] x[k] = b[i]."""
    n = len(A)
    rows = [[*A[i], b[i]] for i in range(n)]
    for c in range(n):
        pivot = next(r for r in range(c, n) if rows[r][c] != 0)
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [entry / rows[c][c] for entry in rows[c]]
        for r in range(n):
            if r != c and rows[r][c] != 0:
                factor = rows[r][c]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[c], strict=True)]
    return [row[n] for row in rows]


def hitting_times(W: Matrix, sink: int) -> list[Fraction | float]:
    """E_j[T]: E_sink = 0 and E_j = 1 + Σ_i W[i][j] E_i; infinite where j may miss the sink."""
    n = len(W)
    forward = transpose(W)  # row j: where the walk goes from j
    hopeless = {k for k in range(n) if sink not in heard_from(forward, k)}
    sure = [j for j in range(n) if j != sink and not (heard_from(forward, j) & hopeless)]
    system = [[(ONE if i == j else ZERO) - W[i][j] for i in sure] for j in sure]
    known = dict(zip(sure, solve(system, [ONE] * len(sure)), strict=True))
    return [ZERO if j == sink else known.get(j, math.inf) for j in range(n)]
