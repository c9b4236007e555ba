"""The published checkpoints: whose sequences, which files, and the command on made-up ones."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagmix import errors
from dagmix.cli import commands
from dagmix.paper import Remeasured, printed, remeasuring
from dagmix.version import __version__

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")
published: Any = pytest.importorskip("dagmix.torch_bridge.published")

SIZES = {"layers": 4, "width": 16, "hidden": 4, "vocabulary": 7, "length": 5}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight small models in place of the published ones, two sequences and one seed each."""
    torch.manual_seed(3)
    files = {}
    for name in remeasuring.NAMES:
        path = tmp_path / str(name)
        bridge.save_transformer(bridge.Transformer(bridge.Config(heads=name.heads, **SIZES)), path)
        files[str(name)] = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(remeasuring, "FILES", files)
    monkeypatch.setattr(published, "BATCHES", 2)
    monkeypatch.setattr(published, "UNTRAINED", range(1))
    return tmp_path


def main_py(config: Any, heads: tuple[int, ...]) -> list[np.ndarray]:
    """Draw as main.py does, by torch's own DataLoader, the models' layers built one by one."""
    torch.manual_seed(42)
    data = [torch.randint(0, config.vocabulary, (5000, config.length)) for _ in range(2)]
    found = []
    for _ in heads:
        for one in data:
            torch.nn.Embedding(config.vocabulary, config.width)
            torch.nn.Embedding(config.length, config.width)
            for _ in range(config.layers):
                for _ in range(4):
                    torch.nn.Linear(config.width, config.width)
                torch.nn.Linear(config.width, config.hidden)
                torch.nn.Linear(config.hidden, config.width)
            torch.nn.Linear(config.width, config.vocabulary)
            loader = torch.utils.data.DataLoader(one, batch_size=50, shuffle=True)
            firsts = [batch[0] for _, batch in zip(range(50), loader, strict=False)]
            found.append(torch.stack(firsts).numpy())
    return found


def test_the_sequences_are_those_of_main_py() -> None:
    config = bridge.Config(**SIZES)
    torch.manual_seed(9)
    before = torch.get_rng_state()
    found = list(published.sequences([config] * 4))
    assert torch.equal(torch.get_rng_state(), before)
    for one, expected in zip(found, main_py(config, (1, 1)), strict=True):
        np.testing.assert_array_equal(one.numpy(), expected)


def test_the_kept_numbers_are_of_these_sequences() -> None:
    """No checkpoint is needed; another torch that draws otherwise is noticed here."""
    configs = [bridge.Config(heads=name.heads) for name in remeasuring.NAMES]
    for model, tokens in zip(
        Remeasured.kept().record["models"], published.sequences(configs), strict=True
    ):
        data = tokens.numpy().astype("<i8").tobytes()
        assert hashlib.sha256(data).hexdigest() == model["sequences_sha256"], model["file"]


@pytest.mark.slow
def test_the_command_on_models_of_their_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["tables", "--published", str(folder), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record.keys() == Remeasured.kept().record.keys()
    assert record["versions"]["dagmix"] == __version__
    assert record["versions"]["torch"] == str(torch.__version__)
    assert [m["file"] for m in record["models"]] == list(remeasuring.FILES)
    assert {m["file"]: m["sha256"] for m in record["models"]} == remeasuring.FILES
    assert [(m["heads"], m["seeds"]) for m in record["untrained"]] == [
        (h, 1) for h in printed.HEADS
    ]
    assert record["uniform"] == remeasuring.uniform(5)
    for one in ("models", "untrained"):
        kept = Remeasured.kept().record[one][0]
        assert all(found.keys() == kept.keys() for found in record[one])
    sequences = list(published.sequences([bridge.Config(**SIZES)] * 8))
    for model, tokens in zip(record["models"], sequences, strict=True):
        again = bridge.measure(folder / model["file"], tokens)
        means = again.hitting["successors"].mean(axis=0)
        assert model["hitting_time"]["successors"]["mean"] == pytest.approx(means)
    torch.manual_seed(0)
    model = bridge.Transformer(bridge.Config(heads=1, **SIZES))
    bridge.save_transformer(model, folder / "1_heads_copy_seed0.pt")
    again = bridge.measure(folder / "1_heads_copy_seed0.pt", sequences[0])
    assert record["untrained"][0]["minimax_fidelity"]["0"]["mean"] == pytest.approx(
        again.fidelity[0].mean(axis=0)
    )
    assert commands.main(["tables", "--published", str(folder)]) == 0
    text = capsys.readouterr().out
    assert remeasuring.COMMIT in text
    assert "3.8344 ±" in text


def test_a_folder_without_the_checkpoints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        assert commands.main(["tables", "--published", str(folder)]) == 2
        message = capsys.readouterr().err
        assert f"{folder} lacks 8 of the 8 published checkpoints: 1_heads_copy.pt, " in message
        assert remeasuring.REPOSITORY in message


def test_a_folder_that_lacks_one(folder: Path) -> None:
    (folder / "8_heads_cycle.pt").unlink()
    (folder / "16_heads_copy.pt").unlink()
    (folder / "16_heads_copy.pt").mkdir()
    with pytest.raises(errors.FileError, match=r"lacks 2 of the 8 .*: 8_heads_cycle.pt, 16_heads"):
        bridge.remeasure(folder)


def test_a_folder_with_other_checkpoints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The content counts, not the name: a model of another task, and one cut off."""
    path = folder / "4_heads_copy.pt"
    shutil.copy(folder / "4_heads_cycle.pt", path)
    assert commands.main(["tables", "--published", str(folder)]) == 2
    message = capsys.readouterr().err
    assert f"{path} is not the published checkpoint: its SHA-256 is " in message
    assert f"dagmix tables {path} measures any other" in message
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(errors.FileError, match="not the published checkpoint"):
        bridge.remeasure(folder)
