"""The two tasks of §4.1: uniform random sequences, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from dagmix.errors import ConfigError
from dagmix.torch_bridge.config import Config

Task = Callable[[Tensor], Tensor]


def copy(tokens: Tensor) -> Tensor:
    """Return the tokens themselves: x ↦ x.

    >>> copy(torch.tensor([3, 1, 2])).tolist()
    [3, 1, 2]
    """
    return tokens


def cycle(tokens: Tensor) -> Tensor:
    """Return the tokens shifted by one: (x₁, …, x_n) ↦ (x_n, x₁, …, x_{n−1}).

    A causal model cannot know the first target, x_n: the mean cross-entropy stays at least
    ln(vocabulary) / n on fresh sequences.

    >>> cycle(torch.tensor([3, 1, 2])).tolist()
    [2, 3, 1]
    """
    return tokens.roll(1, dims=-1)


TASKS: Mapping[str, Task] = MappingProxyType({"copy": copy, "cycle": cycle})


def task_named(name: str) -> Task:
    """Return a task; raise ConfigError for a name that is none's."""
    if name not in TASKS:
        message = f"the task is one of {', '.join(TASKS)}; got {name!r}"
        raise ConfigError(message)
    return TASKS[name]


def draw(config: Config, count: int, generator: torch.Generator | None = None) -> Tensor:
    """Return `count` sequences (count, length), each token uniform over the vocabulary.

    >>> tokens = draw(Config(vocabulary=10, length=6), 3, torch.Generator().manual_seed(0))
    >>> tokens.shape, bool(((0 <= tokens) & (tokens < 10)).all())
    (torch.Size([3, 6]), True)
    """
    return torch.randint(config.vocabulary, (count, config.length), generator=generator)
