"""Tables 1 to 6 from measures made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dagmix import errors
from dagmix.paper import Measured, Name, tables


def measured(heads: int, task: str, seed: int | None = None, shift: float = 0) -> Measured:
    """Two sequences, two layers; every number differs from every other."""
    base = np.array([[1.0, 2.0], [3.0, 6.0]]) + shift
    return Measured(
        Name(heads, task, seed),
        {"published": base, "successors": base + 10},
        {1: base / 100, 0: base / 10},
        {1: base[::-1] / 200, 0: base / 10 + [0.01, -0.01]},
    )


def cells(caption: str, models: list[Measured]) -> list[tuple[str, ...]]:
    """Return the one table whose caption starts and ends so."""
    start, end = caption.split("|")
    found = [
        table
        for table in tables.tables(models)
        if table.caption.startswith(start) and table.caption.endswith(end)
    ]
    assert len(found) == 1
    return list(found[0].cells)


def test_a_row_is_mean_and_deviation_over_the_sequences_of_one_model() -> None:
    models = [measured(4, "copy"), measured(1, "copy", shift=1), measured(4, "cycle", shift=2)]
    assert cells("Table 1.|copy sequence, published chain", models) == [
        ("1", "3.0000 ± 1.0000", "5.0000 ± 2.0000"),
        ("4", "2.0000 ± 1.0000", "4.0000 ± 2.0000"),
    ]
    assert cells("Table 1.|successors chain", models)[1][1] == "12.0000 ± 1.0000"
    assert cells("Table 2.|cycle sequence, published chain", models) == [
        ("4", "4.0000 ± 1.0000", "6.0000 ± 2.0000")
    ]
    assert cells("Table 3.|t ≥ 1", models)[1] == ("4", "2.0000 ± 1.0000", "4.0000 ± 2.0000")
    assert cells("Table 3.|t ≥ 0", models)[1] == ("4", "20.0000 ± 10.0000", "40.0000 ± 20.0000")


def test_with_several_seeds_the_deviation_is_over_their_means() -> None:
    models = [measured(4, "copy", 0), measured(4, "copy", 1, shift=4)]
    assert cells("Table 1.|published chain", models) == [
        ("4", "4.0000 ± 2.0000", "6.0000 ± 2.0000")
    ]


def test_the_greater_fidelity_has_a_star() -> None:
    level = measured(8, "copy")
    rounded = {t: x * (1 + (-1) ** t * 1e-14) for t, x in level.fidelity.items()}
    level = replace(level, best=rounded)  # no star at a tie, whatever the rounding
    models = [measured(1, "copy"), measured(4, "copy"), level]
    assert cells("Table 5.|t ≥ 1 (* the greater)", models) == [
        ("4 (Individual)", "1.0000", "2.0000"),
        ("4 (Combined)", "2.0000*", "4.0000*"),
        ("8 (Individual)", "2.0000", "4.0000"),
        ("8 (Combined)", "2.0000", "4.0000"),
    ]
    assert cells("Table 5.|t ≥ 0 (* the greater)", models[:2]) == [
        ("4 (Individual)", "21.0000*", "39.0000"),
        ("4 (Combined)", "20.0000", "40.0000*"),
    ]


def test_tables_come_in_the_papers_order_and_say_what_they_are() -> None:
    found = tables.tables(measured(h, task) for task in ("cycle", "copy") for h in (4, 1))
    numbers = [int(table.caption.split(".")[0].removeprefix("Table ")) for table in found]
    assert numbers == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    for number, table in zip(numbers, found, strict=True):
        assert ("copy" if number % 2 else "cycle") in table.caption
        assert table._columns() == ["Heads", "L1", "L2"]
    text = str(found[0])
    assert text.startswith("Table 1. Mixing time steps, mean ± std dev, copy sequence, published")
    assert "1       2.0000 ± 1.0000   4.0000 ± 2.0000" in text


def test_one_head_has_nothing_to_be_compared_with() -> None:
    captions = [table.caption for table in tables.tables([measured(1, "copy")])]
    assert not any(caption.startswith("Table 5") for caption in captions)
    assert tables.tables([]) == []


def test_models_of_different_depth() -> None:
    deep = Measured(Name(4, "copy"), {}, {0: np.ones((2, 3))}, {})
    with pytest.raises(errors.ShapeError, match="equally many layers; got 2 and 3"):
        tables.tables([measured(1, "copy"), deep])


def test_json() -> None:
    [record] = json.loads(tables.as_json([measured(4, "cycle", 3)]))
    assert (record["heads"], record["task"], record["seed"]) == (4, "cycle", 3)
    assert record["samples"] == 2
    assert record["hitting_time"]["successors"] == {"mean": [12.0, 14.0], "deviation": [1.0, 2.0]}
    assert record["minimax_fidelity"]["1"]["mean"] == [0.02, 0.04]
    assert record["best_head_fidelity"]["0"]["mean"] == pytest.approx([0.21, 0.39])


@pytest.mark.parametrize("heads", [1, 16])
@pytest.mark.parametrize("seed", [None, 0, 12])
@pytest.mark.parametrize("task", ["copy", "cycle"])
def test_names_are_read_as_they_are_written(heads: int, task: str, seed: int | None) -> None:
    name = Name(heads, task, seed)
    assert Name.of(Path("folder") / str(name)) == name


@pytest.mark.parametrize("name", ["model.pt", "0_heads_copy.pt", "4_heads_sort.pt", "4_heads_copy"])
def test_names_that_say_too_little(name: str) -> None:
    with pytest.raises(errors.FileError, match=f"H_heads_copy.pt .* got {name}"):
        Name.of(Path(name))
