"""The report of `dagmix analyze --plot`."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.pictures import data, legend
from matplotlib.figure import Figure

from dagmix import plotting
from dagmix.analysis import Attention, Layer
from dagmix.cli import commands
from dagmix.errors import EmptyError

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


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


def test_layers_go_by_their_labels_and_a_target_is_named() -> None:
    tensor = np.concatenate([UNIFORM, UNIFORM])
    attention = Attention(tensor, layer_labels=["$3", 7], target=2)
    upper, lower = plotting.report(list(attention.layers())).axes
    assert [lower.xaxis.get_major_formatter()(x) for x in (-1, 0, 1, 2)] == ["", r"\$3", "7", ""]
    assert upper.get_title() == "to position 2"
    upper, _ = plotting.report(list(Attention(tensor).layers())).axes
    assert not upper.get_title()


def test_no_layers_no_report() -> None:
    with pytest.raises(EmptyError, match="at least one layer"):
        plotting.report([])


# --- keeping pictures ---


def test_analyze_draws_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "a.npz", attention=UNIFORM)
    arguments = ["analyze", str(tmp_path / "a.npz"), "--json", "--plot", str(tmp_path / "a.svg")]
    assert commands.main(arguments) == 0
    assert '"mixing_time": 5' in capsys.readouterr().out
    assert "<svg" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_without_matplotlib_analyze_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "a.npz", attention=UNIFORM)
    for name in ("matplotlib.artist", "matplotlib.axes", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in [name for name in sys.modules if name.startswith("dagmix.plotting")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("dagmix.plotting")
    assert (
        commands.main(["analyze", str(tmp_path / "a.npz"), "--plot", str(tmp_path / "a.png")]) == 2
    )
    printed = capsys.readouterr()
    assert "pip install 'dagmix[plot]'" in printed.err
    assert not printed.out
    with pytest.raises(ModuleNotFoundError, match="plotting needs matplotlib") as error:
        importlib.import_module("dagmix.plotting.canvas")
    assert error.value.name == "matplotlib"
