"""Sizes for which closed forms are written out."""

from __future__ import annotations

import pytest

from dagmix.errors import NumberError
from dagmix.families.sizes import within


def test_both_ends_belong_to_the_sizes() -> None:
    assert [within(size, 1, "n", 3) for size in (1, 2, 3)] == [1, 2, 3]
    with pytest.raises(NumberError, match="n is an integer, at least 1; got 0"):
        within(0, 1, "n", 3)
    with pytest.raises(NumberError, match="for n of at most 3; got 4"):
        within(4, 1, "n", 3)
