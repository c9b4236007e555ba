"""Fields of symbols: what they recognise as equal, and what is refused."""

from __future__ import annotations

import pytest
import sympy as sp

from dagmix._engine.exact.symbolic.fields import SymbolField
from dagmix.errors import SymbolicError

A, B = sp.symbols("a b")


@pytest.mark.parametrize(
    "entries",
    [[A, B], [sp.sqrt(2), sp.Rational(1, 3)], [sp.pi * A], [sp.exp(A)], [1]],
)
def test_zero_is_recognised(entries: list[sp.Expr]) -> None:
    field = SymbolField(entries)
    x = field.read(entries[0])
    square = field.read(sp.expand((sp.sympify(entries[0]) + 1) ** 2))
    assert square - x * x - 2 * x - field.one == field.zero
    assert sp.simplify(field.write(x / 3) - sp.sympify(entries[0]) / 3) == 0


@pytest.mark.parametrize("entry", [sp.sqrt(2) * A, sp.sin(A) + sp.cos(A)])
def test_what_is_no_rational_function_is_refused(entry: sp.Expr) -> None:
    with pytest.raises(SymbolicError, match=r"rational functions of them.*; got .*a"):
        SymbolField([entry, 1])


def test_linear_algebra() -> None:
    """det(λI − M) and M⁻¹ b are SymPy's."""
    field = SymbolField([A, B])
    matrix = sp.Matrix([[A, 1 - A, 0], [B, A, 1], [0, A * B, 2]])
    rows = [[field.read(x) for x in row] for row in matrix.tolist()]
    found = [field.write(c) for c in field.characteristic(rows)]
    known = reversed(matrix.charpoly().all_coeffs())
    assert all(sp.expand(one - two) == 0 for one, two in zip(found, known, strict=True))
    right = [field.one, field.zero, field.read(A)]
    solved = sp.Matrix([field.write(x) for x in field.solve(rows, right)])
    assert sp.simplify(matrix * solved - sp.Matrix([1, 0, A])) == sp.zeros(3, 1)
    assert [field.write(c) for c in field.characteristic([[field.read(A)]])] == [-A, 1]
