"""An attention tensor with the importance of its heads, layer by layer."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from array_api_compat import is_array_api_obj
from numpy.typing import NDArray

from dagmix._util.files import open_attention
from dagmix._util.stored import Stored
from dagmix.analysis import padding, position_labels
from dagmix.analysis.layers import Layer, measure
from dagmix.analysis.model_outputs import Samples, to_numpy
from dagmix.errors import CausalError, DagmixError, KindError, ShapeError, StochasticError
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.operators.read_arrays import TOLERANCE
from dagmix.operators.targets import check_target

ONE_LAYER = 3  # dimensions: heads, queries, keys
HALF_PRECISION = (
    "half precision needs tolerance=, 1e-2 in bfloat16 and 2e-3 in float16 (--tolerance)"
)
ROUNDED = 0.05  # how far half precision may take the sum of a row from 1
SINK_LOGITS = "rows that a learned sink logit keeps below 1 need null="
BOTH_WAYS = (
    "encoders attend both ways, which causal=False reads for a target= (--no-causal, --target);"
    " so do rows of left padding, cut by attention_mask="
)


@dataclass(frozen=True, eq=False)
class Attention:
    """Attention of all layers, with the importance of the heads.

    `Attention.of` reads what models and tools hand over, and refuses padding; here are arrays.

    Parameters
    ----------
    tensor : array, shape (…, layers, heads, n, n)
        Entry [i, j] of a matrix is the weight of key j for query i; causal, and each row sums to
        1. Leading dimensions are samples; without `layers` there is one. An array of NumPy, torch
        (read without its gradient) or a file; or the list of one tensor (layers, heads, nₛ, nₛ) a
        sample that `dagmix.torch_bridge.attention_from_outputs` returns for a mask.
    importance : array, shape (layers, heads) or (…, layers, heads), optional
        The weights of the heads in the mixture, non-negative and of any scale; by default uniform.
    tolerance : float
        How far a row's sum may be from 1; half precision needs about 1e-2.
    tokens : sequence, optional
        Labels of the n positions, or a row of them for each sample; those that are repeated are
        numbered. By default the positions from 0.
    layer_labels : sequence, optional
        One for each layer, such as its number in a model that has other layers between; by default
        the numbers from 0.
    target : node, optional
        The position asked about, by its label (its token, where there are any; else its number).
        By default the last one. Causal attention is cut to the positions up to it.
    causal : bool
        Whether no query sees a later key. An encoder's attention, False, is not cut, and needs a
        target.

    Raises
    ------
    KindError
        For what is no array, or a masked one.
    ShapeError
        For another shape, importances of another than the tensor's, or labels of another number.
    UnknownNodeError, SinkError
        For a target that is no position of some sample (negative ones are none), or a missing one
        where `causal` is False.

    Examples
    --------
    >>> attention = Attention(np.tri(4)[None, None] / np.arange(1, 5)[:, None])
    >>> [layer.mixing_time for layer in attention.layers()]
    [5]
    >>> encoder = Attention(np.full((1, 1, 3, 3), 1 / 3), target=0, causal=False)
    >>> [layer.hitting_time for layer in encoder.layers()]
    [2.0]

    References
    ----------
    arXiv:2507.02944, §4.2; arXiv:1706.03762 (attention).
    """

    tensor: Any
    importance: NDArray[np.floating] | None = None
    tolerance: float = TOLERANCE
    tokens: Sequence[Any] | None = None
    layer_labels: Sequence[Hashable] | None = None
    target: Hashable | None = None
    causal: bool = True

    def __post_init__(self) -> None:
        """Check the shapes, and read arrays of other libraries; entries are read layer by layer."""
        read = {"tensor": _read_tensor(self.tensor)}
        object.__setattr__(self, "tensor", read["tensor"])
        if self.importance is not None:
            read["importance"] = self._read_importance()
        if self.tokens is not None:
            rows = position_labels.rows_of(self.tokens, self._lengths())
            read["tokens"] = tuple(map(position_labels.numbered, rows))
        read["layer_labels"] = self._read_layer_labels()
        for name, value in read.items():
            object.__setattr__(self, name, value)
        for labels in dict.fromkeys(self.tokens or map(range, self._lengths())):
            check_target(self.target, labels, causal=self.causal)

    @classmethod
    def of(  # noqa: PLR0913 - one door for all that models hand over
        cls,
        outputs: Any,
        importance: Any = None,
        attention_mask: Any = None,
        tokens: Sequence[Any] | None = None,
        layers: Sequence[Hashable] | None = None,
        *,
        null: str = "refuse",
        kind: str | None = None,
        tolerance: float = TOLERANCE,
        target: Hashable | None = None,
        causal: bool = True,
    ) -> Attention:
        """Read what a model or a tool hands over: samples first, tokens only.

        Parameters
        ----------
        outputs
            One of: the output of a Hugging Face model or of its `generate`, called with
            `output_attentions=True`, or the attentions in it; a TransformerLens cache, by its keys
            `blocks.{l}.attn.hook_pattern`; a tensor (…, layers, heads, n, n); the path of a
            file with `attention` and perhaps `head_importance`: .npz, or .npy, zarr, HDF5 and
            safetensors, which are read a layer at a time, FILE::NAME for another name.
        importance : array, shape (layers, heads) or (batch, layers, heads), optional
            The weights of the heads, as for `Attention`; by default the file's, else uniform.
        attention_mask : array, shape (batch, n), optional
            1 for tokens and 0 for padding, as the model had it. Every sample is then cut to its
            tokens. All ones keep a sample that looks padded and is not.
        tokens : sequence, optional
            Labels of the n positions, or (batch, n), padding included.
        layers : sequence, optional
            Labels of the layers.
        null : "refuse", "node" or "renormalise"
            What becomes of rows that a learned sink logit keeps below 1: refused when they are
            analysed; the rest goes to a node "null" before position 0 that keeps itself, which is
            the model's own sum, the null's value being 0; or each row is divided by its sum.
        kind : None, "decoder" or "encoder"
            Whose self-attention to read of an encoder-decoder.
        tolerance, target, causal
            As for `Attention`. An encoder's attention needs `causal=False` and a target.

        Returns
        -------
        Attention
            Its `tensor` is (batch, layers, heads, n, n) in NumPy, with the leading dimensions of a
            tensor or file as they were; with a mask a list, one (layers, heads, nₛ, nₛ) a sample.

        Raises
        ------
        KindError
            Where the model returned no attention, or something that is none.
        ShapeError
            For other shapes, those of a KV cache's continuation among them.
        PaddingError
            Where a sample looks padded and no mask is given, or tokens saw what the mask leaves
            out.
        StochasticError
            For a row of zeros that is to be renormalised.
        UnknownNodeError, SinkError
            For a target that is no position, or a missing one where `causal` is False.
        FileError
            As for every file.

        Examples
        --------
        >>> layer = np.array([[[[1, 0, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]]]])  # (batch, heads, 3, 3)
        >>> Attention.of((layer, layer), attention_mask=[[1, 1, 0]]).tensor[0].shape
        (2, 1, 2, 2)
        >>> Attention.of((layer, layer))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        dagmix.errors.PaddingError: sample [0]: the last 1 positions get no weight in any layer ...
        >>> Attention.of(np.array([[[[0.5]]]]), null="node").tensor.tolist()
        [[[[1.0, 0.0], [0.5, 0.5]]]]

        References
        ----------
        arXiv:1706.03762, §3.2; arXiv:2309.17453 (attention sinks).
        """
        if isinstance(outputs, str | Path):
            outputs, kept = open_attention(outputs)
            importance = kept if importance is None else importance
        asked: dict[str, Any] = {"target": target, "causal": causal}
        if isinstance(outputs, Stored):
            if attention_mask is not None or null != "refuse":
                message = "a file is read a layer at a time: for attention_mask= or null= load it"
                raise KindError(message)
            padding.refuse_stored(outputs)
            return cls(outputs, importance, tolerance, tokens, layers, **asked)
        tensor, numbers = padding.read(outputs, attention_mask, null, kind)
        if tokens is not None and attention_mask is not None:
            width = np.shape(to_numpy(attention_mask, "attention_mask"))[-1]
            mask = padding.read_mask(attention_mask, (len(tensor), width))
            tokens = position_labels.kept(tokens, mask)
        labels = layers if layers is not None else numbers
        if null != "node":
            return cls(tensor, importance, tolerance, tokens, labels, **asked)
        found = cls(tensor, importance, tolerance, None, labels)
        lengths = [length - 1 for length in found._lengths()]
        rows = map(range, lengths) if tokens is None else position_labels.rows_of(tokens, lengths)
        named = [(position_labels.NULL, *row) for row in rows]
        return cls(tensor, importance, tolerance, named, labels, **asked)

    def __len__(self) -> int:
        """Return the number of samples times layers."""
        return int(np.prod(self._lead())) * self._size()[0]

    def _lead(self) -> tuple[int, ...]:
        """Return the shape of the samples."""
        if isinstance(self.tensor, Samples):
            return (len(self.tensor),)
        return tuple(self.tensor.shape[:-4])

    def _size(self) -> tuple[int, int]:
        """Return the numbers of layers and heads."""
        one = self.tensor[0] if isinstance(self.tensor, Samples) else self.tensor
        return tuple(one.shape[-4:-2])

    def _lengths(self) -> list[int]:
        """Return the number of positions of every sample."""
        if isinstance(self.tensor, Samples):
            return [one.shape[-1] for one in self.tensor]
        return [self.tensor.shape[-1]] * int(np.prod(self._lead()))

    def _read_importance(self) -> NDArray[np.floating]:
        importance = to_numpy(self.importance, "importance")
        expected = self._size()
        if importance.shape not in (expected, (*self._lead(), *expected)):
            message = (
                f"importance has shape (layers, heads) = {expected}, or that of the samples before"
                f" it, {(*self._lead(), *expected)}; got {importance.shape}. Attention has samples"
                " first, then layers"
            )
            raise ShapeError(message)
        return importance  # type: ignore[no-any-return]

    def _read_layer_labels(self) -> tuple[Hashable, ...]:
        count = self._size()[0]
        labels = tuple(range(count) if self.layer_labels is None else self.layer_labels)
        if len(labels) != count:
            message = f"one label for each of {count} layers; got {len(labels)}"
            raise ShapeError(message)
        return labels

    def layers(self, first_step: int = 0, source: Hashable | None = None) -> Iterator[Layer]:
        """Analyse layer after layer, sample after sample.

        Parameters
        ----------
        first_step : int
            Fidelities are over t ≥ first_step: 0 as in Definition 3.3, 1 as in the published code.
        source : node, optional
            A position of which is asked, too, what the target receives of it, by its label.

        Yields
        ------
        Layer

        Raises
        ------
        DagmixError
            As for `layer`.

        Examples
        --------
        >>> tensor = np.tri(4)[None, None] / np.arange(1, 5)[:, None]
        >>> [(one.mixing_time, one.fidelity) for one in Attention(tensor).layers()]
        [(5, 0.25)]
        """
        for sample in product(*map(range, self._lead())):
            for layer in range(self._size()[0]):
                yield self.layer(sample, layer, first_step, source)

    def layer(
        self,
        sample: tuple[int, ...],
        layer: int,
        first_step: int = 0,
        source: Hashable | None = None,
    ) -> Layer:
        """Analyse one layer for one sample.

        Parameters
        ----------
        sample : tuple of int
            One index for each leading dimension of the tensor.
        layer : int
            From 0.
        first_step, source
            As for `layers`.

        Returns
        -------
        Layer

        Raises
        ------
        DagmixError
            As from `MultiHeadDiffusion.from_attention`, for what is no causal attention, and for a
            source that is no position or comes after the target; the message begins with the
            sample and the layer.

        Examples
        --------
        >>> attention = Attention(np.tri(4)[None, None] / np.arange(1, 5)[:, None], target=2)
        >>> layer = attention.layer((), 0, source=1)
        >>> layer.positions, layer.source.fidelity
        ((1,), 0.3333333333333333)
        """
        label = self._read_layer_labels()[layer]
        with placed(sample, label):
            mix = self.mixture(sample, layer)
            return measure(mix, (sample, layer), label, first_step, self.target, source)

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
            Nodes are the tokens where there are any, else the positions 0 … n − 1; the sink is the
            target, by default the last.

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
        weights, nodes = self.importance, None
        if weights is not None:
            weights = weights[(*sample, layer) if weights.ndim > 2 else layer]  # noqa: PLR2004 - layers, heads
        if self.tokens is not None:
            lead = self._lead()
            nodes = self.tokens[int(np.ravel_multi_index(sample, lead)) if lead else 0]
        heads = self._heads(sample, layer)
        try:
            return MultiHeadDiffusion.from_attention(
                heads, weights, nodes, self.tolerance, target=self.target, causal=self.causal
            )
        except StochasticError as error:
            message = f"{error}{_hint(heads)}"
            raise StochasticError(message) from None
        except CausalError as error:
            message = f"{error}; {BOTH_WAYS}"
            raise CausalError(message) from None

    def _heads(self, sample: tuple[int, ...], layer: int) -> NDArray[np.floating]:
        if isinstance(self.tensor, Samples):
            (number,) = sample
            return self.tensor[number][layer]  # type: ignore[no-any-return]
        return self.tensor[(*sample, layer)]  # type: ignore[no-any-return]


def _read_tensor(tensor: Any) -> Any:
    """Return samples, or a tensor (…, layers, heads, n, n), of NumPy unless it is a file's."""
    if isinstance(tensor, Samples):
        read = Samples(to_numpy(one, "attention") for one in tensor)
        sizes = {one.shape[:2] for one in read}
        if len(sizes) != 1:
            message = f"samples have the same layers and heads, at least one; got {sorted(sizes)}"
            raise ShapeError(message)
        return read
    if is_array_api_obj(tensor):
        tensor = to_numpy(tensor, "attention")
    elif not hasattr(tensor, "shape"):
        message = (
            f"attention is an array; got {type(tensor).__name__}: Attention.of reads what a model"
            " returns"
        )
        raise KindError(message)
    padding.check_square(tensor)
    return tensor[None] if len(tensor.shape) == ONE_LAYER else tensor


def _hint(heads: NDArray[np.floating]) -> str:
    """Say what may keep the sums of rows from 1: roundings, or what a sink logit keeps."""
    off = np.asarray(heads, dtype=np.float64).sum(axis=-1) - 1
    if np.abs(off).max() < ROUNDED:
        return f"; {HALF_PRECISION}"
    return f"; {SINK_LOGITS}" if off.max() < ROUNDED else ""


@contextmanager
def placed(sample: tuple[int, ...], layer: Hashable) -> Iterator[None]:
    """Say in every error in which sample and layer it was found."""
    try:
        yield
    except DagmixError as error:
        message = f"sample {list(sample)}, layer {layer}: {error}"
        raise type(error)(message) from None
