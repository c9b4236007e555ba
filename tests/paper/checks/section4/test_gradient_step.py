"""One gradient step: the slopes are those of the known pieces, and of differences."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from dagmix import DiffusionOperator
from dagmix.paper.checks.section4 import gradient_step
from paper.corruption import Break, assert_noticed, changed

CORRUPTIONS: dict[str, Break] = {
    "§5": changed(
        DiffusionOperator, "minimax_fidelity", lambda found: replace(found, value=Fraction(1, 2))
    ),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


@pytest.mark.parametrize(
    ("weight", "value", "slope"),
    [("1/5", "29/80", "-1/16"), ("3/10", "59/160", "3/16"), ("7/20", "489/1280", "27/64")],
)
def test_slopes_of_the_known_pieces(weight: str, value: str, slope: str) -> None:
    """φ_min = (6 − β)/16, (5 + 3β)/16, (15 + 27β)/64 on pieces of Example 3.13."""
    found = gradient_step.signal_and_slope(Fraction(weight))
    assert found == (Fraction(value), Fraction(slope))


def test_the_slope_of_hitting_times_is_that_of_differences() -> None:
    weight, step = Fraction(3, 10), Fraction(1, 10**6)
    up, down = (gradient_step.hitting_and_slope(weight + d)[0] for d in (step, -step))
    slope = gradient_step.hitting_and_slope(weight)[1]
    assert abs((up - down) / (2 * step) - slope) < Fraction(1, 10**6)
