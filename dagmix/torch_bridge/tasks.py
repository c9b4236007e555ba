"""The two tasks of §4.1: uniform random sequences, and their targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

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


def task_named(name: Any) -> Task:
    """Return a task; raise ConfigError for a name that is none's."""
    if not isinstance(name, str) or name not in TASKS:
        message = f"the task is one of {', '.join(TASKS)}; got {name!r}"
        raise ConfigError(message)
    return TASKS[name]


def draw(config: Config, count: int, generator: torch.Generator | None = None) -> Tensor:
    """Return uniform random sequences: each token independent, uniform over 0 … vocabulary − 1.

    Parameters
    ----------
    config : Config
        Says the vocabulary and the length.
    count : int
        Number of sequences.
    generator : torch.Generator, optional
        By default torch's own.

    Returns
    -------
    Tensor of int64, shape (count, length)

    Raises
    ------
    RuntimeError
        From torch, for a negative count.

    Examples
    --------
    >>> tokens = draw(Config(vocabulary=10, length=6), 3, torch.Generator().manual_seed(0))
    >>> tokens.shape, bool(((0 <= tokens) & (tokens < 10)).all())
    (torch.Size([3, 6]), True)

    References
    ----------
    arXiv:2507.02944, §4.1.
    """
    return torch.randint(config.vocabulary, (count, config.length), generator=generator)
