"""Fidelity of one head: rows that notice other operators; the brute force is the oracle's."""

from __future__ import annotations

import oracle
import pytest
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, FeedforwardDAG, WalkOperator
from dagmix.paper import example_3_8, example_3_13
from dagmix.paper.checks.definitions import matrix
from dagmix.paper.checks.section3 import fidelity
from paper.corruption import (
    Break,
    a_third,
    assert_noticed,
    changed,
    other_fidelity,
    plus_one,
    put,
)

CORRUPTIONS: dict[str, Break] = {
    "Definition 3.1": put(fidelity, "DiffusionOperator", WalkOperator),
    "Definition 3.2": changed(DiffusionOperator, "signal", plus_one),
    "Definition 3.3": changed(DiffusionOperator, "node_fidelity", other_fidelity),
    "Definition 3.4": changed(DiffusionOperator, "node_fidelity", other_fidelity),
    "After Definition 3.4": changed(DiffusionOperator, "signals", lambda table: table * 0),
    "Definition 3.5": changed(DiffusionOperator, "minimax_fidelity", a_third),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


@pytest.mark.parametrize("head", [*example_3_8(), *example_3_13()], ids=repr)
def test_powers_are_the_oracle_s(head: FeedforwardDAG) -> None:
    place = {node: k for k, node in enumerate(head.nodes)}
    edges = [(place[j], place[i]) for j, i in head.edges if j != i]
    signals = Signals(
        oracle.diffusion_matrix(len(place), edges, loops=bool(head.self_loops)), place["τ"]
    )
    operator = DiffusionOperator(head, sink="τ")
    rows = fidelity.sink_rows(matrix(operator), place["τ"], 9)
    assert rows == [signals.row(t) for t in range(10)]
    for node in head.nodes:
        first = [signals.row(t)[place[node]] for t in range(fidelity.SCANNED + 1)]
        assert fidelity.greatest(operator, str(node)) == max(first)
