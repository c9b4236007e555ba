"""Arrays and weights that are refused, with the place of what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases.attention_samples import sample

from dagmix import errors, proxies
from dagmix.proxies import batches, validation

UNIFORM = np.tri(100) / np.arange(1, 101)[:, None]
ONE = np.array([[[1.0, 0.0], [0.25, 0.75]]])


def test_half_precision_with_a_tolerance() -> None:
    attention, weights = sample(12)
    half = attention.astype(np.float16)
    found = proxies.hitting_time(half, weights, tolerance=2e-3)
    assert found.dtype == np.float32
    again = proxies.hitting_time(half.astype(np.float64), weights, tolerance=2e-3)
    np.testing.assert_array_equal(found, again.astype(np.float32))


def test_lists_and_integers_are_double_precision() -> None:
    assert proxies.hitting_time([[[1, 0], [1, 0]]]).dtype == np.float64
    assert float(proxies.hitting_time(np.array([[[1, 0], [1, 0]]]))) == 1


def test_more_than_double_precision_comes_back_in_double_precision() -> None:
    assert proxies.hitting_time(ONE.astype(np.longdouble)).dtype == np.float64


def changed(place: tuple[Any, ...], value: Any) -> Any:
    attention = np.broadcast_to(UNIFORM[:5, :5], (3, 2, 5, 5)).copy()
    attention[place] = value
    return attention


@pytest.mark.parametrize(
    ("attention", "kwargs", "kind", "words"),
    [
        (np.ones((3, 3)), {}, errors.ShapeError, r"\(3, 3\)"),
        (np.ones((1, 2, 3)), {}, errors.ShapeError, r"\(1, 2, 3\)"),
        (np.ones((0, 1, 2, 2)), {}, errors.ShapeError, r"\(0, 1, 2, 2\)"),
        ([[[1, 0], [1]]], {}, errors.ShapeError, "attention is an array"),
        (ONE.astype(object), {}, errors.NumberError, "dtype object"),
        (ONE.astype(complex), {}, errors.NumberError, "dtype complex"),
        (np.array([["a"]]), {}, errors.NumberError, "dtype"),
        (ONE.astype(np.float16), {}, errors.NumberError, "needs a tolerance="),
        (ONE, {"tolerance": 2.0}, errors.NumberError, "tolerance"),
        (np.zeros((1, 2, 2)), {"tolerance": 1}, errors.NumberError, "less than 1; got 1"),
        (ONE, {"tolerance": [0.1]}, errors.NumberError, r"less than 1; got \[0.1\]"),
        (ONE, {"tolerance": "0.1"}, errors.NumberError, "less than 1; got '0.1'"),
        (np.ma.masked_less(ONE, 0.5), {}, errors.KindError, "masked"),
        (changed((1, 1, 3, 2), np.nan), {}, errors.NumberError, r"\[1, 1, 3, 2\] has nan"),
        (changed((1, 1, 3, 2), np.inf), {}, errors.NumberError, r"\[1, 1, 3, 2\] has inf"),
        (
            changed((1, 0, 3, [1, 2]), [-np.inf, np.inf]),
            {},
            errors.NumberError,
            r"\[1, 0, 3, 1\] has -inf",
        ),
        (changed((1, 0, 3, slice(2)), 1e308), {}, errors.StochasticError, r"\[1, 0, 3\] has inf"),
        (changed((2, 0, 3, 2), -0.1), {}, errors.NumberError, r"\[2, 0, 3, 2\] has -0.1"),
        (changed((1, 1, 2, 3), 1e-300), {}, errors.CausalError, r"\[1, 1, 2, 3\] has 1e-300"),
        (changed((1, 0, 4, 0), 0.3), {}, errors.StochasticError, r"\[1, 0, 4\] has 1.1"),
        (ONE, {"weights": [1.0, 1.0]}, errors.WeightError, "one weight for each of 1 heads"),
        (ONE, {"weights": 1.0}, errors.WeightError, "one weight for each"),
        (ONE, {"weights": [-1.0]}, errors.WeightError, r"\[0\] has -1"),
        (ONE, {"weights": [[1.0], [np.nan]]}, errors.WeightError, r"\[1, 0\] has nan"),
        (ONE, {"weights": [[1.0], [0.0]]}, errors.WeightError, r"positive; \[1, 0\] has 0"),
        (ONE, {"weights": [0]}, errors.WeightError, r"positive; \[0\] has 0"),
        (changed((0, 0, 0, 0), 1), {"weights": np.ones((4, 2))}, errors.ShapeError, "broadcast"),
    ],
)
def test_bad_input_is_named_with_its_place(
    attention: Any, kwargs: dict[str, Any], kind: type[Exception], words: str
) -> None:
    for proxy in (proxies.hitting_time, proxies.minimax_fidelity):
        with pytest.raises(kind, match=words):
            proxy(attention, **kwargs)


def test_a_wrong_entry_is_found_in_any_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CACHED", 1)
    with pytest.raises(errors.CausalError, match=r"\[2, 1, 0, 4\] has 0.5"):
        proxies.hitting_time(changed((2, 1, 0, 4), 0.5))


@pytest.mark.parametrize("order", ["rows", "columns", "broadcast", "reversed"])
@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_the_cast_is_in_row_order(order: str, library: str) -> None:
    """Broadcast heads have strides of 0, which a plain cast would make the fastest."""
    attention = np.broadcast_to(UNIFORM[:9, :9], (4, 3, 9, 9)).astype(np.float32, order="C")
    views = {
        "rows": attention,
        "columns": np.asfortranarray(attention),
        "broadcast": np.broadcast_to(attention[0, 0, :, :, None, None], (9, 9, 4, 3)).transpose(
            2, 3, 0, 1
        ),
        "reversed": attention[::-1],
    }
    given: Any = views[order]
    if library == "torch":
        torch = pytest.importorskip("torch")
        given = torch.from_numpy(np.ascontiguousarray(given))
        if order in ("columns", "broadcast"):
            given = given.permute(2, 3, 0, 1).contiguous().permute(2, 3, 0, 1)
    cast = validation.in_double(given)
    assert np.asarray(cast).flags.c_contiguous
    assert np.asarray(cast).dtype == np.float64
    np.testing.assert_array_equal(np.asarray(cast), np.asarray(views[order]))
    assert proxies.hitting_time(given).shape == (4,)


def test_a_cast_is_a_copy() -> None:
    cast = validation.in_double(UNIFORM)
    cast[0, 0] = 7
    assert UNIFORM[0, 0] == 1
