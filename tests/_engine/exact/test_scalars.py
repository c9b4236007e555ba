"""Numbers of every type, thresholds and steps: what they are read as."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from dagmix._engine.exact.scalars import read_epsilon, read_scalar, read_steps
from dagmix.errors import EpsilonError, NumberError

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, Fraction(3)),
        ("0.1", Fraction(1, 10)),
        (sp.Rational(2, 7), Fraction(2, 7)),
        (np.int64(2), Fraction(2)),
        (np.float32(0.5), 0.5),
        (sp.Float("0.25"), 0.25),
        (Decimal("0.10"), Fraction(1, 10)),
        (Decimal("-1e-3"), Fraction(-1, 1000)),
    ],
)
def test_scalars(value: Any, expected: Fraction | float) -> None:
    """Exact stays exact, a float stays a float."""
    read = read_scalar(value, "x")
    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("nan"),
        Decimal("-inf"),
        "x",
        "1/0",
        sp.zoo,
        sp.log(-1),
        np.inf,
        sp.oo,
        sp.I,
        None,
        sp.true,
        sp.Float("nan"),
    ],
)
def test_no_scalars(value: Any) -> None:
    with pytest.raises(NumberError, match="x must be"):
        read_scalar(value, "x")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("value", ["1e999999999", "-1E-1000001", Decimal("1e-999999999")])
def test_exponents_that_would_take_gigabytes(value: Any) -> None:
    with pytest.raises(NumberError, match="x must have an exponent from −10⁶ to 10⁶"):
        read_scalar(value, "x")
    assert read_scalar("1e-1000000", "x") == Fraction(1, 10**1000000)
    with pytest.raises(NumberError, match="x must be a number"):
        read_scalar("1e1e1", "x")


def test_symbols_and_roots_are_symbolic() -> None:
    beta = sp.Symbol("beta")
    assert read_scalar(beta, "x") == beta
    assert read_scalar(sp.sqrt(2) / 2, "x") == sp.sqrt(2) / 2


@pytest.mark.parametrize("value", [sp.Symbol("e"), "one", None, 0, 1, -HALF, np.nan])
def test_no_thresholds(value: Any) -> None:
    with pytest.raises(EpsilonError, match="strictly between 0 and 1"):
        read_epsilon(value)


def test_steps_of_every_integer_type() -> None:
    assert [read_steps(t) for t in (3, 3.0, "3", sp.Integer(3), np.int8(3))] == [3] * 5


@pytest.mark.parametrize("text", ["1e999999999", "1e-1000000", "1E-00_010_001", "1e-" + "9" * 9999])
def test_exponents_that_would_take_for_ever_are_refused_at_once(text: str) -> None:
    with pytest.raises(EpsilonError, match="an exponent of at most 10000"):
        read_epsilon(text)


@pytest.mark.parametrize("text", ["1e-10000", "1e-0_1", " 2.5E-000000000000003 "])
def test_other_exponents_are_read(text: str) -> None:
    assert read_epsilon(text) == Fraction(text)
