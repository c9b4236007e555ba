"""What tests of several parts of the engine ask for."""

from __future__ import annotations

import pytest

from dagmix._engine.adjacency import choose


@pytest.fixture
def always_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every graph in the order of its nodes is kept as runs, however small it is."""
    monkeypatch.setattr(choose, "RANGES_FROM", 0)
    monkeypatch.setattr(choose, "PAIRS_A_RANGE", 0)
