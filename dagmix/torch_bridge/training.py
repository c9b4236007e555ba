"""Training of several seeds at once, as one batched model; an interrupted one goes on, to the same.

The parameters of all seeds are stacked, so that each operation serves every seed. A seed has
its own initial weights, sequences, order of batches and dropout, drawn from its own stream, so
that it is trained as it would be alone, up to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.functional import cross_entropy

from dagmix._util.progress import tracked
from dagmix.errors import ConfigError, FileError, NumberError
from dagmix.torch_bridge.checkpoints import read_checkpoint, write_checkpoint
from dagmix.torch_bridge.config import Config, Recipe
from dagmix.torch_bridge.model import Keep, Transformer
from dagmix.torch_bridge.regularisers import penalty
from dagmix.torch_bridge.tasks import draw, task_named

LARGEST_SEED = 2**63


class Training:
    """Transformers of one configuration on one task, one for each seed, being trained.

    A seed's initial weights and sequences do not depend on the task, the number of heads or
    the device.

    Parameters
    ----------
    task : "copy" or "cycle"
    config, recipe
        The sizes and the recipe; by default the paper's.
    seeds : sequence of int
        One model is trained for each; distinct, at least 0.
    device : str
        Where torch computes: "cpu", "cuda", …

    Raises
    ------
    ConfigError
        A task, seed or device that is none; a regulariser for a model with one head.

    Examples
    --------
    >>> tiny = Config(heads=2, layers=1, width=8, hidden=8, vocabulary=5, length=4)
    >>> training = Training("copy", tiny, Recipe(sequences=20, batch=10, epochs=3), seeds=(0, 1))
    >>> for losses in training.run():
    ...     print(training.epoch, len(losses))
    1 2
    2 2
    3 2
    >>> sorted(training.models())
    [0, 1]

    References
    ----------
    arXiv:2507.02944, §4.1.
    """

    def __init__(
        self,
        task: str,
        config: Config | None = None,
        recipe: Recipe | None = None,
        seeds: Sequence[int] = (0,),
        device: str = "cpu",
    ) -> None:
        self.task, self.device = task_named(task), _read_device(device)
        self.config, self.recipe = config or Config(), recipe or Recipe()
        self.seeds = _read_seeds(seeds)
        self.about = {
            "task": task,
            "seeds": list(self.seeds),
            "device": self.device.type,  # a stream is continued only on the device it began on
            **asdict(self.config),
            **_told(self.recipe),
        }
        if self.recipe.regulariser and self.config.heads == 1:
            message = "a regulariser is of a mixture of heads; this model has one head"
            raise ConfigError(message)
        starts = [_start(self.config, self.recipe, seed) for seed in self.seeds]
        self.losses: list[list[float]] = []
        self._model = starts[0][0]
        with torch.device("meta"):  # without numbers of its own
            self._traced = _Traced(self.config)
        parameters, _ = stack_module_state([model for model, _, _ in starts])
        self._parameters = {
            name: value.detach().to(self.device).requires_grad_()
            for name, value in parameters.items()
        }
        self._optimiser = torch.optim.Adam(
            list(self._parameters.values()), lr=self.recipe.learning_rate
        )
        self._tokens = torch.stack([tokens for _, tokens, _ in starts]).to(self.device)
        self._streams = [
            torch.Generator(self.device).manual_seed(stream) for _, _, stream in starts
        ]

    @property
    def epoch(self) -> int:
        """Return how many epochs are done; `losses` has a row for each, a loss for each seed."""
        return len(self.losses)

    def run(self, checkpoint: Path | str | None = None) -> Iterator[list[float]]:
        """Train to the last epoch; after each, keep the checkpoint and yield every seed's loss.

        Parameters
        ----------
        checkpoint : str or Path, optional
            Where it is there already, training goes on from it.

        Yields
        ------
        list of float
            A loss for each seed: mean cross-entropy in nats over the epoch's batches, dropout on.

        Raises
        ------
        FileError
            For a checkpoint of another training, and one that is damaged or cannot be written.
        NumberError
            Where a loss is not finite; the checkpoint is that of the epoch before.

        Examples
        --------
        >>> tiny = Config(heads=2, layers=1, width=8, hidden=8, vocabulary=5, length=4)
        >>> training = Training("copy", tiny, Recipe(sequences=20, batch=10, epochs=2))
        >>> [len(losses) for losses in training.run()]
        [1, 1]
        """
        if checkpoint is not None and Path(checkpoint).exists():
            self._restore(Path(checkpoint))
        while self.epoch < self.recipe.epochs:
            losses = self._train_epoch()
            if not all(map(math.isfinite, losses)):
                raise NumberError(self._lost(losses, checkpoint))
            self.losses.append(losses)
            if checkpoint is not None:
                write_checkpoint(self._state(), checkpoint)
            yield self.losses[-1]

    def _lost(self, losses: list[float], checkpoint: Path | str | None) -> str:
        """Say which loss is not finite, and what is left."""
        loss, seed = next(
            pair for pair in zip(losses, self.seeds, strict=True) if not math.isfinite(pair[0])
        )
        kept = (
            f"{checkpoint} is of epoch {self.epoch}"
            if checkpoint and self.epoch
            else "no checkpoint"
        )
        return f"losses are finite; epoch {self.epoch + 1} has {loss} for seed {seed}; {kept}"

    def models(self) -> dict[int, Transformer]:
        """Return a copy of each seed's model as it is now, on the CPU.

        Returns
        -------
        dict
            Seed → Transformer.

        Examples
        --------
        >>> tiny = Config(heads=2, layers=1, width=8, hidden=8, vocabulary=5, length=4)
        >>> Training("copy", tiny, Recipe(sequences=20, batch=10)).models()[0].config.heads
        2
        """
        made = {}
        for row, seed in enumerate(self.seeds):
            model = deepcopy(self._model)  # a new one would draw from the caller's stream
            model.load_state_dict({k: v[row] for k, v in self._parameters.items()})
            made[seed] = model
        return made

    def _train_epoch(self) -> list[float]:
        count = self.recipe.sequences
        orders = torch.stack(
            [torch.randperm(count, generator=one, device=self.device) for one in self._streams]
        )
        total = torch.zeros(len(self.seeds), device=self.device)
        for start in range(0, count, self.recipe.batch):
            rows = orders[:, start : start + self.recipe.batch]
            tokens = self._tokens.take_along_dim(rows[..., None], dim=1)
            total += rows.shape[1] * self._step(tokens)
        return [float(loss) for loss in total / count]

    def _step(self, tokens: Tensor) -> Tensor:
        """Take one step of Adam on a batch (seeds, batch, n); return the losses before it."""
        _, batch, length = tokens.shape
        drawn = [Keep.draw(self.config, batch, length, one) for one in self._streams]
        keep = Keep(*(torch.stack(each) for each in zip(*drawn, strict=True)))
        objectives, losses = vmap(self._loss)(self._parameters, tokens, keep)
        self._optimiser.zero_grad()
        torch.autograd.backward(objectives.sum())  # each depends on its seed's parameters only
        self._optimiser.step()
        return losses.detach()

    def _loss(
        self, parameters: dict[str, Tensor], tokens: Tensor, keep: Keep
    ) -> tuple[Tensor, Tensor]:
        """Return what is minimised, and the cross-entropy alone."""
        logits, attention = functional_call(self._traced, parameters, (tokens, keep))
        loss = cross_entropy(logits.flatten(0, 1), self.task(tokens).flatten())
        return (loss + penalty(self.recipe, attention) if self.recipe.regulariser else loss), loss

    def _state(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "losses": self.losses,
            "parameters": {name: value.detach() for name, value in self._parameters.items()},
            "optimiser": self._optimiser.state_dict(),
            "streams": [one.get_state() for one in self._streams],
        }

    def _restore(self, path: Path) -> None:
        state = read_checkpoint(path)
        if set(state) != set(self._state()):
            message = f"{path} is not the checkpoint of a training; it has {sorted(state)[:5]}"
            raise FileError(message)
        if state["about"] != self.about:
            message = f"{path} is of another training: {_difference(state['about'], self.about)}"
            raise FileError(message)
        try:
            self._load(state)
        except (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
            message = f"{path} is a damaged checkpoint: {error}"
            raise FileError(message) from None

    def _load(self, state: dict[str, Any]) -> None:
        with torch.no_grad():
            for name, value in self._parameters.items():
                _check_alike(state["parameters"][name], value, name)
                value.copy_(state["parameters"][name])
        # The recipe is known: only what Adam has learned is taken from the file.
        groups = self._optimiser.state_dict()["param_groups"]
        self._optimiser.load_state_dict(
            {"state": state["optimiser"]["state"], "param_groups": groups}
        )
        for name, value in self._parameters.items():
            for moment in ("exp_avg", "exp_avg_sq"):
                _check_alike(self._optimiser.state[value][moment], value, f"{moment} of {name}")
        for one, kept in zip(self._streams, state["streams"], strict=True):
            one.set_state(kept)
        losses = [[float(loss) for loss in row] for row in state["losses"]]
        if len(losses) > self.recipe.epochs or {len(row) for row in losses} != {len(self.seeds)}:
            message = "losses are not a row for each epoch, a number for each seed"
            raise ValueError(message)
        self.losses = losses


class _Traced(Transformer):
    """The same model, which returns its attention too."""

    def forward(self, tokens: Tensor, keep: Keep | None = None) -> tuple[Tensor, list[Tensor]]:  # type: ignore[override] # it is called by functional_call alone
        return self.trace(tokens, keep)


def train(
    task: str,
    config: Config | None = None,
    recipe: Recipe | None = None,
    seeds: Sequence[int] = (0,),
    checkpoint: Path | str | None = None,
    device: str = "cpu",
) -> dict[int, Transformer]:
    """Train one Transformer for each seed, all at once, and return them by seed.

    With a checkpoint, a training that was interrupted goes on after its last whole epoch, and
    ends in the same models, bit for bit on the same machine. On a terminal there is a
    progress bar.

    Parameters
    ----------
    task : "copy" or "cycle"
    config, recipe
        The sizes and the recipe; by default the paper's.
    seeds : sequence of int
        One model is trained for each; distinct, at least 0.
    checkpoint : str or Path, optional
        Written after each epoch.
    device : str
        Where torch computes: "cpu", "cuda", …

    Returns
    -------
    dict
        Seed → Transformer, on the CPU.

    Raises
    ------
    ConfigError
        A task, seed or device that is none; a regulariser for a model with one head.
    FileError
        For a checkpoint of another training, and one that is damaged or cannot be written.
    NumberError
        Where a loss is not finite; the checkpoint is that of the epoch before.

    Examples
    --------
    >>> tiny = Config(heads=2, layers=1, width=8, hidden=8, vocabulary=5, length=4)
    >>> models = train("cycle", tiny, Recipe(sequences=20, batch=10, epochs=2), seeds=(7,))
    >>> models[7].config.heads
    2

    References
    ----------
    arXiv:2507.02944, §4.1.
    """
    training = Training(task, config, recipe, seeds, device)
    what = f"{task}, {training.config.heads} heads"
    for _ in tracked(training.run(checkpoint), what, training.recipe.epochs):
        pass  # a step of the bar
    return training.models()


def _told(recipe: Recipe) -> dict[str, Any]:
    """Return the settings in a checkpoint; without a regulariser those that there always were."""
    settings = asdict(recipe)
    if recipe.regulariser is None:
        del settings["regulariser"], settings["strength"]
    return settings


def _start(config: Config, recipe: Recipe, seed: int) -> tuple[Transformer, Tensor, int]:
    """Return a seed's initial model, its sequences, and the seed of what is drawn later."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        model = Transformer(config)
        tokens = draw(config, recipe.sequences)
        return model, tokens, int(torch.randint(LARGEST_SEED - 1, ()))


def _check_alike(found: Tensor, expected: Tensor, name: str) -> None:
    """Raise ValueError for another shape or dtype, which PyTorch would broadcast or convert."""
    if found.shape != expected.shape or found.dtype != expected.dtype:
        message = f"{name} is {found.dtype} of shape {tuple(found.shape)}"
        raise ValueError(message)


def _read_seeds(seeds: Any) -> tuple[int, ...]:
    read = tuple(seeds) if isinstance(seeds, Sequence) else ()
    whole = all(type(one) is int and 0 <= one < LARGEST_SEED for one in read)
    if not (read and whole and len(set(read)) == len(read)):
        message = f"seeds are distinct integers from 0 to 2**63 - 1, one at least; got {seeds!r}"
        raise ConfigError(message)
    return read


def _read_device(name: str) -> torch.device:
    """Return a device after making a number on it; raise ConfigError where that fails."""
    try:
        found = torch.zeros((), device=name)
        float(found)  # "meta" has no numbers
    except (AssertionError, NotImplementedError, RuntimeError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        message = f"torch cannot compute on the device {name!r}: {reason}"
        raise ConfigError(message) from None
    return found.device


def _difference(there: object, here: dict[str, Any]) -> str:
    """Name each setting that differs."""
    kept = there if isinstance(there, dict) else {}
    return "; ".join(
        f"{name} is {kept.get(name)!r} there, {here.get(name)!r} here"
        for name in {**here, **kept}
        if kept.get(name) != here.get(name)
    )
