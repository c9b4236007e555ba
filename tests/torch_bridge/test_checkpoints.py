"""Files of models: read back as they were, refused where they are something else."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dagmix import errors

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")

CONFIG = bridge.Config(heads=2, layers=2, width=8, hidden=4, vocabulary=5, length=6, dropout=0.1)


@pytest.fixture
def model() -> Any:
    torch.manual_seed(0)
    return bridge.Transformer(CONFIG)


def test_a_model_is_read_back(model: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    bridge.save_transformer(model, path)
    assert list(tmp_path.iterdir()) == [path]
    before = torch.get_rng_state()
    found = bridge.load_transformer(str(path), heads=2)
    assert torch.equal(torch.get_rng_state(), before)
    assert found.config == CONFIG
    for name, value in model.state_dict().items():
        assert torch.equal(found.state_dict()[name], value)
    assert all(value.requires_grad for value in found.parameters())
    tokens = torch.tensor([[1, 2, 3]])
    assert torch.equal(found(tokens), model(tokens))


def test_half_precision_is_read_as_single(model: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    bridge.save_transformer(model.half(), path)
    found = bridge.load_transformer(path, 2)
    assert {value.dtype for value in found.parameters()} == {torch.float32}
    assert torch.equal(found.pos_emb.weight, model.pos_emb.weight.float())


def test_the_sizes_follow_from_the_shapes(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    sizes = {"layers": 11, "width": 6, "hidden": 3, "vocabulary": 7, "length": 2}
    bridge.save_transformer(bridge.Transformer(bridge.Config(heads=1, **sizes)), path)
    for heads in (1, 2, 3, 6):
        assert bridge.load_transformer(path, heads).config == bridge.Config(heads=heads, **sizes)
    with pytest.raises(errors.ConfigError, match="4 heads and width 6"):
        bridge.load_transformer(path, 4)


SWAPS: dict[str, tuple[dict[str, Any], str]] = {
    "missing": (
        {"layers.1.ln2.weight": None},
        r"model.pt: layers.1.ln2.weight has shape \(8,\); got nothing",
    ),
    "no embedding": ({"token_emb.weight": None}, "token_emb.weight is a matrix; got nothing"),
    "no layers": ({"layers.0.mlp.0.weight": None}, "mlp.0.weight is a matrix; got nothing"),
    "extra": ({"bias": torch.ones(2)}, r"bias is no parameter .* got shape \(2,\), torch.float32"),
    "extra text": ({"bias": "x"}, "bias is no parameter .* got str"),
    "vector": ({"pos_emb.weight": torch.ones(8)}, r"pos_emb.weight is a matrix; got shape \(8,\)"),
    "empty": ({"pos_emb.weight": torch.ones(0, 8)}, r"is a matrix; got shape \(0, 8\)"),
    "shape": ({"layers.0.ln1.weight": torch.ones(9)}, r"has shape \(8,\); got shape \(9,\)"),
    "text": ({"layers.0.ln1.weight": "x"}, r"has shape \(8,\); got str"),
    "integers": (
        {"layers.0.ln1.weight": torch.ones(8, dtype=torch.int32)},
        "holds finite floats; got .* torch.int32",
    ),
    "NaN": (
        {"layers.0.ln1.weight": torch.full((8,), torch.nan)},
        "layers.0.ln1.weight holds finite floats; got .*, not all dense, finite floats",
    ),
    "too large in single precision": (
        {"layers.0.ln1.weight": torch.full((8,), 1e300, dtype=torch.float64)},
        "layers.0.ln1.weight holds finite floats",
    ),
    "sparse": (
        {"layers.0.ln1.weight": torch.ones(8).to_sparse()},
        "holds finite floats; got .*, not all dense",
    ),
    "meta": (
        {"layers.0.ln1.weight": torch.ones(8, device="meta")},
        "holds finite floats; got .*, not all dense",
    ),
}


@pytest.mark.parametrize(("changes", "message"), SWAPS.values(), ids=SWAPS)
def test_other_states(changes: dict[str, Any], message: str, model: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    state = model.state_dict() | changes
    torch.save({name: value for name, value in state.items() if value is not None}, path)
    with pytest.raises(errors.FileError, match=message):
        bridge.load_transformer(path, 2)


class Trap:
    """Something whose unpickling would run code."""

    def __reduce__(self) -> tuple[Any, Any]:
        """Fail the test if it is unpickled."""
        return pytest.fail, ("unpickled",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"token_emb.weight": Trap()}, "holds pickled objects"),
        ([1, 2], "a dictionary with names as keys; got list"),
        ({1: 2}, "a dictionary with names as keys; got dict"),
    ],
)
def test_other_contents(content: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save(content, path)
    with pytest.raises(errors.FileError, match=message):
        bridge.load_transformer(path, 2)


def test_files_that_are_no_checkpoints(model: Any, tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    bridge.save_transformer(model, path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    contents = [b"", b"text", whole[: len(whole) // 2], bytes(flipped), pickle.dumps({"a": 1})]
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(errors.FileError, match=r"model\.pt is not a readable checkpoint"):
            bridge.load_transformer(path, 2)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data", b"")
    with pytest.raises(errors.FileError, match="not a readable checkpoint"):
        bridge.load_transformer(path, 2)
    with pytest.raises(errors.FileError, match="No such file"):
        bridge.load_transformer(tmp_path / "nothing.pt", 2)


def test_what_cannot_be_written_leaves_what_was_there(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"before")

    def fail(_: Any, file: Path) -> None:
        file.write_bytes(b"half")
        message = "disk full"
        raise OSError(message)

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(errors.FileError, match="cannot be written: disk full"):
        bridge.save_transformer(model, path)
    assert [(one, one.read_bytes()) for one in tmp_path.iterdir()] == [(path, b"before")]
    monkeypatch.undo()
    with pytest.raises(errors.FileError, match="cannot be written"):
        bridge.save_transformer(model, tmp_path / "nowhere" / "model.pt")
    with pytest.raises(errors.FileError, match=r"xx cannot be written: "):
        bridge.save_transformer(model, tmp_path / ("x" * 300))
    for folder in (".", "", "/"):
        with pytest.raises(errors.FileError, match="is a folder and cannot be written"):
            bridge.save_transformer(model, folder)
