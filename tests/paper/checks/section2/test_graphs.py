"""Graphs and sinks: rows that notice when the graphs are others."""

from __future__ import annotations

from typing import Any

import pytest

from dagmix import FeedforwardDAG, UniqueSink, WalkOperator, families
from dagmix.paper.checks.section2 import graphs
from paper.corruption import Break, assert_noticed, changed, put


def forgets_the_way_back(edges: Any, nodes: Any) -> FeedforwardDAG:
    """Accept 0 ⇄ 1 by leaving out 1 → 0."""
    return FeedforwardDAG([edge for edge in edges if edge != (1, 0)], nodes=nodes)


CORRUPTIONS: dict[str, Break] = {
    "Figure 1": put(families, "complete", families.line),
    "Definition 2.1": put(graphs, "FeedforwardDAG", forgets_the_way_back),
    "Definition 2.2": put(FeedforwardDAG, "unique_sink", UniqueSink("u", 0)),
    "§2.2, forward move": changed(WalkOperator, "forward_probability", lambda p: p / 2),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_all_directed_graphs_on_three_nodes() -> None:
    """There are 2⁶ of them, and 25 are acyclic (OEIS A003024)."""
    found = {frozenset(edges) for edges in graphs.directed_graphs()}
    assert len(found) == 64
    assert graphs.STATEMENTS[1].check().computed.startswith("25 of the 64")


def test_lists_are_written_with_commas() -> None:
    assert [graphs.listed(["u", "v"]), graphs.listed("u")] == ["u, v", "u"]
