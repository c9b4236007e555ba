"""Sums over the lines' denominators are the sums of fractions; other kernels are left alone."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dagmix import MultiHeadDiffusion
from dagmix._engine.adjacency.explicit import from_mask, merged
from dagmix._engine.chains.kernel import ScaledKernel
from dagmix._engine.chains.line_sums import summed_by_line
from dagmix._engine.exact.arb import ball
from dagmix._engine.exact.convert import objects

N = 20
WEIGHTS = (Fraction(1, 3), Fraction(1, 6), Fraction(1, 2))


def part(seed: int, axis: int, divisor: int = 1) -> ScaledKernel:
    """Return a kernel with scales of its lines, of a graph or over other numbers."""
    rng = np.random.default_rng(seed)
    adjacency = from_mask(np.tril(rng.random((N, N)) < 0.1 + 0.3 * (seed % 3)))
    scale = objects([Fraction(1, int(d)) for d in rng.integers(1, 99, N)])
    numbers = [Fraction(int(a), divisor) for a in rng.integers(1, 2**40, adjacency.edges)]
    values = None if seed % 3 == 0 else adjacency.place(objects(numbers))
    if axis:
        return ScaledKernel(adjacency, None, values, scale)
    return ScaledKernel(adjacency, scale, values)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("seed", range(5))
def test_entries_are_those_of_the_sum(seed: int, axis: int) -> None:
    """Heads of graphs and of numbers, with pairs of their own."""
    parts = list(zip(WEIGHTS, (part(seed + k, axis) for k in range(3)), strict=True))
    whole = merged([head.adjacency for _, head in parts])
    expected: Any = sum(weight * head.dense() for weight, head in parts)
    found = summed_by_line(whole, parts)
    assert found is not None
    assert found.tolist() == expected[whole.pairs].tolist()
    assert {type(number) for number in found} == {Fraction}


def test_float_heads_are_their_fractions() -> None:
    attention = np.tril(np.random.default_rng(0).random((3, N, N)))
    attention /= attention.sum(axis=2, keepdims=True)
    weights = (0.25, 0.25, 0.5)
    mixture = MultiHeadDiffusion.from_attention(attention, weights=weights)
    shares = [Fraction(weight) for weight in weights]
    heads = [[[Fraction(x) for x in row] for row in head] for head in attention.tolist()]
    expected = [
        [sum(w * h[i][j] / sum(h[i]) for w, h in zip(shares, heads, strict=True)) for j in range(N)]
        for i in range(N)
    ]
    assert mixture.transition.rationals.dense().tolist() == expected


def test_other_kernels() -> None:
    """Both scales or none, lines on either side, values that are no integers, balls."""
    rows, columns = part(1, 0), part(1, 1)
    both = ScaledKernel(rows.adjacency, rows.receiver, rows.values, columns.sender)
    none = ScaledKernel(rows.adjacency, values=rows.values)
    in_balls = ScaledKernel(rows.adjacency, objects([ball(Fraction(1, 3))] * N))
    assert summed_by_line(rows.adjacency, [(ball(Fraction(1)), in_balls)]) is None
    for kernels in ([both], [none], [rows, columns], [part(1, 0, divisor=7)]):
        parts = [(Fraction(1), kernel) for kernel in kernels]
        assert summed_by_line(rows.adjacency, parts) is None
