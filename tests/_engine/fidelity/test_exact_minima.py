"""Minima told exactly: the least over nodes of the greatest signal, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, heads
from cases.profiles import profile

from dagmix import MultiHeadDiffusion, NodeFidelity
from dagmix._engine.fidelity import exact_minima, node_fidelity
from dagmix._engine.fidelity import minimax as minimax_module
from dagmix.errors import UndecidedError


@pytest.mark.slow
def test_a_value_is_exact_where_the_search_is_in_floats() -> None:
    """φ_min at 99999/100000 is the signal of node 1 at t = 17, a rational, not a float near it."""
    weight = Fraction(99_999, 100_000)
    mix = MultiHeadDiffusion(heads(EXAMPLE_8), [weight, 1 - weight])
    found = mix.minimax_fidelity()
    assert found.lower < found.upper
    values = [
        max(mix.signal(node, t) for t in mix.node_fidelity(node).times) for node in found.nodes
    ]
    assert profile(EXAMPLE_8)(weight) == min(values)
    assert Fraction(found.lower) <= min(values) <= Fraction(found.upper)


@pytest.mark.slow
def test_a_value_that_is_enclosed_only_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that is cut leaves a range of times, and no exact value."""
    weight = Fraction(99_999, 100_000)
    real = node_fidelity.node_fidelity

    def cut(*given: Any) -> Any:
        return replace(real(*given), times=range(3, 99))

    monkeypatch.setattr(exact_minima, "node_fidelity", cut)
    with pytest.raises(UndecidedError, match="a fidelity is only known to lie between"):
        profile(EXAMPLE_8)(weight)


def test_an_exact_minimum_is_the_least_of_the_greatest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the nodes that may be heard worst the least, of their times the greatest signal."""
    mix = MultiHeadDiffusion(heads(EXAMPLE_13))
    sink = mix.sink.index
    open_minimum = minimax_module.Minimum(0.4, 0.3, 0.5, (0, 1, 2))
    times = {0: (2, 5, 3), 2: (4, 1)}

    def known(_: Any, __: int, row: int, ___: int) -> Any:
        if row == 1:
            return NodeFidelity(*(Fraction(9, 10),) * 3, attained=False, times=())
        return NodeFidelity(0.4, 0.3, 0.5, attained=True, times=times[row])

    monkeypatch.setattr(exact_minima, "minimax_fidelity", lambda *_: open_minimum)
    monkeypatch.setattr(exact_minima, "node_fidelity", known)
    signals = {row: [mix.signal(mix.nodes[row], t) for t in times[row]] for row in times}
    expected = min(max(of_row) for of_row in signals.values())
    assert expected != max(max(of_row) for of_row in signals.values())
    assert exact_minima.exact_minimum(mix.transition, sink) == expected
