"""The trained attention that dagmix brings along."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dagmix._util import files
from dagmix.analysis import datasets
from dagmix.cli import commands


def test_analyze_without_a_file_shows_the_box(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["analyze", "--json"]) == 0
    out, err = capsys.readouterr()
    assert "examples/train_boxed.py made it" in err
    layers = [layer.mixing_time for layer in datasets.trained_attention().layers()]
    assert [record["mixing_time"] for record in json.loads(out)] == layers


def test_the_box_is_small_and_measured() -> None:
    box = datasets.trained_attention()
    assert box.tensor.shape == (2, 2, 4, 24, 24)
    np.testing.assert_allclose(box.tensor.sum(axis=-1), 1, atol=1e-6)
    assert box.importance is not None
    assert (box.importance > 0).all()
    path = Path(datasets.__file__).parent / "data" / "cycle.npz"
    assert path.stat().st_size < 100_000
    assert files.read_tokens(path).shape == (2, 24)
