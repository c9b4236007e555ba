"""Tokens as labels: in order, distinct, one for each position."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import errors
from dagmix.analysis import Attention
from dagmix.analysis.position_labels import numbered

TENSOR = np.broadcast_to(np.tri(3) / np.arange(1, 4)[:, None], (2, 1, 1, 3, 3))


@given(st.lists(st.sampled_from(["a", "b", "a (2)", "é", "e\u0301", 1, 2])))
def test_labels_are_distinct_and_say_their_token(tokens: list[Any]) -> None:
    labels = numbered(tokens)
    assert len(set(labels)) == len(tokens)
    assert numbered(labels) == labels
    for written, label in zip(tokens, labels, strict=True):
        assert str(label).startswith(unicodedata.normalize("NFC", str(written)))


def test_a_number_that_is_taken_is_left_out() -> None:
    assert numbered(["a", "a (2)", "a", "a"]) == ("a", "a (2)", "a (3)", "a (4)")


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["the", "cat", "the"], [("the", "cat", "the (2)")] * 2),
        ("xyz", [("x", "y", "z")] * 2),
        ([["a", "b", "c"], ["b", "b", "b"]], [("a", "b", "c"), ("b", "b (2)", "b (3)")]),
        (np.array([[1, 2, 3], [4, 4, 5]]), [(1, 2, 3), (4, "4 (2)", 5)]),
    ],
)
def test_tokens_are_the_nodes(tokens: Any, expected: Any) -> None:
    attention = Attention.of(TENSOR, tokens=tokens)
    for sample, labels in enumerate(expected):
        mixture = attention.mixture((sample,), 0)
        assert mixture.nodes == labels
        assert mixture.sink.node == labels[-1]
    assert [layer.positions for layer in attention.layers()] == [(1,), (1,)]


@pytest.mark.parametrize("tokens", ["ab", [["a", "b", "c"]], [], [["a", "b"], ["a", "b", "c"]]])
def test_one_token_a_position(tokens: Any) -> None:
    with pytest.raises(errors.ShapeError, match="one token a position"):
        Attention(TENSOR, tokens=tokens)
