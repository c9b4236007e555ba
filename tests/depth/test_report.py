"""The report on one source: every number is the stack's own."""

from __future__ import annotations

import math

import pytest
from cases.stacks import FIRST, SECOND
from rich.console import Console

from dagmix import DiffusionOperator, LayerStack
from dagmix._util.tables import to_json
from dagmix.depth import flows
from dagmix.depth.report import as_record, table, through_layers


def stack() -> LayerStack:
    return LayerStack([DiffusionOperator.from_matrix(rows, sink=2) for rows in (FIRST, SECOND)])


def test_a_report_has_the_numbers_of_the_stack() -> None:
    """Of the weakest input unless another is named: 7/24, 5/24, 1/2 and 11/24, 7/24, 2/3."""
    found = through_layers(stack(), (3,))
    assert (found.source, found.weakest, found.sink) == (1, 1, 2)
    assert (found.rollout, found.least, found.flow) == (5 / 24, 5 / 24, 7 / 24)
    assert (found.fidelity, found.depths) == (5 / 24, (2,))
    assert found.contraction == float(stack().contraction())
    named = through_layers(stack(), source=0, k=2)
    assert (named.source, named.rollout, named.flow, named.least) == (0, 7 / 24, 11 / 24, 5 / 24)
    assert len(named.pathways) == 2


def test_it_is_printed_and_written() -> None:
    found = [through_layers(stack(), (0,)), through_layers(stack(), (1,), source=0)]
    with (console := Console(width=100)).capture() as caught:
        console.print(table(found))
    text = caught.get()
    assert "0.2083" in text
    assert "─L1H0→ 2" in text
    record = as_record(found[1])
    assert (record["source"], record["flow"], record["depths"]) == (0, 11 / 24, (2,))
    assert record["heaviest"][0]["heads"] == found[1].pathways[0].heads
    assert '"rollout"' in to_json([record])


def test_a_flow_of_too_many_arcs_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "MOST_ARCS", 3)
    assert math.isnan(through_layers(stack()).flow)
