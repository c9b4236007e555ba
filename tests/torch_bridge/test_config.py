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
        ({"regulariser": "speed"}, "'fidelity' or 'mixing', or None; got 'speed'"),
        ({"strength": 1.0}, "a strength is of a regulariser; got 1.0 without one"),
        ({"regulariser": "mixing"}, "the strength is positive and finite; got 0.0"),
        ({"regulariser": "mixing", "strength": -0.1}, "positive and finite; got -0.1"),
        ({"regulariser": "mixing", "strength": float("nan")}, "positive and finite; got nan"),
    ],
)
def test_recipes_that_cannot_be(changes: Any, message: str) -> None:
    with pytest.raises(errors.ConfigError, match=message):
        bridge.Recipe(**changes)
