"""Faster or slower than the heads: rows that notice other operators and a search in vain."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dagmix import MultiHeadWalk, WalkOperator, families
from dagmix.paper.checks.section2 import beside_heads
from paper.corruption import Break, assert_noticed, changed, put

FASTER = changed(MultiHeadWalk, "mixing_time", lambda _: 0)
CORRUPTIONS: dict[str, Break] = {
    "After (15)": changed(MultiHeadWalk, "mixing_time", lambda time: time + 9),
    "End of §2.2, bottlenecks": FASTER,
    "End of §2.2, the worse head": FASTER,
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_a_search_in_vain_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    FASTER(monkeypatch)
    assert beside_heads.MERGING[1].check().computed == "no witness"


def test_the_union_has_all_edges() -> None:
    one, two = families.line(3), families.complete(3)
    assert beside_heads._adds_edges((one, two))


def test_cliques_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an edge less no weights mix in five steps; where some did, the row would differ."""
    broken = put(families, "clique_distance", lambda *_: Fraction(1, 4))
    assert_noticed("After (15)", broken, monkeypatch)


@pytest.mark.parametrize(("k", "steps"), [(1, "4"), (2, "40/3"), (3, "106/3"), (4, "1334/15")])
def test_the_fan_pair(k: int, steps: str) -> None:
    """From a chain's first node Σ (10 · 3^(j−1) − 2) / (j + 1) steps, j ≤ k; head 0 takes 2k."""
    pair = beside_heads.fan(k)
    assert {head.unique_sink.node for head in pair} == {2 * k}
    assert WalkOperator(pair[0]).expected_hitting_times()[0] == 2 * k
    known = sum((Fraction(10 * 3 ** (j - 1) - 2, j + 1) for j in range(1, k + 1)), Fraction(0))
    assert MultiHeadWalk(pair).expected_hitting_times()[0] == known == Fraction(steps)
