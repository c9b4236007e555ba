"""Every head of every layer in a table."""

from __future__ import annotations

from io import StringIO

import pytest
from cases.trained_like import trained_like
from rich.console import Console

from dagmix.analysis import Attention, Layer
from dagmix.analysis.head_table import table_of_heads
from dagmix.operators import enclosed_times


def trained(layers: int = 2, n: int = 24) -> list[Layer]:
    return list(Attention(trained_like(layers, 5, n, seed=8)).layers())


def test_a_table_of_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals for what was excluded and for long times, in no more than 100 columns."""
    monkeypatch.setattr(enclosed_times, "SQUARED", 0)
    monkeypatch.setattr(enclosed_times, "STEPPED", 100)
    monkeypatch.setattr(enclosed_times, "IN_FLOATS", 0)
    layers = trained(layers=1)
    slow = layers[0].heads[4]
    assert slow.mixing_time is None
    assert slow.mixing_time_bounds[0] < slow.mixing_time_bounds[1]
    written = StringIO()
    Console(file=written, width=100).print(table_of_heads(layers))
    lines = written.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    (row,) = [line.split() for line in lines if line.strip().startswith("0      4")]
    lower, upper = slow.mixing_time_bounds
    assert row[2] == f"{lower}–{upper}"
    assert row[3] == "{:.3g}–{:.3g}".format(*slow.fidelity_bounds)
    assert row[4] == "excluded"
