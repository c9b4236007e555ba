"""TokenRank beside Gaussian elimination, by a substitution and by elimination."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from cases.stacks import FIRST, exact, rows, uniform
from oracle import Matrix
from oracle.depth import token_rank as by_elimination

from dagmix import DiffusionOperator, errors, families

PERCENT = Fraction(99, 100)


@pytest.mark.parametrize(
    ("matrix", "alpha", "expected"),
    [
        (exact(FIRST), PERCENT, "30100/30603 301/30603 2/303"),
        (exact(FIRST), Fraction(1, 2), "14/27 7/27 2/9"),
        (uniform(4), Fraction(1, 2), "16/35 8/35 6/35 1/7"),
        (uniform(4), PERCENT, "2000000/2036867 20000/2036867 100/20167 1/301"),
    ],
)
def test_values_known_by_hand(matrix: Matrix, alpha: Fraction, expected: str) -> None:
    diffusion = DiffusionOperator.from_matrix(matrix, sink=len(matrix) - 1)
    assert diffusion.token_rank(alpha).tolist() == [Fraction(x) for x in expected.split()]
    assert by_elimination(matrix, alpha) == [Fraction(x) for x in expected.split()]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("causal", [True, False])
def test_token_rank_is_the_stationary_row(seed: int, causal: bool) -> None:  # noqa: FBT001
    """In fractions it is exact, in floats to a relative error of 1e-12, α near 1 too."""
    matrix = rows(random.Random(seed), 5, causal=causal)  # noqa: S311 - no secret
    for alpha in (Fraction(1, 3), PERCENT, 1 - Fraction(1, 2**40)):
        expected = by_elimination(matrix, alpha)
        found = DiffusionOperator.from_matrix(matrix, sink=4).token_rank(alpha)
        assert found.tolist() == expected
        assert sum(found) == 1
        floats = DiffusionOperator.from_matrix(np.array(matrix, dtype=float), sink=4)
        assert floats.token_rank(alpha) == pytest.approx(np.array(expected, dtype=float), rel=1e-11)


def test_bad_restarts_are_refused() -> None:
    line = DiffusionOperator(families.line(3))
    for alpha in (0, 1, "3/2", -0.5, sp.Symbol("a")):
        with pytest.raises(errors.NumberError, match="strictly between 0 and 1"):
            line.token_rank(alpha)
    a = sp.Symbol("a")
    symbolic = DiffusionOperator.from_matrix([[1, 0], [a, 1 - a]])
    with pytest.raises(errors.SymbolicError, match="TokenRank"):
        symbolic.token_rank()


def test_of_long_contexts_by_runs() -> None:
    """A window as index ranges is what it is as a matrix."""
    window = DiffusionOperator(families.sliding_window(300, 3))
    dense = DiffusionOperator.from_matrix(window.matrix)
    assert window.token_rank().astype(float) == pytest.approx(dense.token_rank("99/100"), rel=1e-12)
