"""The whole experiment of §4: train every model, measure every checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from dagmix._engine.exact.scalars import read_count
from dagmix._util.files import read_tokens
from dagmix._util.npy import LARGEST_ARRAY
from dagmix._util.progress import tracked
from dagmix.errors import FileError, SizeError
from dagmix.paper.tables import TASKS, Measured, Name
from dagmix.torch_bridge.attention import attention_maps
from dagmix.torch_bridge.checkpoints import load_transformer, save_transformer
from dagmix.torch_bridge.config import Config, Recipe
from dagmix.torch_bridge.model_importance import importance_of
from dagmix.torch_bridge.tasks import draw
from dagmix.torch_bridge.training import Training

HEADS = (1, 4, 8, 16)
SMALL = (Config(vocabulary=32, length=24), Recipe(sequences=500, epochs=20))  # minutes on a laptop
PAPER = (Config(), Recipe())


@dataclass(frozen=True)
class Experiment:
    """Which models to train: every task with every number of heads, all seeds at once.

    Parameters
    ----------
    tasks : sequence of "copy" and "cycle"
    heads : sequence of int
        Numbers of heads; the published ones by default.
    seeds : sequence of int
        One model is trained for each; distinct, at least 0.
    config, recipe
        The sizes and the recipe, small ones by default; `heads` replaces the heads of `config`.
    device : str
        Where torch computes: "cpu", "cuda", …

    Examples
    --------
    >>> plan = Experiment(heads=(1, 4), seeds=range(2))
    >>> plan.tasks, plan.config.length, plan.recipe.epochs
    (('copy', 'cycle'), 24, 20)

    References
    ----------
    arXiv:2507.02944, §4.
    """

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
        finished only writes its models again.

        Parameters
        ----------
        folder : str or Path
            Made where it is missing.

        Yields
        ------
        path : Path
            H_heads_TASK_seedS.pt.
        loss : float
            Mean cross-entropy in nats.

        Raises
        ------
        ConfigError
            For a task, number of heads, seed or device that is none.
        FileError
            Where a file cannot be written, or is the checkpoint of another training.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> tiny = Config(layers=1, width=8, hidden=8, vocabulary=5, length=4)
        >>> recipe = Recipe(sequences=10, batch=10, epochs=1)
        >>> with TemporaryDirectory() as folder:
        ...     plan = Experiment(tasks=("copy",), heads=(2,), config=tiny, recipe=recipe)
        ...     [path.name for path, loss in plan.run(folder)]
        ['2_heads_copy_seed0.pt']
        """
        configs = [replace(self.config, heads=heads) for heads in dict.fromkeys(self.heads)]
        _make(Path(folder))
        for task in dict.fromkeys(self.tasks):
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
    path : str or Path
        Named H_heads_copy.pt or H_heads_cycle.pt, perhaps with _seedS before the dot.
    tokens : Path or integers (samples, n), optional
        The sequences, or an .npz file that holds them as `tokens`.
    samples, seed : int
        How many uniform random sequences to draw, of the model's length, and from which seed.

    Returns
    -------
    Measured
        Arrays of shape (samples, layers).

    Raises
    ------
    FileError, ConfigError, ShapeError, KindError, NumberError, SizeError
        As `load_transformer` and `attention_maps`; SizeError where the attention of the samples
        would take more than 2³⁴ bytes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from dagmix.torch_bridge import Transformer
    >>> model = Transformer(Config(heads=2, layers=3, vocabulary=10, length=6))
    >>> with TemporaryDirectory() as folder:
    ...     save_transformer(model, Path(folder) / "2_heads_copy.pt")
    ...     measure(Path(folder) / "2_heads_copy.pt", samples=4).fidelity[0].shape
    (4, 3)

    References
    ----------
    arXiv:2507.02944, §4.2, Tables 1 to 6.
    """
    name = Name.of(Path(path))
    model = load_transformer(path, name.heads)
    if tokens is None:
        count = read_count(samples, 1, "samples")
        _check_room(model.config, count)
        tokens = draw(model.config, count, torch.Generator().manual_seed(seed))
    elif isinstance(tokens, Path | str):
        tokens = read_tokens(Path(tokens))
    attention = attention_maps(model, tokens).double().numpy()
    return Measured.of(name, attention, importance_of(model).double().numpy())


def _check_room(config: Config, samples: int) -> None:
    """Raise SizeError for attention that is too large to be drawn at once."""
    size = samples * config.layers * config.heads * config.length**2 * 8
    if size > LARGEST_ARRAY:
        message = f"{samples} samples take {size} bytes of attention; at most {LARGEST_ARRAY}"
        raise SizeError(message)
