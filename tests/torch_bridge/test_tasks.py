"""The tasks, as sequences and their answers."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")
CONFIG = bridge.Config(heads=2, layers=2, width=8, hidden=8, vocabulary=5, length=4)


def test_tasks() -> None:
    tokens = torch.tensor([[5, 6, 7, 8], [1, 2, 3, 4]])
    assert torch.equal(bridge.TASKS["copy"](tokens), tokens)
    assert bridge.TASKS["cycle"](tokens).tolist() == [[8, 5, 6, 7], [4, 1, 2, 3]]
    drawn = bridge.draw(CONFIG, 2000, torch.Generator().manual_seed(0))
    counts = torch.bincount(drawn.flatten(), minlength=5)
    assert drawn.shape == (2000, 4)
    assert len(counts) == 5
    assert all(1440 < count < 1760 for count in counts.tolist())  # 1600, 4 standard deviations
