"""Mixing time and what is said of it: rows that notice other operators; paths counted."""

from __future__ import annotations

import pytest

from dagmix import MultiHeadDiffusion, WalkOperator, families
from dagmix.paper.checks.section2 import mixing
from paper.corruption import Break, a_third, assert_noticed, changed, plus_one

CORRUPTIONS: dict[str, Break] = {
    "Abstract": changed(MultiHeadDiffusion, "minimax_fidelity", a_third),
    "§2, quoting 2502.06751": changed(WalkOperator, "mixing_time", lambda time: 66 // time),
    "Definition 2.7": changed(WalkOperator, "mixing_time", plus_one),
    "§2.2, spectral gap": changed(WalkOperator, "mixing_time", lambda _: 7),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_paths_are_counted() -> None:
    """From node j of the complete graph 2^(n − j − 2); in the ladder 2 to the layers left."""
    assert mixing.numbers_of_paths(families.complete(6)) == [16, 8, 4, 2, 1]
    assert mixing.numbers_of_paths(mixing.two_wide_ladder(3)) == [4, 4, 2, 2, 1, 1]
