"""The algorithms: rows that notice other operators; the slow chain by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, WalkOperator, families, proxies
from dagmix.paper.checks.section4 import algorithms
from paper.corruption import Break, a_third, assert_noticed, changed, put

measured = proxies.hitting_time
OTHER = {"successors": "published", "published": "successors"}


def other_chain(attention: Any, max_steps: int, chain: str) -> Any:
    return measured(attention, max_steps=max_steps, chain=OTHER[chain])


CORRUPTIONS: dict[str, Break] = {
    "Algorithm 1": changed(
        DiffusionOperator, "successors", lambda _: WalkOperator(families.line(algorithms.SMALL))
    ),
    "Algorithm 1, the chain of Tables 1 and 2": put(proxies, "hitting_time", other_chain),
    "§4.2, the worst case": changed(WalkOperator, "mixing_time", lambda _: 10),
    "Algorithm 2": changed(DiffusionOperator, "minimax_fidelity", a_third),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_the_slow_chain_takes_100_steps_a_position() -> None:
    walk = algorithms.slow_chain()
    assert walk.expected_hitting_times().tolist() == [100 * (99 - j) for j in range(100)]
    assert walk.forward_probability() == Fraction(1, 100)
