"""Faster or slower than the heads: rows that notice other operators and a search in vain."""

from __future__ import annotations

import pytest

from dagmix import MultiHeadWalk, families
from dagmix.paper.checks.section2 import beside_heads
from paper.corruption import Break, assert_noticed, changed

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
