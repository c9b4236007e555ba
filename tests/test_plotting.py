"""Comparisons, the report of `dagmix analyze --plot`, and how pictures are kept."""

from __future__ import annotations

import importlib
import math
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from pictures import data, legend

from dagmix import cli, families, plotting
from dagmix.analysis import Layer
from dagmix.canvas import PlainLog, number, style
from dagmix.errors import DagmixError, EmptyError, FileError, NumberError, ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


# --- numbers of heads (Figure 4) ---


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


@pytest.mark.parametrize(
    ("values", "spread", "kind", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys()
)
def test_bad_arrays(values: Any, spread: Any, kind: type[DagmixError], message: str) -> None:
    with pytest.raises(kind, match=message):
        plotting.head_counts([1, 2], values, "x", spread=spread)


# --- trade-offs ---


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


@pytest.mark.parametrize("pair", [(0, 1), (math.inf, 1), (1, 0), (1, math.inf), (math.nan, 1)])
def test_logarithmic_axes_take_what_they_can_show(pair: tuple[float, float]) -> None:
    with pytest.raises(NumberError, match="positive, finite"):
        plotting.trade_off({"x": [pair]})


@pytest.mark.parametrize(("curves", "message"), [({}, "one name"), ({"x": []}, "one point of x")])
def test_nothing_to_trade(curves: Any, message: str) -> None:
    with pytest.raises(EmptyError, match=message):
        plotting.trade_off(curves)


def test_ticks_are_plain_numbers() -> None:
    """Where little more than a decade is shown, some numbers between the powers of ten too."""
    figure = Figure()
    ax = figure.subplots()
    ax.set_xscale("log")
    ax.set_xlim(5, 70)
    ax.xaxis.set_minor_formatter(PlainLog(minor_thresholds=(2, 0.4)))
    labels = [text.get_text() for text in ax.get_xticklabels(minor=True)]
    assert "20" in labels
    assert "" in labels


# --- the report ---


def layer(number: int, sample: int, **measures: float) -> Layer:
    given: dict[str, Any] = {
        "mixing_time": 5,
        "hitting_time": 2.0,
        "fidelity": 0.25,
        "fidelity_bounds": (0.25, 0.25),
        "positions": (2,),
        "best_heads": (0,),
        "best_fidelity": 0.2,
        "amplification": 1.25,
    }
    return Layer(sample=(sample,), layer=number, **given | measures)


def test_a_report_has_points_medians_and_units() -> None:
    layers = [layer(k, s, mixing_time=10 ** (s + 1)) for k in (0, 1) for s in (0, 1, 2)]
    figure = plotting.report(layers, figure=(own := Figure()))
    assert figure is own
    upper, lower = figure.axes
    points, medians = upper.lines
    assert data(points) == [(k, 10**s) for k in (0, 1) for s in (1, 2, 3)]
    assert data(medians) == [(0, 100), (1, 100)]
    assert points.get_linestyle() == "None"
    assert (upper.get_yscale(), lower.get_yscale()) == ("log", "log")
    assert upper.get_ylabel() == "mixing time T(¼), steps"
    assert lower.get_ylabel() == "minimax fidelity φ_min"
    assert lower.get_xlabel() == "layer (points are samples, lines medians)"
    assert legend(lower) == ["mixture", "best head"]
    mixture, median, best, _ = lower.lines
    assert data(median) == [(-0.08, 0.25), (0.92, 0.25)]
    assert data(best)[0] == (0.08, 0.2)
    assert mixture.get_color() != best.get_color()
    assert mixture.get_marker() != best.get_marker()
    assert all(tick == int(tick) for tick in lower.get_xticks())


def test_what_a_logarithmic_axis_cannot_show_is_marked() -> None:
    layers = [layer(0, 0), layer(1, 0, mixing_time=math.inf, fidelity=0.0)]
    upper, lower = plotting.report(layers).axes
    infinite = upper.lines[-1]
    assert (infinite.get_marker(), data(infinite)) == ("$\\infty$", [(1, 0.94)])
    zero = next(line for line in lower.lines if line.get_marker() == "$0$")
    assert data(zero) == [(0.92, 0.06)]
    assert zero.get_transform() == lower.get_xaxis_transform()
    assert len(upper.lines) == 3
    assert len(lower.lines) == 5
    with np.errstate(divide="ignore"):
        assert not np.isfinite(lower.yaxis.get_transform().transform([0.0]))


def test_a_report_of_nothing_finite_has_no_scale_to_choose(tmp_path: Path) -> None:
    """Positions that nobody hears: T = ∞ and φ = 0 everywhere, marked at the edges."""
    deaf = [layer(0, k, mixing_time=math.inf, fidelity=0.0, best_fidelity=0.0) for k in (0, 1)]
    figure = plotting.report(deaf)
    assert [ax.get_yscale() for ax in figure.axes] == ["linear", "linear"]
    plotting.save(figure, tmp_path / "deaf.png")  # a warning would fail this test


def test_no_layers_no_report() -> None:
    with pytest.raises(EmptyError, match="at least one layer"):
        plotting.report([])


# --- keeping pictures ---

HEADERS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".PNG": b"\x89PNG"}


@pytest.mark.parametrize(("ending", "header"), HEADERS.items())
def test_formats(ending: str, header: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"picture{ending}"
    plotting.save(plotting.graph(families.line(3)), str(path))
    assert path.read_bytes().startswith(header)
    assert list(tmp_path.iterdir()) == [path]


def test_figures_are_kept_too(tmp_path: Path) -> None:
    inner = Figure().add_subfigure(GridSpec(1, 1)[0]).subplots()
    for picture in (Figure(), plotting.graph(families.line(3), ax=inner)):
        plotting.save(picture, tmp_path / "a.png")


def test_a_picture_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Figure, path: Path, **_options: Any) -> None:
        path.write_bytes(b"half")
        message = "No space left on device"
        raise OSError(message)

    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(FileError, match=r"a.png cannot be written: No space left"):
        plotting.save(Figure(), path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.png"]
    assert path.read_bytes() == b"old"


def unwritable(tmp_path: Path) -> dict[str, Path]:
    (tmp_path / "folder.png").mkdir()
    return {
        r"ends in \.png, \.svg, \.pdf": tmp_path / "a.gif",
        "its folder must be there and writable": tmp_path / "nowhere" / "a.png",
        "folder.png cannot be written": tmp_path / "folder.png",
    }


def test_bad_targets_are_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "a.npz", attention=UNIFORM)
    for message, path in unwritable(tmp_path).items():
        with pytest.raises(FileError, match=message):
            plotting.save(Figure(), path)
        assert cli.main(["analyze", str(tmp_path / "a.npz"), "--plot", str(path)]) == 2
        printed = capsys.readouterr()
        assert not printed.out
        assert printed.err.startswith(f"dagmix: {path}")


def test_analyze_draws_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "a.npz", attention=UNIFORM)
    arguments = ["analyze", str(tmp_path / "a.npz"), "--json", "--plot", str(tmp_path / "a.svg")]
    assert cli.main(arguments) == 0
    assert '"mixing_time": 5' in capsys.readouterr().out
    assert "<svg" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_without_matplotlib_analyze_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "a.npz", attention=UNIFORM)
    for name in ("matplotlib.artist", "matplotlib.axes", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("canvas", "curves", "drawings", "comparisons", "plotting"):
        monkeypatch.delitem(sys.modules, f"dagmix.{name}")
        monkeypatch.delattr(f"dagmix.{name}")
    assert cli.main(["analyze", str(tmp_path / "a.npz"), "--plot", str(tmp_path / "a.png")]) == 2
    printed = capsys.readouterr()
    assert "pip install 'dagmix[plot]'" in printed.err
    assert not printed.out
    with pytest.raises(ModuleNotFoundError, match="plotting needs matplotlib") as error:
        importlib.import_module("dagmix.canvas")
    assert error.value.name == "matplotlib"


@pytest.mark.slow
def test_pictures_touch_no_pyplot(tmp_path: Path) -> None:
    """Neither imports nor drawing load it: a program's own figures and backend are left alone."""
    code = (
        "import sys; from dagmix import families, plotting;"
        "plotting.save(plotting.signals(families.line(3), 4), 'a.png');"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)  # noqa: S603 - our own
    assert (tmp_path / "a.png").exists()


# --- looks ---


def test_numbers_are_short() -> None:
    assert [number(x) for x in (0, 1, 9999)] == ["= 0", "= 1", "= 9999"]
    assert number(10**4) == "≈ 1e+04"
    assert number(1 / 3) == "≈ 0.3333"


def test_neighbours_differ_twice_and_28_looks_once() -> None:
    looks = [style(k) for k in range(28)]
    assert len({tuple(look.values()) for look in looks}) == 28
    for one, two in pairwise(looks):
        assert one["color"] != two["color"]
        assert one["linestyle"] != two["linestyle"]
