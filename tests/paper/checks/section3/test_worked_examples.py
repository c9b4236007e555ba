"""The worked examples: rows that notice other operators."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion
from dagmix.paper.checks.section3 import worked_examples
from paper.corruption import Break, a_third, assert_noticed, changed, plus_one


def more(result: Any) -> Any:
    return replace(result, value=result.value + Fraction(1, 7))


CORRUPTIONS: dict[str, Break] = {
    "Example 3.8": changed(DiffusionOperator, "signal", plus_one),
    "Example 3.13": changed(DiffusionOperator, "minimax_fidelity", a_third),
    "Figure 3": changed(DiffusionOperator, "minimax_fidelity", a_third),
    "After Example 3.13": changed(MultiHeadDiffusion, "minimax_fidelity", more),
    "End of §3.1": changed(MultiHeadDiffusion, "amplification", lambda gain: 1 / gain),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


@pytest.mark.parametrize(
    ("word", "sources", "gain", "least"),
    [
        ("120", 1, "51/28", "17/72"),
        ("120", 2, "5/2", "5/24"),
        ("11220", 2, "100/13", "25/192"),
        ("010200", 2, "68/5", "17/576"),
        ("0102000", 3, "1500/19", "1/75"),
    ],
)
def test_the_exit_pair(word: str, sources: int, gain: str, least: str) -> None:
    """One order, one sink; in the head that a letter names its node sends to the sink alone."""
    pair = worked_examples.exits(word, sources)
    assert FeedforwardDAG.union(pair).unique_sink.node == sources + len(word)
    mixed = MultiHeadDiffusion(pair)
    assert mixed.minimax_fidelity().value == Fraction(least)
    assert mixed.amplification() == Fraction(gain)
    for node, letter in enumerate(word, sources):
        if letter != "0":
            leaving = pair[int(letter) - 1].edges
            assert {i for j, i in leaving if j == node != i} == {sources + len(word)}
