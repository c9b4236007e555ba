"""Answers about pathways: tables and values."""

from __future__ import annotations

import pickle

from dagmix import MultiHeadDiffusion, pathways
from dagmix.paper import example_3_13


def test_results_are_tables_and_values() -> None:
    mix = MultiHeadDiffusion(example_3_13())
    found = pathways.heaviest(mix, "v", 3, 4)
    assert str(found[1]) == "v ─1→ v ─0→ w ─1→ τ"
    assert found[1].nodes == ("v", "v", "w", "τ")
    assert found.shares == (0.125, 0.125, 0.0625, 0.0625)
    assert "v ─1→ v ─0→ w ─1→ τ   1/32" in str(found)
    counts = pathways.by_head_counts(mix, "v", 3)
    assert counts._rows()[1] == ("2", "1", "7/8", "7/64")
    assert "head 1" in str(counts)
    for one in (found, counts):
        assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own
        assert "<table>" in one._repr_html_()
