"""Schedules beside the oracle's rows, and their laws."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp
from cases.pairs_of_heads import EXAMPLE_13, heads
from cases.strategies import mixtures
from cases.subjects import graph
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import diffusion_matrix, schedules

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    LayerStack,
    MultiHeadDiffusion,
    MultiHeadWalk,
    errors,
)
from dagmix._engine.exact.enclosures import Enclosure
from dagmix.depth import Schedule, schedule
from dagmix.paper import example_3_13

if TYPE_CHECKING:
    from cases.zoo import Mixture

LINE = FeedforwardDAG([("a", "b"), ("b", "c")])
STAR = FeedforwardDAG([("a", "c"), ("b", "c")], nodes="abc")


@st.composite
def scheduled(draw: st.DrawFn) -> tuple[Mixture, list[int]]:
    """Heads and an order of them."""
    mix = draw(mixtures())
    numbers = st.integers(0, len(mix.heads) - 1)
    return mix, draw(st.lists(numbers, min_size=1, max_size=6))


def graphs(mix: Mixture) -> list[FeedforwardDAG]:
    return [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]


@settings(max_examples=30)
@given(scheduled())
def test_signals_and_fidelities_are_the_oracle_s(case: tuple[Mixture, list[int]]) -> None:
    mix, order = case
    found, sink = schedule(graphs(mix), order), mix.n - 1
    rows = schedules.signals(mix.diffusions(), order, sink)
    assert found.signals().tolist() == rows
    assert [found.signal(j) for j in range(mix.n)] == rows[-1]
    assert [found.signal(j, 1) for j in range(mix.n)] == rows[1]
    peaks = schedules.peaks(mix.diffusions(), order, sink)
    for j, peak in enumerate(peaks):
        fidelity = found.node_fidelity(j)
        assert (fidelity.value, fidelity.exact, fidelity.attained) == (peak, True, True)
        assert fidelity.times == tuple(t for t, row in enumerate(rows) if row[j] == peak)
    least = found.minimax_fidelity()
    assert (least.value, least.exact) == (min(peaks), True)
    assert least.nodes == tuple(j for j in range(mix.n) if peaks[j] == min(peaks))


@settings(max_examples=15)
@given(scheduled(), st.integers(0, 2))
def test_laws(case: tuple[Mixture, list[int]], head: int) -> None:
    """x_t is row τ of the product of the t top layers; a layer below takes nothing away."""
    mix, order = case
    found, heads = schedule(graphs(mix), order), graphs(mix)
    layers = [DiffusionOperator(heads[head], sink=mix.n - 1) for head in order]
    stacked = [LayerStack(layers[-t:], 0).signals()[-1].tolist() for t in range(1, len(order) + 1)]
    assert found.signals()[1:].tolist() == stacked
    more = schedule(heads, [head % len(mix.heads), *order])
    assert more.signals()[:-1].tolist() == found.signals().tolist()
    assert more.minimax_fidelity().value >= found.minimax_fidelity().value


@settings(max_examples=15)
@given(scheduled())
def test_equal_heads_are_one_diffusion(case: tuple[Mixture, list[int]]) -> None:
    """Whatever the order, the signals are those of the head at t = 0, …, L."""
    mix, order = case
    head = graphs(mix)[0]
    found = schedule([head] * len(mix.heads), order)
    alone = DiffusionOperator(head, sink=mix.n - 1)
    for t, row in enumerate(found.signals().tolist()):
        assert row == [alone.signal(j, t) for j in range(mix.n)]


def test_example_3_13_attains_one_half() -> None:
    """No mixture attains it: five layers of head 0 above one of head 1."""
    found = schedule(example_3_13(), [1, 0, 0, 0, 0, 0])
    assert [str(found.node_fidelity(j).value) for j in "uvw"] == ["1/2", "9/16", "1/2"]
    assert found.minimax_fidelity().nodes == ("u", "w")
    assert schedule(example_3_13(), [0] * 6).minimax_fidelity().value < Fraction(1, 2)
    mixture = MultiHeadDiffusion(example_3_13())
    assert mixture.minimax_fidelity().value == Fraction(1, 2)
    assert not mixture.node_fidelity("u").attained


def test_a_mixture_stands_for_its_heads() -> None:
    """Its weights do not matter, also 0 and those of each receiver."""
    pair = heads(EXAMPLE_13)
    gated = [[0, "1/2", 1, 1], [1, "1/2", 0, 0]]
    for weights in ([0, 1], gated):
        mixture = MultiHeadDiffusion(pair, weights, sink=3)
        assert schedule(mixture, [0, 1]) == schedule(pair, [0, 1], sink=3)
        assert schedule(mixture, [1, 0], sink=2).mixture.sink.node == 2


def test_floats_are_within_their_bounds() -> None:
    rows = [np.array(diffusion_matrix(4, edges), dtype=float) for edges in EXAMPLE_13]
    order = [1, 0, 0, 1, 0]
    found = schedule(rows, order, sink=3)
    exact = schedule([[[Fraction(x) for x in r] for r in m] for m in rows], order, sink=3)
    least, true = found.minimax_fidelity(), exact.minimax_fidelity().value
    assert least.lower <= true <= least.upper < least.lower + 1e-14
    assert np.abs(found.signals() - exact.signals().astype(float)).max() < 1e-14
    assert float(found.signal(0)) == pytest.approx(float(exact.signal(0)))
    assert not isinstance(found.signal(0, 3), Enclosure)


def test_symbols_give_polynomials() -> None:
    a = sp.Symbol("a", positive=True)
    found = schedule([[[1, 0], [a, 1 - a]], [[1, 0], ["1/2", "1/2"]]], [1, 0], sink=1)
    assert sp.expand(found.signal(0) - (1 + a) / 2) == 0
    with pytest.raises(errors.SymbolicError, match="a fidelity needs numbers"):
        found.minimax_fidelity()
    with pytest.raises(errors.SymbolicError, match="a fidelity needs numbers"):
        found.node_fidelity(0)


def test_schedules_are_values() -> None:
    one = schedule([LINE, STAR], (0, 1, 1))
    again = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes
    assert one == again == Schedule(MultiHeadDiffusion([LINE, STAR]), [0, 1, 1])
    assert hash(one) == hash(again)
    assert one != schedule([LINE, STAR], (1, 0, 1))
    assert one != schedule([LINE, LINE], (0, 1, 1))
    assert one != "schedule"
    assert repr(one) == "<Schedule (0, 1, 1) of 2 heads on 3 nodes, bottom first>"
    with pytest.raises(AttributeError):
        one.order = (0,)


BAD: dict[str, tuple[Any, type[errors.DagmixError], str]] = {
    "out-of-range": ([0, 1, 2], errors.NumberError, "0 to 1; layer 2 has 2"),
    "negative": ([0, -1], errors.NumberError, "head of layer 1 .* got -1"),
    "fraction": (["1/2"], errors.NumberError, "layer 0"),
    "truth": ([True], errors.NumberError, "layer 0"),
    "none": ([], errors.EmptyError, "at least one layer"),
    "number": (3, errors.KindError, "bottom first; got 3"),
}


@pytest.mark.parametrize(("order", "error", "message"), BAD.values(), ids=list(BAD))
def test_a_bad_order_is_refused(order: Any, error: type[errors.DagmixError], message: str) -> None:
    with pytest.raises(error, match=message):
        schedule([LINE, STAR], order)


def test_bad_questions_are_refused() -> None:
    found = schedule([LINE, STAR], [0, 1])
    with pytest.raises(errors.StepError, match="at most the number of layers, 2; got 3"):
        found.signal("a", 3)
    with pytest.raises(errors.UnknownNodeError):
        found.signal("x")
    with pytest.raises(errors.EmptyError):
        schedule([], [0])
    with pytest.raises(errors.HeadsError):
        schedule(MultiHeadWalk([DiffusionOperator(LINE).successors()]), [0])


def test_a_table_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagmix.depth.schedules.LARGEST_DENSE", 8)
    with pytest.raises(errors.ShapeError, match="3 depths of 3 nodes"):
        schedule([LINE, STAR], [0, 1]).signals()


@pytest.mark.parametrize("order", ["01", b"01", {0: 1}, {0, 1}])
def test_an_order_has_an_order(order: Any) -> None:
    with pytest.raises(errors.KindError, match="a sequence of head numbers, bottom first"):
        schedule(example_3_13(), order)
