"""Heat maps: each cell's number, what is said of those without one, and what is refused."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import sympy as sp
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from dagmix import DagmixError, DiffusionOperator, FeedforwardDAG, MultiHeadWalk, families, plotting
from dagmix.analysis import Layer, trained_attention
from dagmix.analysis.heads import HeadMeasures
from dagmix.errors import EmptyError, KindError, NumberError, ShapeError, StepError, SymbolicError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEAD = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")


OTHER = FeedforwardDAG([("u", "w"), ("v", "w"), ("w", "τ")], nodes="uvwτ")


def cells(ax: Axes) -> Any:
    """The numbers of a map, NaN where a cell has no colour."""
    (drawn,) = ax.images
    array: Any = drawn.get_array()
    return np.ma.filled(array, np.nan)


def words(ax: Axes) -> dict[tuple[float, float], str]:
    """What is written into the cell of a row and column."""
    return {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in ax.texts}


def ticks(ax: Axes) -> tuple[list[str], list[str]]:
    return tuple([t.get_text() for t in axis.get_ticklabels()] for axis in (ax.xaxis, ax.yaxis))  # type: ignore[return-value]


def scale(ax: Axes) -> str:
    """The words beside the colours."""
    *_, bar = ax.figure.axes
    return bar.get_ylabel()


# --- heads ---


def head(number: int, fidelity: float | None, upper: float, time: float = 7) -> HeadMeasures:
    return HeadMeasures(number, time, (time, time), fidelity, (0, upper), fidelity is None)


def layer(number: int, sample: int, *heads: HeadMeasures) -> Layer:
    return Layer((sample,), number, 5, 2.0, 0.25, (0.25, 0.25), (2,), (0,), 0.2, 1.25, heads)


def test_heads_are_medians_over_samples() -> None:
    """Of upper bounds where a sample has no more; the number then says so."""
    layers = [
        layer(k, s, head(0, 0.5, 0.5), head(1, None if s else 0.25, 0.25 + s / 4 - k / 8, 3 + s))
        for s in (0, 1, 2)
        for k in (0, 1)
    ]
    ax = plotting.heads(layers)
    assert cells(ax).tolist() == [[0.5, 0.5], [0.5, 0.375]]
    assert words(ax) == {(0, 0): "0.5", (0, 1): "≤ 0.5", (1, 0): "0.5", (1, 1): "≤ 0.375"}
    assert scale(ax) == "minimax fidelity φ_min"
    assert (ax.get_xlabel(), ax.get_ylabel(), ticks(ax)) == ("head", "layer", (["0", "1"],) * 2)
    times = plotting.heads(layers, "mixing_time")
    assert cells(times).tolist() == [[7, 4], [7, 4]]
    assert scale(times) == "mixing time T(¼), steps"


def test_trained_heads_are_as_they_were_measured() -> None:
    layers = list(trained_attention().layers())
    found = cells(plotting.heads(layers, "mixing_time"))
    for k, h in np.ndindex(2, 4):
        times: Any = [one.heads[h].mixing_time for one in layers if one.layer == k]
        assert found[k, h] == np.median(times)


def test_any_measure_may_be_drawn() -> None:
    """What has no colour is grey and says why; NaN is blank; decades are on a logarithmic scale."""
    ax = plotting.heads(
        [[0.5, 0, math.inf], [8, math.nan, 1]], "score", ax=(own := Figure().subplots())
    )
    assert ax is own
    assert words(ax) == {(0, 0): "0.5", (0, 1): "0", (0, 2): "∞", (1, 0): "8", (1, 2): "1"}
    assert np.isnan(cells(ax)).tolist() == [[False, True, True], [False, True, False]]
    assert isinstance(ax.images[0].norm, LogNorm)
    assert {tuple(bar.get_center().tolist()) for bar in ax.patches} == {(1, 0), (2, 0)}  # type: ignore[attr-defined]
    assert scale(ax) == "score"
    assert [t.get_color() for t in ax.texts if t.get_text() == "8"] == ["black"]
    assert [t.get_color() for t in ax.texts if t.get_text() == "0.5"] == ["white"]


@pytest.mark.parametrize("value", [0.0, 2.0, math.inf, math.nan])
def test_one_value_has_a_scale(value: float) -> None:
    ax = plotting.heads([[value]], "x")
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    assert not isinstance(ax.images[0].norm, LogNorm)
    assert list(words(ax).values()) == (
        [] if math.isnan(value) else ["∞"] if value > 2 else [f"{value:g}"]
    )


def test_large_maps_have_no_numbers_but_hatches() -> None:
    many = [layer(0, 0, *(head(h, None if h == 3 else 0.5, 0.5) for h in range(17)))]
    ax = plotting.heads(many)
    assert not ax.texts
    (hatched,) = ax.patches
    assert hatched.get_hatch() == "//"
    assert hatched.get_center().tolist() == [3, 0]  # type: ignore[attr-defined]


BAD_HEADS: dict[str, tuple[Any, str, type[DagmixError], str]] = {
    "no layers": ([], "fidelity", EmptyError, "at least one layer"),
    "another measure": ([layer(0, 0, head(0, 1, 1))], "x", KindError, "fidelity or mixing_time"),
    "other heads": (
        [layer(0, 0, head(0, 1, 1)), layer(1, 0)],
        "fidelity",
        ShapeError,
        "same number",
    ),
    "text": ("ab", "x", KindError, r"shape \(layers, heads\).*'ab'"),
    "one axis": ([1, 2], "x", ShapeError, r"got \(2,\)"),
    "empty": ([[]], "x", ShapeError, "none of it 0"),
    "negative": ([[1, -2]], "x", NumberError, r"got -2.0 at \[0, 1\]"),
}


@pytest.mark.parametrize(
    ("values", "measure", "kind", "message"), BAD_HEADS.values(), ids=BAD_HEADS.keys()
)
def test_bad_heads(values: Any, measure: str, kind: type[DagmixError], message: str) -> None:
    with pytest.raises(kind, match=message):
        plotting.heads(values, measure)


# --- tokens ---


def test_the_map_of_an_operator_is_a_power_of_its_matrix() -> None:
    matrix = oracle.diffusion_matrix(4, ((0, 1), (1, 2), (2, 3)))
    *_, table = islice(oracle.powers(matrix), 4)
    ax = plotting.tokens(DiffusionOperator(HEAD), steps=3)
    expected = np.array([[float(x) for x in row] for row in table])
    assert np.nan_to_num(cells(ax)).tolist() == expected.tolist()
    assert (np.isnan(cells(ax)) == (expected == 0)).all()
    assert ticks(ax) == (list("uvwτ"), list("uvwτ"))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("sender j (key)", "receiver i (query)")
    assert scale(ax) == "signal after 3 steps"
    assert words(ax)[3, 0] == f"{expected[3, 0]:.3g}"
    assert scale(plotting.tokens(DiffusionOperator(HEAD))) == "weight"


def test_arrays_have_the_labels_they_are_given() -> None:
    ax = plotting.tokens(
        np.array([[1, 0], [0.25, 0.75]]), ["$a", "_longer"], ax=(own := Figure().subplots())
    )
    assert ax is own
    assert ticks(ax)[0] == [r"\$a", " _longer"]
    assert {text.get_rotation() for text in ax.get_xticklabels()} == {90}
    assert {text.get_rotation() for text in ax.get_yticklabels()} == {0}
    assert ticks(plotting.tokens(np.eye(3)))[0] == ["0", "1", "2"]
    assert ticks(plotting.tokens(DiffusionOperator(HEAD), "abcd"))[1] == list("abcd")


def test_of_many_tokens_some_are_named() -> None:
    ax = plotting.tokens(DiffusionOperator(families.complete(60)), [f"t{k}" for k in range(60)])
    assert not ax.texts
    named = [ax.xaxis.get_major_formatter()(x) for x in ax.get_xticks() if 0 <= x < 60]
    assert named == [f"t{int(x)}" for x in ax.get_xticks() if 0 <= x < 60]
    assert 3 < len(named) < 20
    assert ax.xaxis.get_major_formatter()(-10) == ""


b = sp.Symbol("b")
BAD_TOKENS: dict[str, tuple[Any, dict[str, Any], type[DagmixError], str]] = {
    "a graph": (HEAD, {}, KindError, r"shape \(n, n\), or an operator"),
    "no square": ([[1, 0]], {}, ShapeError, r"\(n, n\); got \(1, 2\)"),
    "infinite": ([[math.inf]], {}, NumberError, r"got inf at \[0, 0\]"),
    "labels": (np.eye(2), {"labels": "abc"}, ShapeError, "each of 2 tokens; got 3"),
    "steps": (np.eye(2), {"steps": -1}, StepError, "steps must be"),
    "symbols": (MultiHeadWalk([HEAD, OTHER], [b, 1 - b]), {}, SymbolicError, "use .subs"),
    "large": (DiffusionOperator(families.line(10**5)), {}, ShapeError, "too large"),
}


@pytest.mark.parametrize(
    ("matrix", "more", "kind", "message"), BAD_TOKENS.values(), ids=BAD_TOKENS.keys()
)
def test_bad_tokens(
    matrix: Any, more: dict[str, Any], kind: type[DagmixError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        plotting.tokens(matrix, **more)
