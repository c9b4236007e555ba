"""Unique sinks are values."""

from __future__ import annotations

from typing import Any

from dagmix import FeedforwardDAG, UniqueSink


def same(one: Any, other: Any) -> bool:
    """Equal, and hash alike."""
    return bool(one == other and not one != other and hash(one) == hash(other))  # noqa: SIM202


def test_unique_sink_is_a_value() -> None:
    sink = FeedforwardDAG([("a", "b")], nodes="ab").unique_sink
    assert same(sink, UniqueSink(node="b", index=1))
    assert repr(sink) == "UniqueSink(node='b', index=1)"
