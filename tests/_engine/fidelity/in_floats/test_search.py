"""Windows halved in floats: the suprema that balls find, and when floats give up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from cases.slow_chains import seeds, slow_head
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix._engine.fidelity import minimax, sink_context
from dagmix._engine.fidelity.in_floats import horizon as horizons
from dagmix._engine.fidelity.in_floats import search
from dagmix._engine.fidelity.in_floats.search import FloatSearch

if TYPE_CHECKING:
    from dagmix import DiffusionOperator
    from dagmix._engine.fidelity.in_floats.horizon import FloatHorizon


SPARE = horizons.SPARE - 1


def horizon_of(diffusion: DiffusionOperator, first: int = 0) -> FloatHorizon:
    found = horizons.float_horizon(diffusion.transition, diffusion.sink.index, first)
    assert found is not None
    return found


@pytest.mark.slow
@settings(max_examples=8)
@given(seeds, st.integers(3, 14), st.floats(1, 13), st.sampled_from([0, 0.3]))
def test_the_supremum_is_that_of_balls(seed: int, n: int, slowest: float, fast: float) -> None:
    """Every transient node: enclosures meet, and floats' are as wide as their error says."""
    diffusion = slow_head(n, seed, slowest, fast)
    made = horizon_of(diffusion)
    for node in range(1, n):
        found, known = FloatSearch(made, node).run(), diffusion.node_fidelity(node)
        assert found is not None
        assert found.lower <= known.upper
        assert known.lower <= found.upper
        assert found.upper - found.lower <= (2.1 * made.error + 2 * SPARE) * found.value
        assert found.value == pytest.approx(float(known.value), rel=1e-12)


def test_an_early_maximum_and_a_later_first_step() -> None:
    """From a step on that is past the peak, the first signal is the greatest."""
    diffusion = slow_head(8, 5, 6, fast=0)
    late = 10**6
    for node in range(1, 7):
        found = FloatSearch(horizon_of(diffusion, late), node).run()
        known = diffusion.node_fidelity(node, first_step=late)
        assert found is not None
        assert found.lower <= known.upper
        assert known.lower <= found.upper


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_context, "FEW_STEPS", 8)
    monkeypatch.setattr(sink_context, "STEPS", 64)


@pytest.mark.usefixtures("few_steps")
@settings(max_examples=15)
@given(seeds, st.integers(3, 10), st.floats(3, 11))
def test_the_minimum_is_that_of_all_nodes(seed: int, n: int, slowest: float) -> None:
    diffusion = slow_head(n, seed, slowest)
    nodes = [diffusion.node_fidelity(node) for node in range(n)]
    least = diffusion.minimax_fidelity()
    assert least.lower <= min(node.upper for node in nodes)
    assert least.upper >= min(node.lower for node in nodes)
    assert {j for j, node in enumerate(nodes) if node.upper < least.lower} <= set(least.nodes)
    assert least.upper - least.lower <= 1e-9 * least.value


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("name", ["the grid", "a search"])
def test_balls_decide_what_floats_do_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a grid, or with no split to spare: the rows are stepped on, then balls."""
    diffusion = slow_head(6, 4, 9)
    least = diffusion.minimax_fidelity()
    if name == "the grid":
        monkeypatch.setattr(minimax, "float_horizon", lambda *_: None)
    else:
        monkeypatch.setattr(search, "MOST_SPLITS", 0)
    again = slow_head(6, 4, 9).minimax_fidelity()
    assert again.nodes == least.nodes
    assert least.lower <= again.lower <= again.upper <= least.upper
    assert again.upper - again.lower <= 1e-15 * again.value


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("level", [1, 4, 10])
def test_the_bound_of_a_window_is_the_vertex_of_its_parabola(share: float, level: int) -> None:
    """f(s) = ¼ + m s − B s²/2 with m = share · B L has its maximum ¼ + m²/(2B) inside."""
    length, falls = 2**level, 1e-8
    slope = share * falls * length
    last = 0.25 + slope * length - falls * length**2 / 2
    window = horizons.Stretch(0, level, *(np.array([x]) for x in (0.25, last, falls)))
    powers = SimpleNamespace(place=[0])
    made: Any = SimpleNamespace(powers=powers, error=0.0, stretches=[window])
    ((priority, _, kept),) = FloatSearch(made, 0)._heap
    assert kept is window
    assert -priority == pytest.approx(0.25 + slope**2 / (2 * falls), rel=2 * SPARE + 1e-14)
    assert -priority >= 0.25 + slope**2 / (2 * falls)
