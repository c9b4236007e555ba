"""Rows through the layers: where floats end."""

from __future__ import annotations

import pytest

from dagmix import DiffusionOperator, LayerStack
from dagmix._engine.exact.enclosures import Enclosure


def test_what_underflows_is_enclosed() -> None:
    """A product of small floats is below a bound, never a wrong number."""
    small = DiffusionOperator.from_matrix([[1.0, 0.0], [2.0**-500, 1 - 2.0**-500]])
    layer = DiffusionOperator.from_matrix(
        [[1.0, 0, 0], [2.0**-500, 1, 0], [0, 2.0**-500, 1]], sink=2
    )
    assert LayerStack([small], 0).signal(0) == pytest.approx(2.0**-500, rel=1e-12)
    signal = LayerStack([layer] * 2, 0).signal(0)
    assert isinstance(signal, Enclosure)
    assert signal.lower <= 2.0**-1000 <= signal.upper <= 2.0**-700
