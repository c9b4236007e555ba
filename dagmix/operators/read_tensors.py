"""Arrays of any library as one tensor of numbers, and what is no such array.

What torch would differentiate is read without its gradient, from any device, and half precision
is widened, for NumPy has no bfloat16.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix.errors import KindError
from dagmix.graphs.edges import as_array

HALF_BYTES = 2  # bytes of a number in half precision
SUITING = "1e-2 suits a softmax in bfloat16, 2e-3 one in float16"
OUTPUTS = ("attentions", "decoder_attentions", "encoder_attentions", "cache_dict")


def check_dense(array: Any, what: str) -> None:
    """Raise KindError for a model's outputs, masked and sparse arrays, and those without data."""
    if isinstance(array, Mapping) or any(hasattr(array, name) for name in OUTPUTS):
        message = (
            f"{what} is an array; got {type(array).__name__}, what a model returns: read it with"
            " dagmix.analysis.Attention.of or dagmix.torch_bridge.attention_from_outputs"
        )
        raise KindError(message)
    masked = isinstance(array, np.ma.MaskedArray)
    sparse = str(getattr(array, "layout", "torch.strided")) != "torch.strided"
    if masked or sparse or str(getattr(array, "device", "cpu")) == "meta":
        form = "masked" if masked else "sparse" if sparse else "without entries, on meta"
        message = f"{what} is a dense array with all of its entries; got one that is {form}"
        raise KindError(message)


def as_numpy(array: Any, what: str) -> NDArray[Any]:
    """Return an array of any library, or nested sequences, as NumPy's, half precision widened."""
    check_dense(array, what)
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        array = array.float() if is_half(array) else array
    return as_array(array, what)


def is_half(array: Any) -> bool:
    """Tell whether an array holds floats in half precision or less."""
    kind = str(getattr(array, "dtype", ""))
    return "float" in kind and int(array.dtype.itemsize) <= HALF_BYTES


def half_hint(array: Any) -> str:
    """Return what to add to an error about sums of rows: that half precision needs a tolerance."""
    if not is_half(array):
        return ""
    return f"; attention in {array.dtype} needs a tolerance=, {SUITING}"
