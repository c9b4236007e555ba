"""Arrays as other libraries hand them over, and what models return in their place."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dagmix import MultiHeadDiffusion, MultiHeadWalk
from dagmix.errors import KindError, NumberError, ShapeError, StochasticError, WeightError

ROWS = [[[1.0, 0.0], [0.25, 0.75]], [[1.0, 0.0], [0.5, 0.5]]]
KINDS = pytest.mark.parametrize("kind", [MultiHeadDiffusion, MultiHeadWalk])


@dataclass
class Name:
    """A dtype of another library."""

    name: str
    itemsize: int

    def __str__(self) -> str:
        return self.name


@dataclass
class HalfTensor:
    """What torch's bfloat16 looks like: NumPy reads it only detached and widened."""

    data: np.ndarray[Any, Any]
    ready: bool = False
    dtype = Name("torch.bfloat16", 2)

    def detach(self) -> HalfTensor:
        return HalfTensor(self.data, ready=True)

    def cpu(self) -> HalfTensor:
        return self

    def float(self) -> np.ndarray[Any, Any]:
        assert self.ready, "it was not detached"
        return self.data.astype(np.float32)


@KINDS
def test_half_precision_is_widened(kind: Any) -> None:
    rows = np.array(ROWS)
    for given in (rows.astype(np.float16), HalfTensor(rows)):
        assert kind.from_attention(given, HalfTensor(np.array([1.0, 2.0]))) == (
            kind.from_attention(rows, [1, 2])
        )


@KINDS
def test_half_precision_that_needs_a_tolerance_says_so(kind: Any) -> None:
    rows = np.array([[[1.0, 0.0], [0.3, 0.6999]]]).astype(np.float16)
    for given, name in ((rows, "float16"), (HalfTensor(rows), "torch.bfloat16")):
        with pytest.raises(StochasticError, match=f"row 1 .* in {name} needs a tolerance=, 1e-2"):
            kind.from_attention(given)
        assert kind.from_attention(given, tolerance=1e-2).nodes == (0, 1)
    with pytest.raises(StochasticError, match=r"\(tolerance 1e-05\)$"):
        kind.from_attention(rows.astype(np.float32))


@KINDS
@pytest.mark.parametrize("name", ["attentions", "decoder_attentions", "cache_dict"])
def test_what_a_model_returns_is_named_as_such(kind: Any, name: str) -> None:
    for outputs in (SimpleNamespace(**{name: ()}), {name: ()}):
        with pytest.raises(
            KindError, match=r"attention is an array; got .*Attention\.of or .*_from"
        ):
            kind.from_attention(outputs)


@KINDS
def test_arrays_without_all_of_their_entries(kind: Any) -> None:
    with pytest.raises(KindError, match=r"attention is a dense array .* masked"):
        kind.from_attention(np.ma.masked_less(np.array(ROWS), 0.3))
    with pytest.raises(KindError, match=r"weights is a dense array .* masked"):
        kind.from_attention(ROWS, np.ma.masked_less(np.ones(2), 0.3))
    with pytest.raises(ShapeError, match="attention: an array is asked for"):
        kind.from_attention([[[1, 0], [1]]])


@KINDS
@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1.0, -1.0], "weights are finite and not negative; weight 1 is -1"),
        ([np.nan, 1.0], "weight 0 is nan"),
        ([1.0, np.inf], "weight 1 is inf"),
        ([1.0], "one weight for each of 2 heads"),
        (np.ones((2, 3)), "one weight for each of 2 heads"),
        (np.ones((2, 2, 2)), "one weight for each of 2 heads"),
        ([0, 0], "one weight at least is positive"),
    ],
)
def test_weights_are_called_weights(kind: Any, weights: Any, words: str) -> None:
    with pytest.raises(WeightError, match=words):
        kind.from_attention(ROWS, weights)


@KINDS
def test_weights_that_are_no_numbers(kind: Any) -> None:
    with pytest.raises(NumberError, match="no plain numbers"):
        kind.from_attention(ROWS, ["1", "2"])


def test_tensors_of_torch() -> None:
    torch = pytest.importorskip("torch")
    expected = MultiHeadDiffusion.from_attention(ROWS, [1, 2])
    for kind in (torch.float64, torch.float32, torch.bfloat16, torch.float16):
        tensor = torch.tensor(ROWS, dtype=kind, requires_grad=True)
        weights = torch.tensor([1, 2], dtype=kind, requires_grad=True)
        assert MultiHeadDiffusion.from_attention(tensor, weights) == expected
    rows = torch.tensor([[[1, 0], [0.3, 0.69]]]).bfloat16()
    with pytest.raises(StochasticError, match=r"torch\.bfloat16 needs a tolerance="):
        MultiHeadDiffusion.from_attention(rows)
    for form in (rows.to_sparse(), rows.to("meta")):
        with pytest.raises(KindError, match="attention is a dense array"):
            MultiHeadDiffusion.from_attention(form)
