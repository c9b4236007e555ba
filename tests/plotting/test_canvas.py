"""How pictures look, and how they are kept."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import image
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from dagmix import families, plotting
from dagmix.cli import commands
from dagmix.errors import FileError
from dagmix.plotting.canvas import PlainLog, number, style

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


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


HEADERS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".PNG": b"\x89PNG"}


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "header"), HEADERS.items())
def test_formats(ending: str, header: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"picture{ending}"
    plotting.save(plotting.graph(families.line(3)), str(path))
    assert path.read_bytes().startswith(header)
    assert list(tmp_path.iterdir()) == [path]


def test_figures_are_kept_too(tmp_path: Path) -> None:
    """A figure as it is; axes with the whole figure that they lie in, however deep."""
    outer = Figure(figsize=(3, 2))
    inner = plotting.graph(families.line(3), ax=outer.add_subfigure(GridSpec(1, 1)[0]).subplots())
    pictures: dict[str, Any] = {
        "empty": Figure(figsize=(3, 2)),
        "axes": inner,
        "figure": outer,
    }
    for name, picture in pictures.items():
        plotting.save(picture, tmp_path / f"{name}.png")
    kept = {name: image.imread(tmp_path / f"{name}.png") for name in pictures}
    assert kept["axes"].shape == kept["empty"].shape
    assert (kept["axes"] == kept["figure"]).all()
    assert (kept["empty"] == kept["empty"][0, 0]).all()
    assert (kept["axes"] != kept["empty"]).any()


def test_nothing_that_stands_out_is_cut(tmp_path: Path) -> None:
    """A legend beside the figure widens the picture, which has the figure's size otherwise."""
    figure = Figure(figsize=(4, 3))
    ax = figure.subplots()
    ax.plot([0, 1], label="a")
    plotting.save(ax, tmp_path / "inside.png")
    ax.legend(loc="upper left", bbox_to_anchor=(1.2, 1))
    plotting.save(ax, tmp_path / "beside.png")
    inside, beside = (image.imread(tmp_path / f"{k}.png") for k in ("inside", "beside"))
    assert inside.shape[:2] == (450, 600)
    assert beside.shape[0] == 450
    assert beside.shape[1] > 650
    assert (beside[:, -5:] == beside[0, -1]).all()
    assert (beside[:, 610:] != beside[0, -1]).any()


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
        assert commands.main(["analyze", str(tmp_path / "a.npz"), "--plot", str(path)]) == 2
        printed = capsys.readouterr()
        assert not printed.out
        assert printed.err.startswith(f"dagmix: {path}")


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


def test_numbers_are_short() -> None:
    assert [number(x) for x in (0, 1, 9999)] == ["= 0", "= 1", "= 9999"]
    assert number(10**4) == "≈ 1e+04"
    assert number(1 / 3) == "≈ 0.3333"


def test_neighbours_differ_twice_and_42_looks_once() -> None:
    looks = [style(k) for k in range(42)]
    assert len({tuple(look.values()) for look in looks}) == 42
    for one, two in pairwise(looks):
        assert one["color"] != two["color"]
        assert one["linestyle"] != two["linestyle"]
