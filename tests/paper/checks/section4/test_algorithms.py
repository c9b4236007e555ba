"""The algorithms: rows that notice other operators; the slow chain by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dagmix import DiffusionOperator, WalkOperator, families
from dagmix.paper import printed
from dagmix.paper.checks.section4 import algorithms
from paper.corruption import Break, a_third, assert_noticed, changed, item

CORRUPTIONS: dict[str, Break] = {
    "Algorithm 1": changed(
        DiffusionOperator, "successors", lambda _: WalkOperator(families.line(algorithms.SMALL))
    ),
    "Algorithm 1, the chain of Tables 1 and 2": item(
        printed.MIXING, "copy", printed.MIXING["cycle"]
    ),
    "§4.2, the worst case": changed(WalkOperator, "mixing_time", lambda _: 10),
    "Algorithm 2": changed(DiffusionOperator, "minimax_fidelity", a_third),
    "Algorithm 2, the numbers of Tables 3 and 4": item(
        printed.FIDELITY, "copy", printed.FIDELITY["cycle"]
    ),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_the_slow_chain_takes_100_steps_a_position() -> None:
    walk = algorithms.slow_chain()
    assert walk.expected_hitting_times().tolist() == [100 * (99 - j) for j in range(100)]
    assert walk.forward_probability() == Fraction(1, 100)
