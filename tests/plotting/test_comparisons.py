"""Numbers of heads, and trade-offs: what is drawn is what was given."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from cases.pictures import data, legend
from matplotlib.colors import same_color, to_rgba_array
from matplotlib.figure import Figure

from dagmix import DagmixError, families, plotting
from dagmix.errors import EmptyError, NumberError, ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def test_a_line_for_each_layer() -> None:
    ax = plotting.head_counts([1, 4, 8], [[9, 8], [3, 2], [2, 1]], "mixing time, steps")
    assert [data(line) for line in ax.lines] == [
        [(1, 9), (4, 3), (8, 2)],
        [(1, 8), (4, 2), (8, 1)],
    ]
    assert legend(ax) == ["layer 0", "layer 1"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("heads", "mixing time, steps")
    assert ax.get_xticks().tolist() == [1, 4, 8]
    assert not ax.collections
    assert {line.get_marker() for line in ax.lines} == {"o", "s"}


def test_axes_are_logarithmic_where_the_paper_has_them() -> None:
    """The numbers of heads always; a measure of which some is ten times some other."""
    flat = plotting.head_counts([1, 4, 8], [[9, 8], [3, 2], [2, 1]], "x")
    assert (flat.get_xscale(), flat.get_yscale()) == ("log", "linear")
    assert [text.get_text() for text in flat.get_xticklabels()] == ["1", "4", "8"]
    names = ["L1", "L2", "L3", "L4"]
    steep = plotting.head_counts([4, 8], [[4, 4, 4, 31], [4, 4, 4, 48]], "x", layers=names)
    assert steep.get_yscale() == "log"
    assert legend(steep) == names
    assert plotting.head_counts([4], [[0, 4]], "x").get_yscale() == "linear"


def test_many_layers_are_told_apart() -> None:
    lines = plotting.head_counts([1, 2], np.ones((2, 24)), "x").lines
    assert len({(one.get_color(), one.get_marker()) for one in lines}) == 24
    assert len({(one.get_color(), str(one._unscaled_dash_pattern)) for one in lines}) == 24  # type: ignore[attr-defined]


def band(ax: Axes, k: int) -> set[tuple[float, float]]:
    """Corners of a band."""
    (path,) = ax.collections[k].get_paths()
    return {(float(x), round(float(y), 9)) for x, y in np.asarray(path.vertices)}


def test_seeds_have_a_mean_and_a_band_of_one_sample_standard_deviation() -> None:
    seeds = [[[1.0, 2.0, 6.0]], [[4.0, 4.0, 4.0]]]
    ax = plotting.head_counts([1, 2], seeds, "x", ax=(own := Figure().subplots()))
    assert ax is own
    assert data(ax.lines[0]) == [(1, 3), (2, 4)]
    spread = statistics.stdev([1, 2, 6])
    corners = {(1, round(3 - spread, 9)), (1, round(3 + spread, 9)), (2, 4)}
    assert band(ax, 0) == corners
    (colour,) = to_rgba_array(ax.collections[0].get_facecolor())
    assert same_color(colour[:3], ax.lines[0].get_color())


def test_one_seed_has_no_band() -> None:
    ax = plotting.head_counts([1, 2], [[[3.0]], [[4.0]]], "x")
    assert data(ax.lines[0]) == [(1, 3), (2, 4)]
    assert not ax.collections


def test_a_spread_that_is_known() -> None:
    """The paper's Table 1, layer 1, one and four heads."""
    means, spread = [[3.8344], [3.7370]], [[0.1391], [0.0259]]
    ax = plotting.head_counts([1, 4], means, "mixing time, steps", spread=spread)
    assert band(ax, 0) == {(1, 3.6953), (1, 3.9735), (4, 3.7111), (4, 3.7629)}


BAD_ARRAYS: dict[str, tuple[Any, Any, type[DagmixError], str]] = {
    "one axis": ([1, 2], None, ShapeError, r"got \(2,\)"),
    "four axes": (np.zeros((2, 1, 1, 1)), None, ShapeError, r"got \(2, 1, 1, 1\)"),
    "counts": (np.zeros((3, 1)), None, ShapeError, r"with 2 counts.*got \(3, 1\)"),
    "no layers": (np.zeros((2, 0)), None, ShapeError, r"none of it 0; got \(2, 0\)"),
    "spread": (np.zeros((2, 1)), np.zeros((1, 2)), ShapeError, r"got \(1, 2\) with \(2, 1\)"),
    "both": (np.zeros((2, 1, 3)), np.zeros((2, 1, 3)), ShapeError, "a spread goes with means"),
    "infinite": ([[1.0], [math.inf]], None, NumberError, r"got inf at \[1, 0\]"),
    "spread NaN": ([[1.0], [2.0]], [[math.nan], [1]], NumberError, r"got nan at \[0, 0\]"),
}


def test_counts_and_names_are_checked() -> None:
    with pytest.raises(NumberError, match=r"positive; got \[0\]"):
        plotting.head_counts([0], [[1.0]], "x")
    with pytest.raises(ShapeError, match="each of 1 layers; got 2"):
        plotting.head_counts([1], [[1.0]], "x", layers=["a", "b"])


@pytest.mark.parametrize(
    ("values", "spread", "kind", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys()
)
def test_bad_arrays(values: Any, spread: Any, kind: type[DagmixError], message: str) -> None:
    with pytest.raises(kind, match=message):
        plotting.head_counts([1, 2], values, "x", spread=spread)


def test_trade_offs_take_graphs_measures_and_pairs() -> None:
    line = families.line(4)
    given = {"graph": [line], "measures": [families.describe(line)], "pair": [(7, "1.5"), (8, 2)]}
    ax = plotting.trade_off(given)  # type: ignore[arg-type]
    assert [data(one) for one in ax.lines] == [[(7, 1.5)], [(7, 1.5)], [(7, 1.5), (8, 2)]]
    assert legend(ax) == ["graph", "measures", "pair"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlabel() == "mixing time T(¼), steps"
    assert ax.get_ylabel() == "normalised minimax fidelity n · φ_min"
    assert len({one.get_marker() for one in ax.lines}) == 3


def test_a_fidelity_of_0_is_marked_and_no_line_goes_to_it() -> None:
    ax = plotting.trade_off({"x": [(2, 1), (3, 0), (4, 2)], "0": [(5, 0)]})
    marks = {line.get_xdata()[0]: line for line in ax.lines if line.get_marker() == "$0$"}  # type: ignore[index]
    assert set(marks) == {3, 5}
    assert all(mark.get_transform() == ax.get_xaxis_transform() for mark in marks.values())
    with np.errstate(divide="ignore"):
        assert not np.isfinite(ax.yaxis.get_transform().transform([0.0]))


@pytest.mark.parametrize("pair", [(0, 1), (math.inf, 1), (1, -1), (1, math.inf), (math.nan, 1)])
def test_logarithmic_axes_take_what_they_can_show(pair: tuple[float, float]) -> None:
    with pytest.raises(NumberError, match="positive, finite"):
        plotting.trade_off({"x": [pair]})


@pytest.mark.parametrize(("curves", "message"), [({}, "one name"), ({"x": []}, "one point of x")])
def test_nothing_to_trade(curves: Any, message: str) -> None:
    with pytest.raises(EmptyError, match=message):
        plotting.trade_off(curves)


def test_a_comparison_has_a_mark_for_each_mask_and_a_front() -> None:
    """A value a million times below the greatest is at the edge, and written out."""
    texts = ["complete", "line", "sink_window:4,2", "log_sparse"]
    found = families.compare(texts, 300)
    ax = plotting.compare(found)
    low = found.rows[2].normalised_fidelity
    assert 0 < low < 1e-80
    assert legend(ax) == ["front", "complete", "line", f"sink_window:4,2: {low:.2g}", "log_sparse"]
    front = [(row.mixing_time, row.normalised_fidelity) for row in found.front()]
    assert data(ax.lines[0]) == [(float(time), float(least)) for time, least in front]
    assert ax.get_ylim()[0] > 1e-6
    one = plotting.compare(families.compare(["complete"], 8), ax=Figure().subplots())
    assert data(one.lines[1]) == [(5.0, 1.0)]
    with pytest.raises(DagmixError, match="a result is drawn"):
        plotting.compare(3)  # type: ignore[arg-type]
