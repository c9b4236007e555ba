"""Bounds of φ_min in floats beside exact values."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import oracle
import pytest
from cases.zoo import labelled
from oracle.fidelity import Signals

from dagmix.search.pairs import signals

PAIRS = list(product(labelled(3), repeat=2))
EVEN = (Fraction(1, 2), Fraction(1, 2))


def deltas(pairs: Any, n: int, weights: tuple[Fraction, ...] = EVEN) -> list[oracle.Matrix]:
    return [
        oracle.mixture(weights, [oracle.diffusion_matrix(n, edges) for edges in pair])
        for pair in pairs
    ]


def stacked(matrices: list[oracle.Matrix]) -> np.ndarray[Any, Any]:
    return np.moveaxis(np.array(matrices, dtype=float), 0, -1)


def everything(low: Any, _high: Any, _which: Any) -> Any:
    return np.ones(low.shape, dtype=bool)


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("weights", [EVEN, (Fraction(1, 9), Fraction(8, 9))])
def test_bounds_hold_and_are_close(weights: tuple[Fraction, ...], early: bool) -> None:  # noqa: FBT001 - a case of the table
    """Of all pairs on three nodes, some with recurrent classes of two nodes."""
    exact = deltas(PAIRS, 3, weights)
    which, low, high = signals.fidelity_bounds(stacked(exact), everything, early=early)
    assert sorted(which.tolist()) == list(range(len(PAIRS)))
    for number, least, most in zip(which.tolist(), low, high, strict=True):
        value = float(Signals(exact[number], 2).minimax()[0])
        assert least <= value * (1 + 1e-9)
        assert value <= most * (1 + 1e-9)
        assert most <= least * (1 + 1e-8)


@pytest.mark.parametrize("early", [True, False])
def test_what_is_put_aside_is_certainly_so(early: bool) -> None:  # noqa: FBT001 - a case of the table
    """Those kept from a bar on are those that reach it."""
    bar, exact = 0.45, deltas(PAIRS, 3)
    which, _, _ = signals.fidelity_bounds(
        stacked(exact), lambda _, high, __: high >= bar, early=early
    )
    reach = [k for k, delta in enumerate(exact) if Signals(delta, 2).minimax()[0] >= bar]
    assert sorted(which.tolist()) == reach


def test_upper_bounds_hold_for_all_weights_between() -> None:
    """Of the greater of the entries at β = 0.2 and 0.3, at every weight between."""
    ends = [stacked(deltas(PAIRS, 3, (b, 1 - b))) for b in (Fraction(1, 5), Fraction(3, 10))]
    together = signals.recurrent(ends[0])
    which, _, high = signals.fidelity_bounds(np.maximum(*ends), everything, together=together)
    highs = dict(zip(which.tolist(), high, strict=True))
    for weight in (Fraction(1, 5), Fraction(1, 4), Fraction(3, 10)):
        for number, delta in enumerate(deltas(PAIRS, 3, (weight, 1 - weight))):
            assert float(Signals(delta, 2).minimax()[0]) <= highs[number] * (1 + 1e-9)


def test_recurrent_classes() -> None:
    """Of {01, 12} and {10, 02}: 0 and 1 send to each other, and hear nothing of the sink."""
    (delta,) = deltas([(((0, 1), (1, 2)), ((1, 0), (0, 2)))], 3)
    found = signals.recurrent(stacked([delta]))[..., 0]
    assert found.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
