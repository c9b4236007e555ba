"""What a report writes."""

from __future__ import annotations

from dagmix.analysis import layers


def test_many_candidates_are_cut_short() -> None:
    assert layers.listed(range(20)) == "0, 1, 2, 3, … (20)"
