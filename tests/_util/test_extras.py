"""A missing package is an ImportError that names the extra; one that is there is none."""

from __future__ import annotations

import sys

import pytest

from dagmix._util.extras import missing


def test_a_missing_package_is_named_with_its_extra() -> None:
    error = missing("no_such_package", "dagmix.plotting", "plot")
    assert isinstance(error, ImportError)
    assert error.name == "no_such_package"
    assert str(error) == "dagmix.plotting needs no_such_package: pip install 'dagmix[plot]'"


def test_a_package_that_is_blocked_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing("json", "dagmix", "none") is None
    monkeypatch.setitem(sys.modules, "json", None)
    assert missing("json", "dagmix", "none") is not None
