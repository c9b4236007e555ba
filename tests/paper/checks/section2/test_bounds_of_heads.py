"""2N/p beside the heads' own bounds: rows that notice other operators."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dagmix import MultiHeadWalk, WalkOperator, families
from dagmix.paper.checks.definitions import weighted
from dagmix.paper.checks.section2 import bounds_of_heads
from paper.corruption import Break, assert_noticed, changed

CORRUPTIONS: dict[str, Break] = {
    "Equations (4), (12), (13)": changed(
        WalkOperator, "forward_probability", lambda _: Fraction(1, 7)
    ),
    "After (4)": changed(WalkOperator, "mixing_time", lambda time: 999 * time),
    "Equation (5)": changed(WalkOperator, "mixing_time", lambda _: 396),
    "Equations (14), (15)": changed(WalkOperator, "mixing_time", lambda time: 9 * time),
    "Equation (20), left half": changed(MultiHeadWalk, "mixing_time", lambda _: 10**6),
    "Equation (20), right half": changed(MultiHeadWalk, "mixing_time", lambda time: 9 * time),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_the_three_bounds_by_hand() -> None:
    """N = 2, p_h = ½ and ¼, p = 3/8."""
    heads = [weighted(families.line(3), p) for p in (Fraction(1, 2), Fraction(1, 4))]
    assert bounds_of_heads.doubled(MultiHeadWalk(heads)) == (
        Fraction(8),
        Fraction(32, 3),
        Fraction(16),
    )
    times = bounds_of_heads.mixing_times(MultiHeadWalk(heads))
    assert times == [head.mixing_time() for head in heads]
    one, two = heads
    assert bounds_of_heads.best_weights((one, two))
    assert bounds_of_heads.best_weights((two, one))
    assert not bounds_of_heads.best_weights((one, one))
