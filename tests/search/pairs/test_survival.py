"""Mixing times in floats and in integers beside full matrix powers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import oracle
import pytest
from cases.zoo import unique_sink_dags

from dagmix.search.pairs import survival

GRAPHS = unique_sink_dags(4)
UNIT = 12


def walks() -> np.ndarray[Any, Any]:
    """W of every forward graph on four nodes without the sink, times 12."""
    exact = [oracle.walk_matrix(4, edges) for edges in GRAPHS]
    whole = [[[int(12 * entry) for entry in row[:3]] for row in W[:3]] for W in exact]
    return np.moveaxis(np.array(whole), 0, -1)


def times(epsilon: Fraction) -> list[float]:
    return [oracle.mixing_time(oracle.walk_matrix(4, edges), 3, epsilon) for edges in GRAPHS]


@pytest.mark.parametrize("epsilon", [Fraction(1, 4), Fraction(1, 8), Fraction(5, 16)])
def test_exact_times(epsilon: Fraction) -> None:
    """At ties too: the star has d(2) = ¼ and d(3) = ⅛."""
    assert survival.exact_times(walks(), UNIT, epsilon).tolist() == times(epsilon)


def test_limits_that_are_certainly_missed() -> None:
    exact = np.array(times(Fraction(1, 4)))
    for limit in range(9):
        limits = np.full(len(exact), limit)
        within = survival.within(walks() / UNIT, limits, 0.25)
        assert within.tolist() == ((exact <= limit) & (limit > 0)).tolist()
        beyond = survival.beyond(walks() / UNIT, limits, 0.25)
        ties = exact + 1 == limits  # d(limit − 1) = ¼ is within the margin
        assert (beyond == (exact >= limit))[~ties].all()


def test_each_mixture_has_its_limit() -> None:
    """As pairs of heads of different speed have."""
    exact = np.array(times(Fraction(1, 4)), dtype=int)
    assert survival.within(walks() / UNIT, exact, 0.25).all()
    assert not survival.within(walks() / UNIT, exact - 1, 0.25).any()
    assert survival.beyond(walks() / UNIT, exact, 0.25).all()
    assert not survival.beyond(walks() / UNIT, exact + 2, 0.25).any()
