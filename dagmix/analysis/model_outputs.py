"""What models and tools hand over, as one tensor, samples first: (batch, layers, heads, n, n)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_array_api_obj, to_device

from dagmix.errors import KindError, ShapeError

Array = Any  # of NumPy, torch, or another library with the array API
Labels = tuple[int, ...]

KINDS = ("decoder", "encoder")
NAMES = ("attentions", *(f"{kind}_attentions" for kind in KINDS))
PATTERN = re.compile(r"blocks\.(\d+)\.attn\.hook_pattern")  # TransformerLens: layer's softmax
LAYER, WITHOUT_BATCH = 4, 3  # dimensions of a layer: batch, heads, queries, keys


class Samples(list[Array]):
    """Tensors (layers, heads, nₛ, nₛ), one a sample: a list that cannot be taken for layers."""


def stacked(outputs: Any, kind: str | None = None) -> tuple[Array | Samples, Labels | None]:
    """Return the attention in `outputs`, of its library, and the layers' numbers if it has them.

    An array is returned as it is, with whatever leading dimensions; all else comes out in shape
    (batch, layers, heads, n, n). Raises KindError or ShapeError.
    """
    if isinstance(outputs, Samples):
        return outputs, None
    if is_array_api_obj(outputs):
        return plain(outputs, "attention"), None
    cache = getattr(outputs, "cache_dict", outputs)
    patterns = _patterns(cache) if isinstance(cache, Mapping) else {}
    if patterns:
        return _joined([list(patterns.values())]), tuple(patterns)
    found = _attentions(outputs, kind)
    steps = found if isinstance(found[0], tuple | list) else [found]
    return _joined(steps), None


def plain(array: Array, what: str) -> Array:
    """Return an array without its gradient; raise KindError for a masked one."""
    if isinstance(array, np.ma.MaskedArray):
        message = f"{what} has all of its entries; got a masked array: give attention_mask= instead"
        raise KindError(message)
    return array.detach() if hasattr(array, "detach") else array


def to_numpy(array: Any, what: str) -> Any:
    """Return an array of any library or device, or nested numbers, as NumPy's.

    NumPy has no bfloat16: it is widened to float32.
    """
    read = plain(array, what)
    if hasattr(read, "cpu"):
        read = read.cpu()
        read = read.float() if str(read.dtype).endswith("bfloat16") else read
    return np.asarray(read)


def _patterns(cache: Mapping[Any, Any]) -> dict[int, Array]:
    """Return the attention of a TransformerLens cache by layer; the batch may be left out there."""
    found = {}
    for key, value in cache.items():
        match = PATTERN.fullmatch(str(key))
        if match:
            found[int(match[1])] = value[None] if value.ndim == WITHOUT_BATCH else value
    return dict(sorted(found.items()))


def _attentions(outputs: Any, kind: str | None) -> Sequence[Any]:
    """Find the layers' attentions, or the steps of them; say what there is instead."""
    if kind is not None and kind not in KINDS:
        message = f"kind is None, 'decoder' or 'encoder'; got {kind!r}"
        raise KindError(message)
    held = _held(outputs)
    if held("beam_indices") is not None:
        message = "beams change places between the steps of generate(): read one, num_beams=1"
        raise KindError(message)
    there = [name for name in NAMES if held(name) is not None]
    wanted = "attentions" if kind is None else f"{kind}_attentions"
    if there and wanted not in there:
        message = (
            f"the model returned {' and '.join(there)}: kind='decoder' and kind='encoder' choose"
            f" between the two that an encoder-decoder has, None is for all others; got {kind!r}"
        )
        raise KindError(message)
    found = held(wanted) if there else outputs
    if found is None or isinstance(found, Mapping) or hasattr(found, wanted) or _misses_one(found):
        message = (
            "the model returned no attention: call it with output_attentions=True, and load it"
            ' with attn_implementation="eager"; flash attention and SDPA never form the matrix'
        )
        raise KindError(message)
    if not isinstance(found, Sequence):
        message = f"attentions are a sequence of arrays, one a layer; got {type(found).__name__}"
        raise KindError(message)
    return found


def _held(outputs: Any) -> Callable[[str], Any]:
    if isinstance(outputs, Mapping):
        return outputs.get
    return lambda name: getattr(outputs, name, None)


def _misses_one(found: Any) -> bool:
    if not isinstance(found, tuple | list):
        return found is None
    return not found or any(_misses_one(one) for one in found)


def _joined(steps: Sequence[Sequence[Any]]) -> Array:
    """Return (batch, layers, heads, n, n) from the layers of every step; a single pass is one step.

    In step s of generate() the queries are new and the keys are all so far, or the last of them
    where a window has let the earlier go, or all that will be where the cache is static.
    """
    first = steps[0][0]
    for layers in steps:
        for index, layer in enumerate(layers):
            _check(layer, index, first, layers[0])
        if len(layers) != len(steps[0]):
            message = f"every step has the same layers; got {len(steps[0])} and {len(layers)}"
            raise ShapeError(message)
    xp, place = array_namespace(first), device(first)
    n = sum(layers[0].shape[-2] for layers in steps)
    joined = []
    for index, parts in enumerate(zip(*steps, strict=True)):
        rows, blocks = 0, []
        for part in parts:
            rows += part.shape[-2]
            blocks.append(_widened(xp, to_device(plain(part, "attention"), place), rows, n, index))
        joined.append(xp.concat(blocks, axis=-2))
    return xp.stack(joined, axis=1)


def _check(layer: Any, index: int, first: Any, beside: Any) -> None:
    if not is_array_api_obj(layer):
        message = f"the attention of layer {index} is an array; got {type(layer).__name__}"
        raise KindError(message)
    if _library(layer) != _library(first):
        message = (
            "attentions are of one library;"
            f" layer {index} is of {_library(layer)}, layer 0 of {_library(first)}"
        )
        raise KindError(message)
    shape, expected = tuple(layer.shape), tuple(first.shape)
    if (
        len(shape) != LAYER
        or 0 in shape
        or shape[:2] != expected[:2]
        or shape[-2] != beside.shape[-2]
    ):
        message = (
            "attentions have shape (batch, heads, n, n), the same in all layers;"
            f" got {shape} in layer {index}, {expected} in layer 0"
        )
        raise ShapeError(message)


def _library(array: Array) -> str:
    return type(array).__module__.partition(".")[0]


def _widened(xp: Any, part: Array, rows: int, n: int, index: int) -> Array:
    """Return the last queries of the first `rows` positions with n keys, 0 where they had none."""
    *outer, queries, keys = part.shape
    if keys < queries:
        message = f"a query has its own key: got {queries} queries and {keys} keys, layer {index}"
        raise ShapeError(message)
    if keys > rows:
        if bool(xp.any(part[..., rows:] != 0)):
            message = (
                f"attention is square: got {queries} queries and {keys} keys in layer {index}."
                " After a KV cache the earlier rows are missing: give the whole sequence at once,"
                " or all steps, as generate() does. Cross-attention has no square matrix"
            )
            raise ShapeError(message)
        part = part[..., :rows]
    forms = {"dtype": part.dtype, "device": device(part)}
    before = xp.zeros((*outer, queries, max(0, rows - keys)), **forms)
    after = xp.zeros((*outer, queries, n - rows), **forms)
    return xp.concat([before, part, after], axis=-1)
