"""Matrices and attention of every kind: what they are read as."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from scipy.sparse import csr_array, eye_array

from dagmix import DiffusionOperator, MultiHeadDiffusion, MultiHeadWalk, families
from dagmix.errors import CausalError, NumberError, ShapeError, StochasticError
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


def causal(heads: int, n: int, dtype: Any = np.float32) -> Any:
    weights = np.tril(np.random.default_rng(heads).random((heads, n, n)) + 0.1)
    return (weights / weights.sum(axis=-1, keepdims=True)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("mixture", [MultiHeadDiffusion, MultiHeadWalk])
def test_heads_lie_in_one_copy_that_nobody_writes_to(mixture: Any, dtype: Any) -> None:
    """In the precision given; the caller's array may change afterwards."""
    tensor = causal(3, 30, dtype)
    mix, expected = mixture.from_attention(tensor), mixture.from_attention(tensor.copy())
    tensor[:] = 0
    assert mix == expected
    heads = MultiHeadDiffusion.from_attention(causal(3, 30, dtype)).heads
    copies = {id(head.transition.matrix.base) for head in heads}
    assert len(copies) == 1
    for head in heads:
        assert head.transition.matrix.dtype == dtype
        assert head._origin[1][0] is head.transition.matrix
        with pytest.raises(ValueError, match="read-only"):
            head.transition.matrix[0, 0] = 0


@pytest.mark.parametrize("dtype", [np.float16, np.int64, bool, np.dtype(">f8")])
def test_other_numbers_become_float64(dtype: Any) -> None:
    matrix = np.eye(3)[[0, 0, 1]].astype(dtype)
    operator = DiffusionOperator.from_matrix(matrix)
    assert operator.transition.matrix.dtype == np.float64  # type: ignore[attr-defined]
    assert operator == DiffusionOperator.from_matrix(matrix.astype(float))
    matrix[:] = 0
    assert operator.matrix.tolist() == np.eye(3)[[0, 0, 1]].tolist()
    assert pickle.loads(pickle.dumps(operator)) == operator  # noqa: S301 - our own


def test_views_of_every_kind_are_copied_in_row_order() -> None:
    """Broadcast heads, and matrices in column order."""
    tensor = causal(1, 20)
    broadcast = np.broadcast_to(tensor, (4, 20, 20))
    mix = MultiHeadDiffusion.from_attention(broadcast)
    assert mix.heads[3].transition.matrix.flags.c_contiguous
    assert mix.matrix == pytest.approx(DiffusionOperator.from_matrix(tensor[0]).matrix, rel=1e-14)
    flipped = DiffusionOperator.from_matrix(np.asfortranarray(tensor[0]))
    assert flipped.transition.matrix.flags.c_contiguous  # type: ignore[attr-defined]


@pytest.mark.parametrize("n", [3, 40, 100])
def test_the_first_breach_is_named(n: int) -> None:
    """Numbers come before causality, and that before sums; then the first head, query and key."""

    def breach(*changes: tuple[int, int, int, float]) -> Any:
        tensor = causal(3, n)
        for h, i, j, value in changes:
            tensor[h, i, j] = value
        return tensor

    infinite, negative = (2, 2, 0, np.nan), (1, 2, 0, -1.0)
    ahead, later, heavy = (1, 0, 2, 0.5), (2, 1, 2, 0.25), (0, 2, 1, 9.0)
    for changes, error, message in (
        ((heavy, ahead, negative, infinite), NumberError, r"finite; entry \[2, 2, 0\] is nan"),
        ((heavy, (0, 0, 0, np.inf)), NumberError, r"finite; entry \[0, 0, 0\] is inf"),
        ((heavy, ahead, negative), NumberError, r"not negative; entry \[1, 2, 0\] is -1.0"),
        ((heavy, later, ahead), CausalError, "head 1, query 0 gives 0.5 to the later key 2"),
        ((heavy, later), CausalError, "head 2, query 1 gives 0.25 to the later key 2"),
        ((heavy,), StochasticError, "head 0: every row of a diffusion sums to 1; row 2"),
    ):
        with pytest.raises(error, match=message):
            MultiHeadDiffusion.from_attention(breach(*changes))


def test_heads_that_go_backwards_or_round_are_not_causal() -> None:
    """A sparse head, a reversed one, and one with a cycle."""
    line = np.eye(40, k=1)
    line[-1, -1] = 1
    cycle = np.roll(np.eye(40), 1, axis=0)
    for head, place in ((line, "query 0 gives 1.0 to the later key 1"), (cycle, "key 39")):
        with pytest.raises(CausalError, match=place):
            MultiHeadWalk.from_attention(head[None])
    with pytest.raises(CausalError, match="query 0 gives"):
        MultiHeadDiffusion.from_attention(causal(1, 20)[:, ::-1, ::-1])


def test_sums_that_overflow_are_refused() -> None:
    with pytest.raises(StochasticError, match="sums to inf"):
        DiffusionOperator.from_matrix(np.array([[1e308, 1e308], [0.0, 1.0]]))


def test_labels_of_attention_are_counted() -> None:
    with pytest.raises(ShapeError, match=r"2 nodes for a matrix of shape \(3, 3\)"):
        MultiHeadDiffusion.from_attention(causal(1, 3), nodes="ab")
    with pytest.raises(NumberError, match="tolerance"):
        MultiHeadDiffusion.from_attention(causal(1, 3), tolerance=2)
