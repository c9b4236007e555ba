"""Through the layers by brute force in fractions: products, cuts and every single pathway.

A layer is (weights, heads, residual), heads as matrices [receiver][sender]; bottom layer first.
Nothing here comes from dagmix.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from itertools import product as tuples
from typing import TYPE_CHECKING, NamedTuple

from oracle import ONE, ZERO, mixture, product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle import Matrix


class Layer(NamedTuple):
    """The heads of one layer, their weights, and the share of the residual stream."""

    weights: Sequence[Fraction]
    heads: Sequence[Matrix]
    residual: Fraction


def identity(n: int) -> Matrix:
    """Ones on the diagonal."""
    return [[ONE if i == j else ZERO for j in range(n)] for i in range(n)]


def with_residual(layer: Layer) -> Matrix:
    """ρI + (1 − ρ) Σ_h w_h A_h."""
    mixed = mixture(layer.weights, layer.heads)
    shares = [layer.residual, 1 - layer.residual]
    return mixture(shares, [identity(len(mixed)), mixed])


def rollouts(layers: Sequence[Layer]) -> list[Matrix]:
    """Â_t ⋯ Â_1 for t = 0 … L."""
    found = [identity(len(layers[0].heads[0]))]
    for layer in layers:
        found.append(product(with_residual(layer), found[-1]))
    return found


def least_cut(layers: Sequence[Layer], source: int, sink: int) -> Fraction:
    """The least capacity of a cut between (L, source) and (0, sink): the maximum flow.

    All sets of inner nodes are tried, so that inner nodes are few.
    """
    n, depth = len(layers[0].heads[0]), len(layers)
    steps = [with_residual(layer) for layer in layers]
    inner = [(level, i) for level in range(1, depth) for i in range(n)]
    best = None
    for choice in tuples((False, True), repeat=len(inner)):
        side = dict(zip(inner, choice, strict=True))
        side |= {(depth, i): i == source for i in range(n)} | {(0, i): i != sink for i in range(n)}
        cut = sum(
            (
                steps[level - 1][i][k]
                for level in range(1, depth + 1)
                for i in range(n)
                for k in range(n)
                if side[level, i] and not side[level - 1, k]
            ),
            ZERO,
        )
        best = cut if best is None else min(best, cut)
    assert best is not None
    return best


def dobrushin(matrix: Matrix) -> Fraction:
    """The greatest total variation between two rows."""
    return max(
        sum((abs(a - b) for a, b in zip(one, two, strict=True)), ZERO) / 2
        for one in matrix
        for two in matrix
    )


class Path(NamedTuple):
    """Head (−1 for the residual stream) and node in turn, from the source on, and the weight."""

    steps: tuple[int, ...]
    weight: Fraction


def pathways(layers: Sequence[Layer], source: int, sink: int) -> list[Path]:
    """Every pathway of positive weight, the heaviest first, equal ones by their steps."""
    n, depth = len(layers[0].heads[0]), len(layers)
    stream = identity(n)
    found = []
    for between in tuples(range(n), repeat=depth - 1):
        nodes = (source, *between, sink)
        for heads in tuples(*(range(-1, len(layer.heads)) for layer in layers)):
            weights = [
                layer.residual * stream[i][j]
                if h < 0
                else (1 - layer.residual) * layer.weights[h] * layer.heads[h][i][j]
                for layer, h, (j, i) in zip(layers, heads, pairwise(nodes), strict=True)
            ]
            if weight := math.prod(weights):
                steps = tuple(x for pair in zip(heads, nodes[1:], strict=True) for x in pair)
                found.append(Path(steps, Fraction(weight)))
    return sorted(found, key=lambda path: (-path.weight, path.steps))


def shares(layers: Sequence[Layer], source: int, sink: int) -> list[list[Fraction]]:
    """The share of the signal whose pathways use head h at layer l; NaN is refused."""
    paths = pathways(layers, source, sink)
    whole = sum((path.weight for path in paths), ZERO)
    return [
        [
            sum((path.weight for path in paths if path.steps[2 * level] == head), ZERO) / whole
            for head in range(len(layer.heads))
        ]
        for level, layer in enumerate(layers)
    ]


def token_rank(matrix: Matrix, alpha: Fraction) -> list[Fraction]:
    """π = π(αA + (1 − α)11ᵀ/n) with Σπ = 1, by Gaussian elimination."""
    n = len(matrix)
    chain = [[alpha * matrix[i][j] + (1 - alpha) / n for j in range(n)] for i in range(n)]
    rows = [[chain[i][j] - (i == j) for i in range(n)] + [ZERO] for j in range(n - 1)]
    rows.append([ONE] * n + [ONE])
    for k in range(n):
        pivot = next(row for row in range(k, n) if rows[row][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for row in range(n):
            if row != k and rows[row][k]:
                factor = rows[row][k] / rows[k][k]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[k], strict=True)]
    return [rows[k][n] / rows[k][k] for k in range(n)]
