"""Ball arithmetic: its precision."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest

from dagmix._engine.exact import arb


def test_precision_is_restored() -> None:
    before = flint.ctx.prec
    with pytest.raises(ZeroDivisionError), arb.precision(99):
        _ = Fraction(1, flint.ctx.prec - 99)
    assert flint.ctx.prec == before
