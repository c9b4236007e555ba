"""Figure 4: what stands in its panels, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagmix import errors
from dagmix.paper import Remeasured

plotting: Any = pytest.importorskip("dagmix.plotting")

TIMES = {"copy": ([[9.0, 40.0], [3.0, 4.0]], [[1.0, 2.0], [0.5, 0.25]])}
SHARES = {"copy": ([[0.0, 0.1], [0.5, 0.6]], np.zeros((2, 2)))}


def draw(**changed: Any) -> Any:
    given = {"counts": (1, 4), "layers": ("L1", "L2"), "mixing": TIMES, "fidelity": SHARES}
    return plotting.figure_4(**{**given, **changed})


@pytest.mark.slow
def test_the_kept_numbers_in_four_panels(tmp_path: Path) -> None:
    found = Remeasured.kept()
    figure = plotting.figure_4(**found.figure_4("published", 1))
    titles = ["(a) copy", "(b) cycle", "(c) copy", "(d) cycle"]
    assert [ax.get_title(loc="left") for ax in figure.axes] == titles
    assert [ax.get_yscale() for ax in figure.axes] == ["log", "log", "linear", "linear"]
    for ax, expected in zip(
        figure.axes,
        [*(found.hitting(t, "published") for t in ("copy", "cycle")),
         *(found.fidelity(t, 1) for t in ("copy", "cycle"))],
        strict=True,
    ):  # fmt: skip
        drawn = [bars.lines[0].get_ydata() for bars in ax.containers]
        np.testing.assert_array_equal(np.transpose(drawn), expected.mean)
    bottom = figure.axes[-1].get_xticklabels()
    assert [text.get_text() for text in bottom] == ["1", "4", "8", "16"]
    [legend] = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "uniform attention", "L1", "L2", "L3", "L4",
    ]  # fmt: skip
    plotting.save(figure.axes[0], tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000


def test_a_figure_may_be_given() -> None:
    figure = draw().axes[0].figure
    figure.clear()
    assert draw(figure=figure, uniform=(3.6, 1.0)) is figure
    assert [line.get_ydata()[0] for ax in figure.axes for line in ax.lines[-1:]] == [3.6, 1.0]


def test_bars_are_one_deviation_to_either_side() -> None:
    time, share = draw().axes
    (bar,) = time.containers[1].lines[2]
    assert [[y for _, y in part] for part in bar.get_segments()] == [[38, 42], [3.75, 4.25]]
    assert time.get_ylabel() == "steps to the last position"
    assert share.get_ylabel() == "minimax fidelity, %"
    assert not time.lines[-1].get_label().startswith("uniform")


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"mixing": {}, "fidelity": {}}, errors.EmptyError, "at least one task"),
        ({"fidelity": {"cycle": SHARES["copy"]}}, errors.ShapeError, r"\['copy'\] and \['cycle'\]"),
        ({"layers": ("L1",)}, errors.ShapeError, r"steps .* copy: .* = \(2, 1\); got \(2, 2\)"),
        ({"fidelity": {"copy": ([[0, 0], [np.nan, 0]], SHARES["copy"][1])}}, errors.NumberError,
         "fidelity, %, copy: numbers are finite; got nan"),
        ({"mixing": SHARES}, errors.NumberError, "copy: numbers are positive; got 0.0"),
    ],
)  # fmt: skip
def test_what_is_no_figure(changed: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw(**changed)
