"""What is frozen stays as it is."""

from __future__ import annotations

import pytest

from dagmix import MultiHeadDiffusion, WalkOperator, families


def test_frozen() -> None:
    graph = families.line(3)
    for value in (graph, WalkOperator(graph), MultiHeadDiffusion([graph])):
        with pytest.raises(AttributeError, match="frozen"):
            value.nodes = ()  # type: ignore[assignment]
        with pytest.raises(AttributeError, match="frozen"):
            del value.nodes
    with pytest.raises(ValueError, match="read-only"):
        WalkOperator(graph).matrix[0, 0] = 2
