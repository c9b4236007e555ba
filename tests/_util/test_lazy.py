"""Packages that are loaded when they are used."""

from __future__ import annotations

import pytest

from dagmix._util.lazy import Lazy


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = Lazy("math").no_such_name
