"""Scans of pairs with even weights: what they keep, however they are cut."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dagmix.search.pairs import scans
from dagmix.search.pairs.spaces import space

RECORDS = {  # on four nodes in any order, by brute force in test_extremal.py; of losses the inverse
    "amplification": Fraction(18, 7),
    "loss": Fraction(2304, 917),
    "speed-up": Fraction(4, 3),
    "slow-down": Fraction(8, 5),
}


@pytest.mark.parametrize("many", [0, scans.MANY])
@pytest.mark.parametrize("name", scans.SCANS)
def test_a_scan_keeps_one_pair_of_each_record_kind(
    name: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether kinds are told apart after each first head or in the end."""
    monkeypatch.setattr(scans, "MANY", many)
    scan = scans.SCANS[name](space(4, "any"))
    for first in range(len(scan.space.firsts)):
        scan.go_through(first)
    scan.finish()
    assert len(scan.keys) == len(scan.ranks) == 1
    assert scan.bar == pytest.approx(float(RECORDS[name]), rel=1e-7)
    assert scan.bar <= float(RECORDS[name])
    assert scan.met <= scan.space.pairs


@pytest.mark.parametrize("name", scans.SCANS)
def test_nothing_reaches_a_bar_above_the_record(name: str) -> None:
    scan = scans.SCANS[name](space(4, "any"), float(RECORDS[name]) * 1.001)
    for first in range(len(scan.space.firsts)):
        scan.go_through(first)
    scan.finish()
    assert len(scan.keys) == 0
