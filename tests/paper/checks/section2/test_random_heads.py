"""The best of several heads: rows that notice other tails and other heads."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dagmix import WalkOperator, bounds
from dagmix.paper.checks.section2 import random_heads
from paper.corruption import Break, assert_noticed, put

tail = bounds.best_head_tail


def one_head_less(*arguments: Any) -> Any:
    found = tail(*arguments)
    return replace(found, best_head=found.best_head * Fraction(1, 2))


def by_size(self: WalkOperator) -> Fraction:
    return Fraction(1, len(self.nodes))


CORRUPTIONS: dict[str, Break] = {
    "Equations (16), (17), (18)": put(bounds, "best_head_tail", one_head_less),
    "Equation (19)": put(bounds, "best_head_tail", one_head_less),
    "After (20)": put(WalkOperator, "forward_probability", by_size),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_enumeration_is_the_product() -> None:
    """Pr(max of H ≥ x) = 1 − F(x−)^H, atoms included."""
    for x in random_heads.THRESHOLDS:
        below = random_heads.left(random_heads.THREE, x)
        assert random_heads.enumerated(random_heads.THREE, 3, x) == 1 - below**3
        assert below <= random_heads.upto(random_heads.THREE, x)
    assert random_heads.uniform(Fraction(3, 2)) == 1
    assert random_heads.uniform(Fraction(-1)) == 0
