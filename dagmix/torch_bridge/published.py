"""The published tables, re-measured: the eight public checkpoints on the sequences of main.py.

The authors' main.py, run where the checkpoints are, seeds torch with 42, draws the training
sequences of both tasks, and then, for each number of heads and task in turn, initialises a model,
loads its checkpoint, shuffles the sequences into batches of 50, and measures the first sequence of
each of the first 50 batches. All of that draws from torch's generator of the processor, whatever
device the model is on; `sequences` makes the same draws in the same order. Only the walks of
Algorithm 1, for which the code uses Python's unseeded `random`, cannot be drawn again.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dagmix._util.progress import tracked
from dagmix.errors import FileError
from dagmix.paper import remeasuring
from dagmix.paper.printed import HEADS
from dagmix.paper.tables import TASKS, Measured, Name, record
from dagmix.torch_bridge.attention import attention_maps
from dagmix.torch_bridge.checkpoints import load_transformer
from dagmix.torch_bridge.config import Config, Recipe
from dagmix.torch_bridge.model import Transformer
from dagmix.torch_bridge.model_importance import importance_of
from dagmix.torch_bridge.tasks import draw

SEED = 42
BATCHES = 50
UNTRAINED = range(5)  # seeds of the models that are measured as they are initialised


def remeasure(folder: Path | str) -> dict[str, Any]:
    """Measure the eight published checkpoints, and untrained models of their sizes beside them.

    Parameters
    ----------
    folder : str or Path
        Holds 1_heads_copy.pt to 16_heads_cycle.pt, as published.

    Returns
    -------
    dict
        Of numbers and texts, with their provenance: what `dagmix.paper.Remeasured` reads.

    Raises
    ------
    FileError
        Where one of the eight is missing, or is not the published file by its SHA-256.

    Examples
    --------
    >>> remeasure("nowhere")
    Traceback (most recent call last):
    dagmix.errors.FileError: nowhere lacks 8 of the 8 published checkpoints: ...

    References
    ----------
    arXiv:2507.02944, §4; https://github.com/haitzsaezdeocariz/beyondparallelism.
    """
    read = _read(Path(folder))
    models = {name: load_transformer(path, name.heads) for name, path in read.items()}
    drawn = dict(zip(models, sequences(model.config for model in models.values()), strict=True))
    trained = (_trained(name, model, drawn[name]) for name, model in models.items())
    untrained = (_untrained(models[Name(h, "copy")].config, drawn[Name(h, "copy")]) for h in HEADS)
    length = next(iter(models.values())).config.length
    return {
        "paper": remeasuring.PAPER,
        "repository": remeasuring.REPOSITORY,
        "commit": remeasuring.COMMIT,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": str(torch.__version__),
        },
        "sequences": BATCHES,
        "models": list(tracked(trained, "trained models", len(models))),
        "untrained": list(tracked(untrained, "untrained models", len(HEADS))),
        "uniform": remeasuring.uniform(length),
    }


def _read(folder: Path) -> Mapping[Name, Path]:
    """Return the eight files, in main.py's order, after a look at their SHA-256."""
    paths = {name: folder / str(name) for name in remeasuring.NAMES}
    missing = [str(name) for name, path in paths.items() if not path.is_file()]
    if missing:
        message = (
            f"{folder} lacks {len(missing)} of the {len(paths)} published checkpoints:"
            f" {', '.join(missing)} (they are in checkpoints/ of {remeasuring.REPOSITORY})"
        )
        raise FileError(message)
    for name, path in paths.items():
        found, expected = _sha256(path.read_bytes()), remeasuring.FILES[str(name)]
        if found != expected:
            message = (
                f"{path} is not the published checkpoint: its SHA-256 is {found}, that of the"
                f" published one {expected}; dagmix tables {path} measures any other"
            )
            raise FileError(message)
    return paths


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sequences(configs: Iterable[Config]) -> Iterator[Tensor]:
    """Yield the 50 sequences of each model, (50, length), for one model a head count and task.

    >>> tiny = Config(heads=1, layers=1, width=2, hidden=2, vocabulary=9, length=3)
    >>> one, two = sequences([tiny, tiny])
    >>> one.shape, bool((one == two).all())
    (torch.Size([50, 3]), False)
    """
    with torch.random.fork_rng(devices=[]):  # the caller's generator stays as it is
        torch.manual_seed(SEED)
        recipe = Recipe()
        data: list[Tensor] = []
        for k, config in enumerate(configs):
            data = data or [draw(config, recipe.sequences) for _ in TASKS]
            Transformer(config)  # main.py initialises a model before it loads one
            order = _shuffled(recipe.sequences)
            yield data[k % len(TASKS)][order[: BATCHES * recipe.batch : recipe.batch]]


def _shuffled(count: int) -> Tensor:
    """Return an order as a shuffling DataLoader draws it: a seed for its workers, then its own."""
    _, seed = (int(torch.empty((), dtype=torch.int64).random_()) for _ in range(2))
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def _trained(name: Name, model: Transformer, tokens: Tensor) -> dict[str, Any]:
    attention, importance = _attention(model, tokens)
    return {
        "file": str(name),
        "sha256": remeasuring.FILES[str(name)],
        "sequences_sha256": _sha256(tokens.numpy().astype("<i8").tobytes()),
        **remeasuring.record_of(name, attention, importance),
    }


def _untrained(config: Config, tokens: Tensor) -> dict[str, Any]:
    """Measure models as torch initialises them; ± is over their means."""
    found = []
    for seed in UNTRAINED:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = Transformer(config)
        found.append(Measured.of(Name(config.heads, "copy", seed), *_attention(model, tokens)))
    return {"heads": config.heads, "seeds": len(found), **record(found)}


def _attention(
    model: Transformer, tokens: Tensor
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return attention and importances in float64, as they came out in float32."""
    return attention_maps(model, tokens).double().numpy(), importance_of(model).double().numpy()
