"""Configurations and recipes that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from dagmix import errors

bridge: Any = pytest.importorskip("dagmix.torch_bridge")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"heads": 5}, "5 heads and width 64"),
        ({"heads": 0}, "heads is a positive integer; got 0"),
        ({"layers": True}, "layers is a positive integer; got True"),
        ({"width": 64.0}, "width is a positive integer; got 64.0"),
        ({"dropout": 1}, "less than 1; got 1"),
        ({"dropout": float("nan")}, "less than 1; got nan"),
    ],
)
def test_configurations_that_cannot_be(changes: Any, message: str) -> None:
    with pytest.raises(errors.ConfigError, match=message):
        bridge.Config(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch": 0}, "batch is a positive integer; got 0"),
        ({"epochs": -1}, "epochs is a positive integer; got -1"),
        ({"learning_rate": 0}, "positive and finite; got 0"),
        ({"learning_rate": float("inf")}, "positive and finite; got inf"),
    ],
)
def test_recipes_that_cannot_be(changes: Any, message: str) -> None:
    with pytest.raises(errors.ConfigError, match=message):
        bridge.Recipe(**changes)
