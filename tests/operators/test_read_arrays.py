"""Matrices and attention of every kind: what they are read as."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.sparse import csr_array, eye_array

from dagmix import DiffusionOperator, MultiHeadDiffusion, MultiHeadWalk, families
from dagmix.errors import NumberError, ShapeError, StochasticError
from dagmix.operators import Field

HALF = Fraction(1, 2)
NEGATIVE = sp.Symbol("n", negative=True)


class Tensor:
    """Something with `__array__`, as torch and pandas have it, and no NumPy array."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = rows

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        return np.array(self.rows, dtype=dtype)


@pytest.mark.parametrize(
    ("matrix", "field"),
    [
        (np.array([[1, 0], [0, 1]]), Field.FLOAT),
        (Tensor([[1.0, 0.0], [0.5, 0.5]]), Field.FLOAT),
        ([[1, 0], [0.5, 0.5]], Field.FLOAT),
        ([["1", 0], ["1/2", HALF]], Field.RATIONAL),
        (sp.Matrix([[1, 0], [sp.Rational(1, 3), sp.Rational(2, 3)]]), Field.RATIONAL),
        (sp.Matrix([[1, 0], [sp.Symbol("a"), 1 - sp.Symbol("a")]]), Field.SYMBOLIC),
    ],
)
def test_matrices(matrix: Any, field: Field) -> None:
    diffusion = DiffusionOperator.from_matrix(matrix, sink=1)
    assert diffusion.field is field
    assert diffusion.exact.shape == (2, 2)


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (5, ShapeError, "got int"),
        ([[1, 0], [1]], ShapeError, r"lengths \[1, 2\]"),
        ([[1, 0, 0], [0, 1, 0]], ShapeError, r"\(2, 3\)"),
        ([["1/2", "1/3"], [0, 1]], StochasticError, "row 0 sums to 5/6"),
        ([["3/2", "-1/2"], [0, 1]], NumberError, r"\[0, 1\] is -1/2"),
        (sp.Matrix([[1, 0], [sp.Symbol("a"), sp.Symbol("a")]]), StochasticError, r"2\*a"),
        ([[1, 0], ["x", 1]], NumberError, r"entry \[1, 0\]"),
        ([[1, 0], [1 - sp.pi, sp.pi]], NumberError, r"entry \[1, 0\] is 1 - pi"),
        (sp.Matrix([[1, 0], [2 - NEGATIVE, NEGATIVE - 1]]), NumberError, r"\[1, 1\] is n - 1"),
        (iter([[1]]), ShapeError, "got list_iterator"),
        (eye_array(10**6), ShapeError, "n = 1000000 has 1000000000000 entries; too large"),
    ],
)
def test_no_matrices(matrix: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        DiffusionOperator.from_matrix(matrix, sink=1)


def test_sparse_matrices() -> None:
    dense = DiffusionOperator(families.line(4)).matrix
    assert DiffusionOperator.from_matrix(csr_array(dense)) == DiffusionOperator.from_matrix(dense)


@pytest.mark.parametrize("kind", [MultiHeadDiffusion, MultiHeadWalk])
def test_ragged_attention(kind: Any) -> None:
    with pytest.raises(ShapeError, match="attention: an array is asked for"):
        kind.from_attention([[[1.0, 0.0], [1.0]]])
    with pytest.raises(ShapeError, match="weights: an array is asked for"):
        kind.from_attention([[[1.0]]], weights=[[1], [1, 2]])


def test_constants_that_are_not_negative_are_entries() -> None:
    found = DiffusionOperator.from_matrix([[1, 0], [sp.pi - 3, 4 - sp.pi]])
    assert found.signal(1, 1) == 4 - sp.pi


def test_attention_that_is_no_array_of_numbers() -> None:
    with pytest.raises(NumberError, match="no plain numbers"):
        MultiHeadDiffusion.from_attention(np.array([[[None]]]))
