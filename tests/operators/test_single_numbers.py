"""Single numbers of operators, exact or enclosed, as `describe` shows them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dagmix import FeedforwardDAG, families
from dagmix._engine.chains import transition
from dagmix._engine.exact.enclosures import Enclosure
from dagmix.operators import single_numbers, walk

LARGE = 600


@pytest.mark.parametrize("head", [families.sliding_window(150, 8), families.line(LARGE)])
def test_long_fractions_are_asked_for(
    head: FeedforwardDAG, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too long, or too large, is enclosed, and around what exact arithmetic gives."""
    monkeypatch.setattr(transition, "LARGEST_EXACT", LARGE - 1)
    monkeypatch.setattr(walk, "MOST_BITS", 64)
    monkeypatch.setattr(single_numbers, "MOST_BITS", 64)
    short, floats = families.describe(head), families.describe(head, exact=False)
    if len(head.nodes) == LARGE:
        expected: list[Any] = [families.line_hitting_time(LARGE), families.line_fidelity(LARGE)]
    else:
        exact = families.describe(head, exact=True)
        expected = [exact.hitting_time, exact.fidelity]
        assert exact.normalised_fidelity == 150 * exact.fidelity
        assert all(isinstance(number, Fraction) for number in expected)
    expected.append(len(head.nodes) * expected[1])
    for found in (short, floats):
        enclosed = found.hitting_time, found.fidelity, found.normalised_fidelity
        for one, number in zip(enclosed, expected, strict=True):
            assert isinstance(one, Enclosure)
            assert 0 < one.lower <= number <= one.upper <= one.lower * (1 + 1e-9)
