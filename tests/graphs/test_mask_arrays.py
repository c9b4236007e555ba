"""Masks as arrays of any kind give the graph of their true entries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import FeedforwardDAG
from dagmix.errors import DagmixError, KindError, NumberError, ShapeError

INF = np.inf


@st.composite
def causal_masks(draw: st.DrawFn) -> Any:
    """Lower triangular booleans, not all of them False."""
    n = draw(st.integers(1, 7))
    bits = draw(st.lists(st.booleans(), min_size=n * n, max_size=n * n))
    mask = np.tril(np.array(bits).reshape(n, n))
    mask[-1, 0] = True
    return mask


@settings(max_examples=25)
@given(causal_masks())
def test_every_form_of_a_mask_is_the_same_graph(mask: Any) -> None:
    graph = FeedforwardDAG.from_mask(mask)
    assert (graph.to_mask() == mask).all()
    terms = np.where(mask, 0.25, -INF)
    for other in [
        mask[None, None],
        mask[None].astype(int),
        mask.tolist(),
        scipy.sparse.csr_array(mask),
        scipy.sparse.coo_matrix(mask.astype(np.float32)),
    ]:
        assert FeedforwardDAG.from_mask(other) == graph
    for kind in ("f2", "f4", "f8"):
        hidden = np.where(mask, 0, np.finfo(kind).min).astype(kind)
        assert FeedforwardDAG.from_mask(hidden, additive=True) == graph
    assert FeedforwardDAG.from_mask(terms, additive=True) == graph
    if not mask.all():
        assert FeedforwardDAG.from_mask(terms) == graph


def test_a_kept_zero_of_a_sparse_matrix_is_no_edge() -> None:
    mask = scipy.sparse.coo_array(([1, 0, 1], ([0, 1, 1], [0, 0, 1])), shape=(2, 2))
    assert FeedforwardDAG.from_mask(mask).edges == ((0, 0), (1, 1))


def test_tensors() -> None:
    torch = pytest.importorskip("torch")
    mask = torch.tril(torch.ones(4, 4, dtype=torch.bool))
    terms = torch.zeros(1, 1, 4, 4, dtype=torch.bfloat16, requires_grad=True).masked_fill(
        ~mask, torch.finfo(torch.bfloat16).min
    )
    full = FeedforwardDAG.from_mask(np.tri(4))
    assert FeedforwardDAG.from_mask(mask) == full == FeedforwardDAG.from_mask(terms, additive=True)


class Tensor:
    """What of a tensor of torch is asked for: it is read on the host, floats as doubles."""

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array)

    def detach(self) -> Tensor:
        return self

    cpu = detach

    def is_floating_point(self) -> bool:
        return bool(self.array.dtype.kind == "f")

    def double(self) -> Any:
        return self.array.astype(float)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.array


@pytest.mark.parametrize("kind", [bool, np.float32])
def test_what_is_like_a_tensor(kind: Any) -> None:
    assert FeedforwardDAG.from_mask(Tensor(np.tri(3, dtype=kind))) == FeedforwardDAG.from_mask(
        np.tri(3)
    )


BAD: dict[str, tuple[Any, dict[str, Any], type[DagmixError], str]] = {
    "zeros": (np.zeros((2, 2)), {}, NumberError, "pass additive=True, or booleans"),
    "terms": ([[0.0, -5.0], [0.0, 0.0]], {}, NumberError, "Pass additive=True"),
    "not-additive": ([[0.0, -INF]] * 2, {"additive": False}, NumberError, "booleans"),
    "infinite": ([[0.0, INF]] * 2, {"additive": True}, NumberError, "below ∞"),
    "nan": ([[0.0, np.nan]] * 2, {"additive": True}, NumberError, "below ∞"),
    "booleans": (np.eye(2, dtype=bool), {"additive": True}, NumberError, "additive mask"),
    "additive": (np.eye(2), {"additive": 1}, KindError, "additive is True, False or None"),
    "several": (np.ones((2, 1, 3, 3)), {}, ShapeError, r"\(2, 1, 3, 3\): index one sample"),
    "flat": (np.ones((1, 3)), {}, ShapeError, r"got shape \(1, 3\)$"),
    "sparse": (scipy.sparse.eye_array(2, 3), {}, ShapeError, r"got shape \(2, 3\)"),
    "weights": (scipy.sparse.eye_array(2) * 0.5, {}, NumberError, "a sparse mask holds"),
    "integers": ([[1, 2], [1, 1]], {}, NumberError, "got dtype int64$"),
    "nodes": (np.eye(2), {"nodes": "abc"}, ShapeError, "3 nodes"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_masks(name: str) -> None:
    mask, options, error, words = BAD[name]
    with pytest.raises(error, match=words):
        FeedforwardDAG.from_mask(mask, **options)


def test_zeros_that_are_no_floats_have_no_edges() -> None:
    assert FeedforwardDAG.from_mask([[0, 0], [0, 0]]).edges == ()
    assert len(FeedforwardDAG.from_mask(np.zeros((2, 2), dtype=bool)).edges) == 0
    assert len(FeedforwardDAG.from_mask(np.zeros((2, 2)), additive=False).edges) == 0
    with pytest.raises(DagmixError, match="cycle"):
        FeedforwardDAG.from_mask(np.zeros((2, 2)), additive=True)
