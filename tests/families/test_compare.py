"""A comparison has the numbers of its masks, against brute force and `describe`."""

from __future__ import annotations

import csv
import sys
from fractions import Fraction
from itertools import pairwise
from types import ModuleType
from typing import Any

import oracle
import pytest
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, MultiHeadDiffusion, families
from dagmix._engine.exact.enclosures import Enclosure
from dagmix.errors import EmptyError, KindError, MaskError, NumberError, ShapeError
from dagmix.families.compare import _short

QUARTER = Fraction(1, 4)


def mixed(heads: list[FeedforwardDAG], shares: list[Fraction], make: Any) -> Any:
    """The mixture of the oracle's matrices."""
    n = len(heads[0].nodes)
    matrices = [make(n, [e for e in head.edges if e[0] != e[1]]) for head in heads]
    return [
        [sum(a * m[i][j] for a, m in zip(shares, matrices, strict=True)) for j in range(n)]
        for i in range(n)
    ]


def test_rows_against_brute_force() -> None:
    n = 7
    line, full, window = families.line(n), families.complete(n), families.sliding_window(n, 2)
    gated = MultiHeadDiffusion([line, full], ["1/3", "2/3"])
    found = families.compare(
        {"line": "line", "two": [full, window], "three": gated, "one": line}, n, epsilon="1/10"
    )
    cases = [
        ([line], [Fraction(1)]),
        ([full, window], [Fraction(1, 2)] * 2),
        ([line, full], [Fraction(1, 3), Fraction(2, 3)]),
        ([line], [Fraction(1)]),
    ]
    assert (found.n, found.epsilon) == (n, Fraction(1, 10))
    for row, (heads, shares) in zip(found.rows, cases, strict=True):
        W, delta = (mixed(heads, shares, m) for m in (oracle.walk_matrix, oracle.diffusion_matrix))
        assert row.mixing_time == oracle.mixing_time(W, n - 1, Fraction(1, 10))
        mean = sum(oracle.hitting_times(W, n - 1)) / n
        assert row.mean_hitting_time.lower <= mean <= row.mean_hitting_time.upper
        assert float(mean) == pytest.approx(row.mean_hitting_time, rel=1e-14)
        least = Signals(delta, n - 1).minimax()[0]
        assert row.fidelity.lower <= least <= row.fidelity.upper
        assert row.normalised_fidelity.lower <= n * least <= row.normalised_fidelity.upper
        assert row.edges_per_token == sum(len(h.edges) for h in heads) / n / len(heads)
        assert (row.n, row.heads) == (n, len(heads))


def test_masks_without_a_common_order() -> None:
    """Their hitting times have proved bounds too, from the equations that they solve."""
    ways = [[*range(8), 8], [*reversed(range(8)), 8]]
    heads = [FeedforwardDAG([*pairwise(way)], nodes=range(9)) for way in ways]
    row = families.compare({"lines": heads}, 9).rows[0]
    W = mixed(heads, [Fraction(1, 2)] * 2, oracle.walk_matrix)
    mean = sum(oracle.hitting_times(W, 8)) / 9
    assert row.mean_hitting_time.lower <= mean <= row.mean_hitting_time.upper
    assert row.mean_hitting_time.upper / row.mean_hitting_time.lower < 1 + 1e-10


def test_the_front_is_of_what_no_other_beats() -> None:
    found = families.compare(["complete", "line", "sink_window:2,2", "window:2"], 40)
    assert [row.name for row in found.front()] == ["complete", "window:2", "line"]
    twice = families.compare({"a": "line", "b": "line"}, 9).front()
    assert [row.name for row in twice] == ["a", "b"]


def test_the_table_in_its_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    found = families.compare({"a|b": "line", "full": "complete"}, 8)
    lines = found.to_markdown().splitlines()
    assert lines[2] == r"| a\|b | 1.875 | 16 | 7 | 0.2256 | 1.805 |"
    (one, two) = csv.DictReader(found.to_csv().splitlines())
    assert (one["name"], two["mixing_time"], float(two["fidelity"])) == ("a|b", "5", 0.125)
    assert [record["mixing_time"] for record in found.records()] == [16, 5]
    assert "ε = 1/4" in str(found)
    pandas = ModuleType("pandas")
    pandas.DataFrame = list  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    assert found.to_dataframe() == found.records()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="pip install pandas"):
        found.to_dataframe()


def test_a_number_too_small_for_a_float_is_not_zero() -> None:
    assert _short(Enclosure(0.0, Fraction(1, 10**400), Fraction(2, 10**400))) == "< 5e-324"
    assert _short(Enclosure(0.0, 0.0, 0.0)) == "0"


def test_a_bar_is_shown_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    families.compare(["line"], 3, progress=True)
    assert capsys.readouterr().out == ""


BAD: dict[str, tuple[Any, type[Exception], str]] = {
    "nothing": ([], EmptyError, "at least one mask"),
    "text": ("window:3", KindError, "got 'window:3'"),
    "number": (3, KindError, "mapping"),
    "nameless": ([families.line(9)], KindError, "without a name"),
    "no-heads": ({"x": []}, EmptyError, "at least one head"),
    "no-mask": ({"x": 3}, KindError, "got 3"),
    "size": ({"x": families.line(8)}, ShapeError, "'x' is on 8 nodes; n is 9"),
    "sinks": (
        {"x": FeedforwardDAG([(0, 1)], nodes=range(9))},
        MaskError,
        "mask 'x': a unique sink is needed",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    masks, error, words = BAD[name]
    with pytest.raises(error, match=words):
        families.compare(masks, 9)
    with pytest.raises(NumberError, match="n is"):
        families.compare(["line"], 0)
