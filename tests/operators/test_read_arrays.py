"""Matrices and attention of every kind: what they are read as."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.sparse import csr_array

from dagmix import DiffusionOperator, MultiHeadDiffusion, families
from dagmix.errors import NumberError, ShapeError, StochasticError
from dagmix.operators import Field

HALF = Fraction(1, 2)


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
    ],
)
def test_no_matrices(matrix: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        DiffusionOperator.from_matrix(matrix, sink=1)


def test_sparse_matrices() -> None:
    dense = DiffusionOperator(families.line(4)).matrix
    assert DiffusionOperator.from_matrix(csr_array(dense)) == DiffusionOperator.from_matrix(dense)


def test_attention_that_is_no_array_of_numbers() -> None:
    with pytest.raises(NumberError, match="no plain numbers"):
        MultiHeadDiffusion.from_attention(np.array([[[None]]]))
