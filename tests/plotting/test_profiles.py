"""Pictures of profiles: what is drawn, by what matplotlib keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, Pair, heads
from cases.pictures import legend
from matplotlib.figure import Figure

from dagmix import FeedforwardDAG
from dagmix.errors import KindError
from dagmix.optimal import optimal_weights
from dagmix.plotting import profile
from dagmix.plotting.profiles import STEPS


def draw(pair: Pair, objective: Any) -> Any:
    shape = optimal_weights(heads(pair), objective).profile
    assert shape is not None
    return profile(shape)


@pytest.mark.slow
def test_the_curve_goes_through_the_profile() -> None:
    ax = draw(EXAMPLE_13, "fidelity")
    drawn = {round(x, 9): y for line in ax.lines for x, y in zip(*line.get_data(), strict=True)}
    for at, value in ((0.25, 23 / 64), (0.75, 23 / 64), (0.5, 0.5), (0.0, 3 / 8)):
        assert drawn[at] == pytest.approx(value)
    assert ax.get_xlabel() == "weight of head 0"


def test_the_optimum_and_where_mixing_helps_are_marked() -> None:
    ax = draw(EXAMPLE_13, "fidelity")
    (star,) = [line for line in ax.lines if line.get_marker() == "*"]
    assert [list(data) for data in star.get_data()] == [[0.5], [0.5]]
    (span,) = ax.patches
    low, high = span.get_extents().transformed(ax.transData.inverted()).intervalx
    assert (low, high) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


@pytest.mark.slow
def test_enclosures_are_bands_and_a_supremum_has_no_star() -> None:
    ax = draw(EXAMPLE_8, "fidelity")
    assert ax.collections
    assert "enclosure" in legend(ax)
    assert not [line for line in ax.lines if line.get_marker() == "*"]


def test_levels_of_the_mixing_time() -> None:
    ax = draw(EXAMPLE_8, "mixing")
    levels = {line.get_ydata()[0] for line in ax.lines}
    assert levels == set(range(10, 10 + STEPS + 1))
    assert ax.get_ylabel() == "mixing time, ε = 1/4"


def test_the_best_head_and_given_axes() -> None:
    edges: Any = ["ad", "bc", "cd"], ["ac", "bd", "cd"]
    shape: Any = optimal_weights([FeedforwardDAG(e, nodes="abcd") for e in edges], "mixing").profile
    ax: Any = Figure().add_subplot()
    assert profile(shape, ax=ax) is ax
    lines: list[Any] = list(ax.lines)
    (dashed,) = [line for line in lines if line.get_linestyle() == "--"]
    assert set(dashed.get_ydata()) == {5}
    solid = {(float(line.get_ydata()[0]), *map(float, line.get_xdata())) for line in lines}
    assert {(4, 0.25, 0.75), (5, 0, 0.25), (5, 0.75, 1)} <= solid


def test_levels_past_what_is_told_exactly_are_not_drawn() -> None:
    """T = 252 at every weight; of the levels above, those up to 256 are told."""
    head = [["181/182", 0], ["1/182", 1]]
    ax = profile(optimal_weights([head, head], "mixing", sink=1).profile)
    assert {y for line in ax.lines for y in np.asarray(line.get_ydata()).tolist()} == {252}


@pytest.mark.parametrize(
    ("pair", "objective", "words"),
    [
        (
            EXAMPLE_13,
            "fidelity",
            ["mixture", "heads", "best head alone", "optimum", "mixing helps"],
        ),
        (EXAMPLE_13, "mixing", ["mixture", "best head alone"]),
    ],
)
def test_the_legend_names_what_is_there(pair: Pair, objective: str, words: list[str]) -> None:
    assert legend(draw(pair, objective)) == words


def test_what_is_no_profile_is_refused() -> None:
    found = optimal_weights(heads(EXAMPLE_13))
    with pytest.raises(KindError, match=r"as in optimal_weights\(heads\).profile; got OptimalW"):
        profile(found)
