"""What tests of several parts of the engine ask for."""

from __future__ import annotations

import pytest

from dagmix import detection


@pytest.fixture
def always_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every graph in the order of its nodes is kept as runs, however small it is."""
    monkeypatch.setattr(detection, "RUNS_FROM", 0)
    monkeypatch.setattr(detection, "PAIRS_A_RUN", 0)
