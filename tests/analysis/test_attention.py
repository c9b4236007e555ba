"""Layers of attention from files: what is shown of them, and what is refused."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_samples import attention

from dagmix import DagmixError, MultiHeadDiffusion, analysis, errors
from dagmix._util import files
from dagmix.cli import commands

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


def saved(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def truncated(path: Path, cut: int) -> Path:
    """Write an archive without its last bytes; with a negative cut, its first byte alone."""
    whole = io.BytesIO()
    np.savez(whole, attention=UNIFORM)
    path.write_bytes(whole.getvalue()[:-cut])
    return path


BAD = {
    "missing": (lambda p: p, "not found"),
    "no attention": (lambda p: saved(p, other=UNIFORM), "no array 'attention'"),
    "pickled": (lambda p: saved(p, attention=np.array([None])), "pickled objects"),
    "text": (lambda p: saved(p, attention=np.full((1, 1, 2, 2), "x")), "no plain numbers"),
    "too few dimensions": (lambda p: saved(p, attention=UNIFORM[0]), r"\(1, 4, 4\)"),
    "empty": (lambda p: saved(p, attention=UNIFORM[:0]), r"\(0, 1, 4, 4\)"),
    "importance": (
        lambda p: saved(p, attention=UNIFORM, head_importance=np.ones(3)),
        r"head_importance.*\(3,\)",
    ),
    "truncated": (lambda p: truncated(p, 40), "not a readable .npz"),
    "acausal": (
        lambda p: saved(p, attention=UNIFORM.swapaxes(-1, -2)),
        r"sample \[\], layer 0: attention is causal; head 0, query 0 gives 0.5",
    ),
    "no archive": (lambda p: truncated(p, -1), "not a readable .npz"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD.keys())
def test_bad_files(
    make: Any, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make(tmp_path / "a.npz")
    with pytest.raises(DagmixError, match=message):
        list(analysis.Attention(*files.read_npz(path)).layers())
    assert commands.main(["analyze", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("dagmix: ")
    assert not captured.out


@pytest.mark.parametrize("shape", [(3, 2), (2, 3, 2)])
def test_importances_are_of_layers_or_of_samples_too(shape: tuple[int, ...]) -> None:
    tensor = np.array([[attention(2, 4, 10 * s + layer) for layer in range(3)] for s in range(2)])
    importance = np.random.default_rng(0).uniform(1, 2, shape)
    found = analysis.Attention(tensor, importance)
    for sample, layer in np.ndindex(2, 3):
        weights = importance[sample, layer] if len(shape) == 3 else importance[layer]
        expected = MultiHeadDiffusion.from_attention(tensor[sample, layer], weights)
        assert found.mixture((sample,), layer) == expected


@pytest.mark.parametrize("shape", [(2,), (2, 2), (1, 3, 2), (3, 2, 2), (2, 3, 1)])
def test_other_importances_are_refused(shape: tuple[int, ...]) -> None:
    """Layers before samples among them: no layer is weighted by another layer's importances."""
    tensor = np.broadcast_to(np.eye(4), (2, 3, 2, 4, 4))
    message = rf"\(layers, heads\) = \(3, 2\).* \(2, 3, 2\); got {re.escape(str(shape))}"
    with pytest.raises(errors.ShapeError, match=message):
        analysis.Attention(tensor, np.ones(shape))


def test_one_layer_alone() -> None:
    found = analysis.Attention(UNIFORM[0], np.ones((1, 1)))
    assert [(layer.sample, layer.layer) for layer in found.layers()] == [((), 0)]


def test_labels_of_layers_are_kept() -> None:
    tensor = np.concatenate([UNIFORM, UNIFORM])
    assert analysis.Attention(tensor).layer_labels == (0, 1)
    found = analysis.Attention.of(tensor, layers=[3, 7])
    assert found.layer_labels == (3, 7)
    assert [layer.layer for layer in found.layers()] == [0, 1]
    with pytest.raises(errors.ShapeError, match="one label for each of 2 layers; got 1"):
        analysis.Attention(tensor, layer_labels=[0])
    wrong = analysis.Attention(2 * tensor, layer_labels=["early", "late"])
    with pytest.raises(errors.StochasticError, match=r"sample \[\], layer early: "):
        list(wrong.layers())


def test_a_file_may_be_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.npz", attention=UNIFORM, head_importance=np.ones((1, 1)))
    for form in (path, str(path)):
        found = analysis.Attention.of(form)
        np.testing.assert_array_equal(found.tensor, UNIFORM)
        np.testing.assert_array_equal(found.importance, np.ones((1, 1)))
    given = np.full((1, 1), 2.0)
    assert analysis.Attention.of(path, given).importance is given


class Stored:
    """An array of a file, as zarr and h5py have them: parts are read when they are asked for."""

    shape = (1, 1, 4, 4)

    def __getitem__(self, place: Any) -> Any:
        return UNIFORM[place]


def test_what_a_file_holds_is_read_layer_by_layer() -> None:
    stored = Stored()
    found = analysis.Attention(stored)
    assert found.tensor is stored
    assert [layer.mixing_time for layer in found.layers()] == [5]


def test_what_a_model_returns_goes_through_of() -> None:
    with pytest.raises(errors.KindError, match=r"got dict: Attention\.of reads what a model"):
        analysis.Attention({"attentions": (UNIFORM,)})
    with pytest.raises(errors.KindError, match="got a masked array"):
        analysis.Attention(np.ma.masked_array(UNIFORM))
    with pytest.raises(errors.KindError, match="importance has all of its entries"):
        analysis.Attention(UNIFORM, np.ma.ones((1, 1)))
