"""Predicates of indices, in chunks of rows, give the graph that the predicate says."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dagmix import FeedforwardDAG, families
from dagmix.errors import CycleError, DagmixError, KindError, NumberError, ShapeError
from dagmix.graphs import mask_mods

MODS = {
    "causal": lambda _b, _h, q, k: k <= q,
    "window": lambda _b, _h, q, k: (k <= q) & (q - k < 7),
    "documents": lambda _b, _h, q, k: (k <= q) & (q // 20 == k // 20),
    "dilated": lambda _b, _h, q, k: (k <= q) & ((q - k) % 5 == 0),
    "rare": lambda _b, _h, q, k: (k <= q) & ((q * 7 + k * 11) % 13 == 0),
    "one": lambda _b, _h, q, k: (q == 4) & (k == 0),
    "tokens": lambda _b, _h, q, k: (k <= q) & (np.arange(200)[k] < 3),
}


@pytest.mark.parametrize("name", MODS)
@pytest.mark.parametrize("n", [5, 100])
def test_a_predicate_is_its_mask(name: str, n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    i, j = np.indices((n, n))
    wanted = FeedforwardDAG.from_mask(MODS[name](0, 0, i, j))
    assert FeedforwardDAG.from_mask_mod(MODS[name], n) == wanted
    for chunk in (1, 7 * n):
        monkeypatch.setattr(mask_mods, "CHUNK", chunk)
        assert FeedforwardDAG.from_mask_mod(MODS[name], n) == wanted


def test_runs_stay_runs() -> None:
    """A dilated mask is a run a row, but for the short ones at its beginning, not single edges."""
    dilated = FeedforwardDAG.from_mask_mod(MODS["dilated"], 1000)
    assert repr(dilated) == "<FeedforwardDAG: 1000 nodes, 99500 edges, at most 4 ranges a row>"


def test_batch_and_head_are_passed_on() -> None:
    def mod(b: int, h: int, q: Any, k: Any) -> Any:
        return (k <= q) & (q - k < b + h)

    assert FeedforwardDAG.from_mask_mod(mod, 9, batch=1, head=2) == families.sliding_window(9, 2)


def raises(_b: Any, _h: Any, q: Any, k: Any) -> Any:
    return k <= q and k < 3


BAD: dict[str, tuple[Any, Any, type[DagmixError], str]] = {
    "no-function": (3, 5, KindError, "a function .*; got 3"),
    "two": (lambda q, k: k <= q, 5, KindError, "takes .batch, head, query, key.*raised TypeError"),
    "and": (raises, 5, KindError, "& and | in place of"),
    "integers": (lambda _b, _h, q, k: q - k, 5, KindError, "booleans; got dtype int32"),
    "shape": (lambda _b, _h, q, k: (k <= q)[:2, :2], 5, ShapeError, r"\(5, 5\); got \(2, 2\)"),
    "cycle": (lambda _b, _h, q, k: k >= 0 * q, 3, CycleError, "cycle"),
    "size": (MODS["causal"], 2.5, NumberError, "n is an integer, at least 1; got 2.5"),
    "none": (MODS["causal"], 0, NumberError, "got 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_predicate(name: str) -> None:
    mod, n, error, words = BAD[name]
    with pytest.raises(error, match=words):
        FeedforwardDAG.from_mask_mod(mod, n)


def test_where_arrays_of_numpy_do_not_do_torch_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tensor(np.ndarray[Any, Any]):
        """An array that is read as torch's are, and that the predicate asks for."""

        def detach(self) -> Any:
            return self

        def cpu(self) -> Any:
            return np.asarray(self)

    def needs_tensors(_b: Any, _h: Any, q: Any, k: Any) -> Any:
        q.detach()
        return k <= q

    torch: Any = ModuleType("torch")
    torch.as_tensor = lambda x, **_: np.asarray(x).view(Tensor)
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert FeedforwardDAG.from_mask_mod(needs_tensors, 5) == families.complete(5)
    block = SimpleNamespace(
        mask_mod=needs_tensors,
        shape=(1, 1, 5, 5),
        kv_num_blocks=SimpleNamespace(device="cpu"),
    )
    assert FeedforwardDAG.from_mask(block) == families.complete(5)
    assert FeedforwardDAG.from_mask(block, self_loops=False).edge_count == 10
    block.shape = (2, 1, 5, 5)
    with pytest.raises(ShapeError, match=r"one mask; got \(2, 1, 5, 5\)"):
        FeedforwardDAG.from_mask(block)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(KindError, match="raised AttributeError"):
        FeedforwardDAG.from_mask_mod(needs_tensors, 5)
