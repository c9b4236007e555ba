"""Hitting probabilities of the extreme gates: all fixed choices tried, and both ways compared."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from cases.pairs_of_heads import orders
from cases.zoo import unique_sink_dags
from oracle import bounds as oracle_bounds
from oracle import diffusion_matrix

from dagmix._engine.chains.gates.hits import by_policies, majorant

ORDER = list(np.arange(4)[:, None])
UNITS = np.eye(4, dtype=object) * Fraction(1)


def extreme(heads: np.ndarray, i: int, j: int) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest P_i(hit j) of all fixed choices, as good as any."""
    rows = range(len(heads[0]))
    chains = [
        [heads[h][k].tolist() for h, k in zip(chosen, rows, strict=True)]
        for chosen in product(range(len(heads)), repeat=len(rows))
    ]
    found = [oracle_bounds.hits(chain, i, j) for chain in chains]
    return min(found), max(found)


def test_a_pass_and_improved_choices_have_the_extreme_of_all_choices() -> None:
    """A few pairs on four nodes with a common order, in rationals and in floats."""
    for pair in list(product(unique_sink_dags(4)[::5], unique_sink_dags(4)[::7])):
        heads = np.array([diffusion_matrix(4, edges) for edges in pair], dtype=object)
        most = majorant(heads, ORDER, UNITS)
        least = majorant(heads, ORDER, UNITS, greatest=False)
        near = majorant(heads.astype(float), ORDER, np.eye(4))
        assert np.abs(near - most.astype(float)).max() < 1e-14
        for j in range(4):
            assert (by_policies(heads, j) == most[:, j]).all()
            assert (least[3, j], most[3, j]) == extreme(heads, 3, j)


def test_improved_choices_are_the_best_in_any_order() -> None:
    some = orders(4)[::8]
    for pair in list(product(some, repeat=2))[::5]:
        heads = np.array([diffusion_matrix(4, edges) for edges in pair], dtype=object)
        for j in range(4):
            assert by_policies(heads, j)[3] == extreme(heads, 3, j)[1]


def test_a_majorant_is_raised_by_no_head() -> None:
    """It is at least the floor, equal where no head raises it, and no head's average is more."""
    floor = np.array([Fraction(1, 3), Fraction(1, 2), Fraction(0), Fraction(1, 8)], dtype=object)
    for pair in product(unique_sink_dags(4)[::4], repeat=2):
        heads = np.array([diffusion_matrix(4, edges) for edges in pair], dtype=object)
        found = majorant(heads, ORDER, floor[:, None])[:, 0]
        assert (found >= floor).all()
        averages = (heads @ found).max(axis=0)
        assert (averages <= found).all()
        assert ((found == floor) | (averages == found)).all()
