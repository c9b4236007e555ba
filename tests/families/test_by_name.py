"""Masks by name: the functions of the room, and what is wrong with other texts."""

from __future__ import annotations

from typing import Any

import pytest

from dagmix import families
from dagmix.errors import KindError, MaskError
from dagmix.families import by_name


def test_names_are_functions_of_the_room() -> None:
    for name, make in by_name.MASKS.items():
        assert name == "window" or getattr(families, name) is make
        assert f"{name}:" in [use.partition(":")[0] + ":" for use in by_name.usages()]


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("window:3", families.sliding_window(20, 3)),
        ("sink_window: 2, 3", families.sink_window(20, 2, 3)),
        ("fixed:4", families.fixed(20, 4)),
        ("fixed:4,2", families.fixed(20, 4, 2)),
        ("walk_back:1/3,2,7", families.walk_back(20, "1/3", 2, 7)),
        (" complete ", families.complete(20)),
    ],
)
def test_a_text_is_the_call(text: str, head: Any) -> None:
    assert families.heads_by_name(text, 20) == (head,)
    assert families.heads_by_name(f"line+{text}", 20) == (families.line(20), head)


BAD = {
    "big_brd:1": (MaskError, "no mask is named 'big_brd'; near it: big_bird"),
    "x": (MaskError, "no mask is named 'x'; the names are big_bird, "),
    "": (MaskError, "no mask is named ''"),
    "window": (MaskError, "'window' has 0 numbers; the mask is written window:width"),
    "log_sparse:1": (MaskError, "has 1 numbers; the mask is written log_sparse$"),
    "window:2+fixed:1,2,3": (MaskError, "'fixed:1,2,3' has 3 numbers"),
    "window:-1": (MaskError, "'window:-1' on 9 nodes: width is an integer, at least 1"),
    "window:two": (MaskError, "width must be a number"),
    3: (KindError, "a text such as 'window:4096'; got 3"),
}


@pytest.mark.parametrize("text", BAD)
def test_other_texts_are_refused(text: Any) -> None:
    error, words = BAD[text]
    with pytest.raises(error, match=words):
        families.heads_by_name(text, 9)


def test_a_number_of_five_thousand_digits_is_refused() -> None:
    with pytest.raises(MaskError, match="at most 100 characters"):
        families.heads_by_name("window:" + "9" * 5000, 5)
