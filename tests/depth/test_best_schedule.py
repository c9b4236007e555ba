"""The best schedule beside all of them, and the bounds."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp
from cases.strategies import mixtures
from cases.subjects import graph
from cases.zoo import unique_sink_dags
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import diffusion_matrix, schedules

from dagmix import FeedforwardDAG, MultiHeadDiffusion, Work, errors, families
from dagmix.depth import best_schedule, schedule
from dagmix.paper import example_3_13

if TYPE_CHECKING:
    from cases.zoo import Mixture

LINE = FeedforwardDAG([("a", "b"), ("b", "c")])
STAR = FeedforwardDAG([("a", "c"), ("b", "c")], nodes="abc")
MILLIONTH = Fraction(1, 10**6)


def confirmed(heads: Any, found: Any) -> bool:
    """Tell whether the order has the value that is claimed, and the bounds are in order."""
    value = schedule(heads, found.order).minimax_fidelity().value
    in_order: bool = value == found.value == found.lower <= found.upper <= 1
    return in_order


def compared(n: int, edges: list[Any], layers: int) -> None:
    """The exact best of so many layers, and the enclosure for any number."""
    heads = [graph(n, some, loops=True) for some in edges]
    found = best_schedule(heads, layers)
    truth = schedules.best([diffusion_matrix(n, some) for some in edges], layers, n - 1)
    assert (found.value, found.proved, found.ended) == (truth, True, None)
    assert found.layers == layers >= len(found.order)
    assert confirmed(heads, found)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "layers"), [(3, 7), (4, 5)])
def test_all_small_pairs(n: int, layers: int) -> None:
    """Of four nodes every fourteenth pair, each with all its orders."""
    for pair in list(combinations(unique_sink_dags(n), 2))[:: 1 if n == 3 else 14]:
        compared(n, list(pair), layers)


@pytest.mark.slow
def test_three_heads() -> None:
    compared(3, list(unique_sink_dags(3)), 6)
    for triple in list(combinations(unique_sink_dags(4), 3))[::240]:
        compared(4, list(triple), 4)


@settings(max_examples=15)
@given(mixtures(max_nodes=4), st.integers(1, 4))
def test_any_heads(mix: Mixture, layers: int) -> None:
    """With or without self-loops and a common order."""
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    found = best_schedule(heads, layers)
    assert found.proved
    assert found.value == schedules.best(mix.diffusions(), layers, mix.n - 1)
    assert confirmed(heads, found)


@settings(max_examples=15)
@given(mixtures(max_nodes=4), st.integers(0, 12))
def test_bounds_hold_whatever_the_budget(mix: Mixture, work: int) -> None:
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    truth = schedules.best(mix.diffusions(), 4, mix.n - 1)
    some = best_schedule(heads, 4, budget=Work(work))
    assert some.value <= truth <= some.upper
    assert confirmed(heads, some)
    assert some.tried <= work
    assert some.ended in (None, "budget")
    endless = best_schedule(heads, budget=Work(work))
    assert truth <= endless.upper
    assert confirmed(heads, endless)


@settings(max_examples=15)
@given(mixtures(common=True, max_nodes=4))
def test_any_number_of_layers(mix: Mixture) -> None:
    """The enclosure is narrow, and has all schedules below it."""
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    wide = Fraction(1, 100)
    found = best_schedule(heads, width=wide)
    assert found.upper - found.lower <= wide
    assert confirmed(heads, found)
    assert best_schedule(heads, 6).value <= found.upper


def test_limits_are_enclosed() -> None:
    """{01, 12} | {02, 12}: ¾ is approached, by ever more layers of head 1 between two of head 0."""
    heads = [
        FeedforwardDAG(edges, nodes=range(3)) for edges in ([(0, 1), (1, 2)], [(0, 2), (1, 2)])
    ]
    found = best_schedule(heads)
    assert found.lower < Fraction(3, 4) < found.upper <= found.lower + MILLIONTH
    assert not found.proved
    assert confirmed(heads, found)


def test_values_of_the_theorem() -> None:
    found = best_schedule(example_3_13())
    assert (found.value, found.proved, found.layers) == (Fraction(1, 2), True, None)
    assert best_schedule(example_3_13(), 5).value == Fraction(7, 16)
    section = best_schedule(families.section_pair(3, 1))
    assert (section.value, section.proved) == (Fraction(4247, 27648), True)
    assert schedule(families.section_pair(3, 1), section.order).minimax_fidelity().nodes == (1,)
    heard = best_schedule(families.feed_pair(2, 8, heard=True))
    assert (heard.value, heard.proved) == (Fraction(8, 605), True)


def test_one_head_and_equal_heads() -> None:
    """The best is the head alone; equal rows are kept once."""
    for heads in ([LINE], [LINE] * 3):
        found = best_schedule(heads, 9)
        assert found.value == schedule([LINE], [0] * 9).minimax_fidelity().value
        assert found.tried <= 9 * len(heads)
    alone = FeedforwardDAG([], nodes="a")
    assert best_schedule([alone]).value == 1
    cut = [FeedforwardDAG([("b", "c")], nodes="abc")] * 2
    found = best_schedule(cut, sink="c")
    assert found.value == found.upper == 0
    assert found.order == (0,)


def test_more_layers_than_the_horizon() -> None:
    """A head that hardly moves: the bound ahead is closed by the column that nothing increases."""
    slow = [[1, 0], ["1/50", "49/50"]]
    found = best_schedule([slow, [[1, 0], [0, 1]]], 60, sink=1)
    assert found.value == 1 - Fraction(49, 50) ** 60
    assert found.proved


def test_floats_stand_for_their_rationals() -> None:
    rows = [np.array([[1, 0], [0.1, 0.9]]), np.array([[1, 0], [0.3, 0.7]])]
    found = best_schedule(rows, 2, sink=1)
    exact = [[[Fraction(x) / sum(map(Fraction, r)) for x in r] for r in m.tolist()] for m in rows]
    assert found.value == schedules.best(exact, 2, 1)


def test_what_ends_a_search_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    none = best_schedule(example_3_13(), 6, budget=Work(0))
    assert (set(none.order), none.tried, none.ended) == ({0}, 0, "budget")
    seconds = best_schedule(example_3_13(), budget=0)
    assert seconds.ended == "budget"
    assert none.upper == seconds.upper == 1

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    module = import_module("dagmix.depth.best_schedule")  # the room's name is the function
    monkeypatch.setattr(module._Search, "_repeat_each", interrupted)
    broken = best_schedule(example_3_13(), 6, progress=True)
    assert (broken.ended, broken.tried) == ("interrupted", 0)
    assert broken.upper == 1


BAD: dict[str, tuple[dict[str, Any], type[errors.DagmixError], str]] = {
    "no-layer": ({"layers": 0}, errors.NumberError, "layers is an integer, at least 1"),
    "negative": ({"layers": -3}, errors.NumberError, "got -3"),
    "half": ({"layers": "1/2"}, errors.NumberError, "layers"),
    "budget": ({"budget": -1}, errors.NumberError, "a budget is a number of seconds"),
    "width": ({"width": 0}, errors.NumberError, "more than 0; got 0"),
    "symbolic-width": ({"width": sp.Symbol("w")}, errors.NumberError, "got w"),
    "sink": ({"sink": "x"}, errors.UnknownNodeError, "x"),
}


@pytest.mark.parametrize(("named", "error", "message"), BAD.values(), ids=list(BAD))
def test_bad_input(named: dict[str, Any], error: type[errors.DagmixError], message: str) -> None:
    with pytest.raises(error, match=message):
        best_schedule([LINE, STAR], **named)


def test_bad_heads() -> None:
    a = sp.Symbol("a", positive=True)
    with pytest.raises(errors.SymbolicError, match="a best schedule needs numbers"):
        best_schedule(MultiHeadDiffusion([[[1, 0], [a, 1 - a]]], sink=1), 2)
    with pytest.raises(errors.SizeError, match="128 nodes at most; got 129"):
        best_schedule([families.line(129)], 2)
