"""The whole experiment of §4: train every model, measure every checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from dagmix.bar import tracked
from dagmix.errors import FileError
from dagmix.experiment import TASKS, Measured, Name
from dagmix.files import read_tokens
from dagmix.torch_bridge.attention import attention_maps, importance_of
from dagmix.torch_bridge.checkpoints import load_transformer, save_transformer
from dagmix.torch_bridge.config import Config, Recipe
from dagmix.torch_bridge.tasks import draw
from dagmix.torch_bridge.training import Training

HEADS = (1, 4, 8, 16)
SMALL = (Config(vocabulary=32, length=24), Recipe(sequences=500, epochs=20))  # minutes on a laptop
PAPER = (Config(), Recipe())


@dataclass(frozen=True)
class Experiment:
    """Which models to train: every task with every number of heads, all seeds at once."""

    tasks: Sequence[str] = TASKS
    heads: Sequence[int] = HEADS
    seeds: Sequence[int] = (0,)
    config: Config = SMALL[0]
    recipe: Recipe = SMALL[1]
    device: str = "cpu"

    def run(self, folder: Path | str) -> Iterator[tuple[Path, float]]:
        """Train, and yield each model's file as it is written, with the loss of its last epoch.

        Beside the models of a task and number of heads stands the checkpoint of their training,
        H_heads_TASK.training: a run that was interrupted goes on from there, one that is
        finished only writes its models again. Raises ConfigError and FileError.
        """
        configs = [replace(self.config, heads=heads) for heads in self.heads]
        _make(Path(folder))
        for task in self.tasks:
            for config in configs:
                training = Training(task, config, self.recipe, self.seeds, self.device)
                yield from _finish(training, task, Path(folder))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder} cannot be a folder for checkpoints: {error}"
        raise FileError(message) from None


def _finish(training: Training, task: str, folder: Path) -> Iterator[tuple[Path, float]]:
    """Train to the end and write the models."""
    heads = training.config.heads
    epochs = training.run(folder / f"{heads}_heads_{task}.training")
    for _ in tracked(epochs, f"{task}, {heads} heads", training.recipe.epochs):
        pass  # a step of the bar
    for (seed, model), loss in zip(training.models().items(), training.losses[-1], strict=True):
        path = folder / str(Name(heads, task, seed))
        save_transformer(model, path)
        yield path, loss


def measure(path: Path | str, tokens: Any = None, samples: int = 50, seed: int = 0) -> Measured:
    """Return the proxies of a checkpoint on sequences, which are drawn where none are given.

    Parameters
    ----------
    path : Path
        Named H_heads_copy.pt or H_heads_cycle.pt, perhaps with _seedS before the dot.
    tokens : Path or integers (samples, n), optional
        The sequences, or an .npz file that holds them as `tokens`.
    samples, seed : int
        How many uniform random sequences to draw, of the model's length, and from which seed.

    Raises
    ------
    FileError, ConfigError, ShapeError, KindError
        As `load_transformer` and `attention_maps`.
    """
    name = Name.of(Path(path))
    model = load_transformer(path, name.heads)
    if tokens is None:
        tokens = draw(model.config, samples, torch.Generator().manual_seed(seed))
    elif isinstance(tokens, Path | str):
        tokens = read_tokens(Path(tokens))
    attention = attention_maps(model, tokens).transpose(0, 1).double().numpy()
    return Measured.of(name, attention, importance_of(model).double().numpy())
