"""Ablations of several layers in one table, and as records."""

from __future__ import annotations

import json
import math

from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads
from rich.console import Console

from dagmix import MultiHeadDiffusion, MultiHeadWalk
from dagmix._util.tables import to_json
from dagmix.heads import ablation
from dagmix.heads.table import Ablated, table_of_ablations

LAYER = Ablated((0,), "7", ablation(MultiHeadDiffusion(heads(EXAMPLE_13))))
TIMED = Ablated((), "0", ablation(MultiHeadWalk(heads(EXAMPLE_8)), "mixing"))


def printed(one: Ablated) -> str:
    console = Console(width=100, color_system=None)
    with console.capture() as caught:
        console.print(table_of_ablations([one, one]))
    return caught.get()


def test_a_row_for_all_heads_and_one_for_each() -> None:
    text = printed(LAYER)
    assert "by φ_min" in text
    rows = [line.split() for line in text.splitlines() if line.strip().startswith("0 ")]
    assert rows[0] == ["0", "7", "all", "0.5"]
    assert rows[1] == ["0", "7", "0", "0.5", "0.375", "0.375", "nan", "0.25"]
    assert len(rows) == 6


def test_times() -> None:
    text = printed(TIMED)
    assert "by T(¼)" in text
    assert "1/T" in text
    assert " inf " in text


def test_records() -> None:
    record = LAYER.as_record()
    assert (record["measure"], record["value"]) == ("fidelity", 0.5)
    assert record["shapley"] == [0.25, 0.25]
    assert all(map(math.isnan, record["derivative"]))
    assert json.loads(to_json(TIMED.as_record()))["alone"] == ["inf", "inf"]
