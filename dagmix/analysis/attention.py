"""An attention tensor with the importance of its heads, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dagmix.analysis.layers import Layer, measure
from dagmix.errors import DagmixError
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.operators.read_arrays import TOLERANCE


@dataclass(frozen=True, eq=False)
class Attention:
    """Attention of all layers, with the importance of the heads.

    Parameters
    ----------
    tensor : array, shape (…, layers, heads, n, n)
        Entry [i, j] of a matrix is the weight of key j for query i; causal, and each row sums to
        1. Leading dimensions are samples.
    importance : array, shape (layers, heads), optional
        The weights of the heads in the mixture, non-negative and of any scale; by default uniform.
    tolerance : float
        How far a row's sum may be from 1; half precision needs about 1e-2.

    Examples
    --------
    >>> attention = Attention(np.tri(4)[None, None] / np.arange(1, 5)[:, None])
    >>> [layer.mixing_time for layer in attention.layers()]
    [5]

    References
    ----------
    arXiv:2507.02944, §4.2; arXiv:1706.03762 (attention).
    """

    tensor: NDArray[np.floating]
    importance: NDArray[np.floating] | None = None
    tolerance: float = TOLERANCE

    def __len__(self) -> int:
        """Return the number of samples times layers."""
        return int(np.prod(self.tensor.shape[:-3]))

    def layers(self, first_step: int = 0) -> Iterator[Layer]:
        """Analyse layer after layer, sample after sample.

        Parameters
        ----------
        first_step : int
            Fidelities are over t ≥ first_step: 0 as in Definition 3.3, 1 as in the published code.

        Yields
        ------
        Layer

        Raises
        ------
        DagmixError
            As from `MultiHeadDiffusion.from_attention`, for what is no causal attention; the
            message begins with the sample and the layer.

        Examples
        --------
        >>> tensor = np.tri(4)[None, None] / np.arange(1, 5)[:, None]
        >>> [(one.mixing_time, one.fidelity) for one in Attention(tensor).layers()]
        [(5, 0.25)]
        """
        *samples, layers = self.tensor.shape[:-3]
        for sample in product(*map(range, samples)):
            for layer in range(layers):
                with placed(sample, layer):
                    measured = measure(self.mixture(sample, layer), sample, layer, first_step)
                yield measured

    def mixture(self, sample: tuple[int, ...], layer: int) -> MultiHeadDiffusion:
        """Return the heads of one layer for one sample, mixed by their importance.

        Parameters
        ----------
        sample : tuple of int
            One index for each leading dimension of the tensor.
        layer : int

        Returns
        -------
        MultiHeadDiffusion
            Nodes are the positions 0 … n − 1, the sink is the last.

        Raises
        ------
        DagmixError
            As from `MultiHeadDiffusion.from_attention`.

        Examples
        --------
        >>> attention = Attention(np.tri(4)[None, None] / np.arange(1, 5)[:, None])
        >>> attention.mixture((), 0).sink.node
        3
        """
        weights = None if self.importance is None else self.importance[layer]
        heads = self.tensor[(*sample, layer)]
        return MultiHeadDiffusion.from_attention(heads, weights, tolerance=self.tolerance)


@contextmanager
def placed(sample: tuple[int, ...], layer: int) -> Iterator[None]:
    """Say in every error in which sample and layer it was found."""
    try:
        yield
    except DagmixError as error:
        message = f"sample {list(sample)}, layer {layer}: {error}"
        raise type(error)(message) from None
