"""The masks of upstream nodes that are kept."""

from __future__ import annotations

import numpy as np
import pytest

from dagmix import DiffusionOperator, families
from dagmix._engine.fidelity import sink_context

LONG = 5000


def test_masks_of_upstream_nodes_are_not_hoarded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_context, "LARGEST_MASKS", 2 * LONG)
    context = sink_context.SinkContext(
        DiffusionOperator(families.sliding_window(LONG, 9)).transition, LONG - 1, 0
    )
    masks = [context.upstream(node) for node in range(20)]
    assert len(context._upstream) <= 3
    assert [int(np.flatnonzero(mask)[0]) for mask in masks] == list(range(20))
