"""The sizes of a Transformer and its training recipe; the defaults are the paper's (§4.1)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from dagmix.errors import ConfigError

REGULARISERS = ("fidelity", "mixing")


@dataclass(frozen=True)
class Config:
    """The sizes of a Transformer.

    Parameters
    ----------
    heads, layers : int
    width : int
        Of the embedding; the heads divide it.
    hidden : int
        Width of the MLP's hidden layer.
    vocabulary, length : int
        Number of tokens, and positions at most.
    dropout : float
        In [0, 1).

    Raises
    ------
    ConfigError
        Unless sizes are whole and positive, the heads divide the width, and the dropout is at
        least 0 and less than 1.

    Examples
    --------
    >>> Config(heads=8).width // Config(heads=8).heads  # the width of a head
    8
    >>> Config(heads=5)
    Traceback (most recent call last):
    dagmix.errors.ConfigError: the heads divide the width; got 5 heads and width 64

    References
    ----------
    arXiv:2507.02944, §4.1.
    """

    heads: int = 4
    layers: int = 4
    width: int = 64
    hidden: int = 128
    vocabulary: int = 256
    length: int = 100
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Check."""
        _check_whole(self)
        if self.width % self.heads:
            message = f"the heads divide the width; got {self.heads} heads and width {self.width}"
            raise ConfigError(message)
        if not 0 <= self.dropout < 1:
            message = f"dropout is at least 0 and less than 1; got {self.dropout}"
            raise ConfigError(message)


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: Adam on the cross-entropy of fixed random sequences, in batches.

    Parameters
    ----------
    sequences, batch : int
        Number of training sequences, and of those in a batch.
    epochs : int
    learning_rate : float
        Positive and finite.
    regulariser : "fidelity" or "mixing", optional
        What is added to the cross-entropy, times the strength: minus the logarithm of the minimax
        fidelity, or the hitting time, of every layer's uniform mixture of heads before dropout,
        the mean over layers and sequences (`dagmix.torch_bridge.differentiable`).
    strength : float
        Of the regulariser: positive and finite with one, 0 without.

    Raises
    ------
    ConfigError
        Unless sizes are whole and positive, the learning rate is positive, and the strength suits
        the regulariser.

    Examples
    --------
    >>> recipe = Recipe()
    >>> recipe.epochs * recipe.sequences // recipe.batch  # steps of Adam
    20000

    References
    ----------
    arXiv:2507.02944, §4.1.
    """

    sequences: int = 5000
    batch: int = 50
    epochs: int = 200
    learning_rate: float = 1e-3
    regulariser: str | None = None
    strength: float = 0.0

    def __post_init__(self) -> None:
        """Check."""
        _check_whole(self)
        if not 0 < self.learning_rate < float("inf"):
            message = f"the learning rate is positive and finite; got {self.learning_rate}"
            raise ConfigError(message)
        if self.regulariser not in (None, *REGULARISERS):
            names = " or ".join(map(repr, REGULARISERS))
            message = f"the regulariser is {names}, or None; got {self.regulariser!r}"
            raise ConfigError(message)
        if self.regulariser is None and self.strength:
            message = f"a strength is of a regulariser; got {self.strength} without one"
            raise ConfigError(message)
        if self.regulariser is not None and not 0 < self.strength < float("inf"):
            message = f"the strength is positive and finite; got {self.strength}"
            raise ConfigError(message)


def _check_whole(values: Any) -> None:
    """Raise ConfigError unless every field that is declared an int is one, and positive."""
    for field in fields(values):
        value = getattr(values, field.name)
        whole = isinstance(value, int) and not isinstance(value, bool) and value > 0
        if field.type == "int" and not whole:
            message = f"{field.name} is a positive integer; got {value!r}"
            raise ConfigError(message)
