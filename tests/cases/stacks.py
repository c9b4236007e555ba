"""Stacks of layers drawn at random, as dagmix has them and as the oracle does."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING

from oracle.depth import Layer

from dagmix import LayerStack, MultiHeadDiffusion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle import Matrix

FIRST: list[list[str | int]] = [["1", 0, 0], ["1/2", "1/2", 0], ["1/4", "1/4", "1/2"]]
SECOND: list[list[str | int]] = [["1", 0, 0], ["1", 0, 0], ["1/3", "1/3", "1/3"]]


def exact(rows: list[list[str | int]]) -> Matrix:
    """Fractions of texts."""
    return [[Fraction(entry) for entry in row] for row in rows]


def uniform(n: int) -> Matrix:
    """Uniform causal attention."""
    return [[Fraction(int(j <= i), i + 1) for j in range(n)] for i in range(n)]


def rows(draw: random.Random, n: int, *, causal: bool) -> Matrix:
    """A stochastic matrix with small denominators and some zeros."""
    matrix = []
    for i in range(n):
        width = i + 1 if causal else n
        numbers = [draw.choice([0, 0, 1, 1, 2, 3]) for _ in range(width)]
        numbers[draw.randrange(width)] += 1
        total = sum(numbers)
        matrix.append([Fraction(x, total) for x in numbers] + [Fraction(0)] * (n - width))
    return matrix


def drawn(seed: int, n: int, depth: int, heads: int, *, causal: bool = True) -> list[Layer]:
    """Layers with heads, weights and residuals of their own."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    layers = []
    for _ in range(depth):
        weights = [Fraction(draw.randint(0, 3)) for _ in range(heads)]
        weights[draw.randrange(heads)] += 1
        total = sum(weights)
        matrices = [rows(draw, n, causal=causal) for _ in range(heads)]
        residual = draw.choice([Fraction(0), Fraction(1, 2), Fraction(1, 3), Fraction(9, 10)])
        layers.append(Layer([w / total for w in weights], matrices, residual))
    return layers


def stacked(layers: Sequence[Layer]) -> LayerStack:
    """The same stack, read at its last node."""
    sink = len(layers[0].heads[0]) - 1
    mixtures = [MultiHeadDiffusion(one.heads, one.weights, sink) for one in layers]
    return LayerStack(mixtures, [one.residual for one in layers])
