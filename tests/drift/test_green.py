"""Precision: raised until every sign and every digit is certain."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest

from dagmix import MultiHeadWalk, WalkOperator, errors
from dagmix._engine.exact import arb
from dagmix.drift import cross_drift, green


@pytest.mark.parametrize(("scale", "bits"), [(30, 256), (60, 512)])
def test_precision_is_raised_until_it_suffices(
    scale: int, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A walk that moves once in 10³⁰ steps needs 256 bits for V and c, one in 10⁶⁰ steps 512."""
    walks = [
        WalkOperator.from_matrix([[1 - x, 0], [x, 1]], sink=1)
        for x in (Fraction(1, 10**scale), Fraction(2, 10**scale))
    ]
    mix = MultiHeadWalk(walks, [0.5, 0.5])
    monkeypatch.setattr(arb, "MOST_BITS", bits)
    found = cross_drift(mix)
    assert found.alone[0] == 10.0**scale
    assert found.progress[0] == 2
    assert found.verdict(0) == "gains"
    monkeypatch.setattr(arb, "MOST_BITS", bits // 2)
    with pytest.raises(errors.UndecidedError, match=f"more than {bits // 2} bits"):
        cross_drift(mix)


@pytest.mark.parametrize(
    ("array", "scale", "right"),
    [
        ([(4, 2 - 53)], [(4, -99)], True),
        ([(4, 2.1 - 53)], [(4, -99)], False),
        ([(0, 2 - 64)], [(4, -99)], True),
        ([(0, 2.1 - 64)], [(4, -99)], False),
        ([(4, -99), (0, 2.1 - 64)], [(4, -99)], False),
    ],
)
def test_what_is_right_enough(
    array: list[tuple[int, float]], scale: list[tuple[int, float]], *, right: bool
) -> None:
    """A radius of up to 2⁻⁵³ of the number or 2⁻⁶⁴ of the scale; pairs are (number, its log₂)."""
    made = [
        np.array([flint.arb(x, 0.99 * 2.0**log) for x, log in numbers])
        for numbers in (array, scale)
    ]
    assert green._is_right(*made) == right
    assert green._are_right({"alone": made[1], "gain": made[0]}) == right
