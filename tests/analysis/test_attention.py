"""Layers of attention from files: what is shown of them, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagmix import DagmixError, analysis
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
