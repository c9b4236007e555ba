"""The pieces of a profile, at the paper's examples and against brute force."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from cases.pairs_of_heads import EXAMPLE_13, GRID, heads, minimax
from cases.pairs_of_heads import Pair as Heads
from cases.profiles import PAIRS, of_arrays, profile

from dagmix import MultiHeadDiffusion
from dagmix._engine.exact.algebraic import enclosure
from dagmix.optimal import Binding, Piece, Ratio


def test_the_first_pieces_of_the_profile() -> None:
    first, second, *_ = profile(EXAMPLE_13).pieces
    assert (first.low, first.high, first.bindings) == (0, Fraction(1, 4), (Binding(0, 4),))
    assert (second.high, second.bindings) == (Fraction(1, 3), (Binding(0, 5),))
    assert profile(EXAMPLE_13)("1/5") == Fraction(29, 80)


def test_pieces_pile_up_at_the_optimum_only() -> None:
    """Ever later times are best towards ½, and there is an enclosure where times end."""
    shape = profile(EXAMPLE_13)
    low, high = shape.gaps[0][0], shape.gaps[-1][1]
    assert Fraction(2, 5) < low < Fraction(1, 2) < high < Fraction(3, 5)
    assert all(piece.excess < Fraction(1, 2**18) for piece in shape.pieces)


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS)
def test_the_pieces_enclose_brute_force(pair: Heads) -> None:
    shape = profile(pair)
    for beta in GRID:
        value = minimax(pair, beta)
        assert shape(beta) == value
        for piece in shape.pieces if 0 < beta < 1 else ():
            if piece.low <= beta <= piece.high:
                low, high = (f.value(beta) for f in (piece.function, piece.upper))
                assert low <= value <= high
                assert not piece.exact or low == value


@pytest.mark.slow
@pytest.mark.parametrize("pair", PAIRS)
def test_the_pieces_cover_all_weights(pair: Heads) -> None:
    pieces = profile(pair).pieces
    assert (pieces[0].low, pieces[-1].high) == (0, 1)
    assert all(one.high == other.low for one, other in itertools.pairwise(pieces))
    assert all(piece.low < piece.high for piece in pieces)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_binding_nodes_bind(pair: Heads) -> None:
    """At a weight inside an exact piece, the signal of a binding node at its time is φ_min."""
    for piece in profile(pair).pieces:
        low, high = enclosure(piece.low)[1], enclosure(piece.high)[0]
        beta = Fraction((low + high) / 2).limit_denominator(200)
        if not (piece.exact and piece.low < beta < piece.high):
            continue
        mixed = MultiHeadDiffusion(heads(pair), [beta, 1 - beta])
        least = mixed.minimax_fidelity()
        for binding in piece.bindings:
            assert binding.node in least.nodes
            if binding.time != "limit":
                assert mixed.signal(binding.node, binding.time) == least.value


def test_a_node_never_heard() -> None:
    one: Any = [[1, 0, 0], [0, 1, 0], [1, 0, 0]]
    shape = of_arrays(one, [*one[:2], ["1/2", 0, "1/2"]])
    assert shape.pieces == (
        Piece(Fraction(0), Fraction(1), Ratio.constant(Fraction(0)), Fraction(0), (Binding(1, 0),)),
    )
    assert shape.optimum.everywhere == ((0, 1),)
    assert shape.helps == ()


@pytest.mark.slow
def test_a_periodic_class_is_enclosed() -> None:
    """Two nodes that swap for ever: no limit, and so no proof on narrow intervals either."""
    swap: Any = [[0, 1, 0], [1, 0, 0], ["1/2", "1/2", 0]]
    shape = of_arrays(swap, swap)
    assert all(not piece.bindings for piece in shape.pieces if not piece.exact)


def test_limits_of_a_class_of_two_are_enclosed_everywhere() -> None:
    """φ_min(β) is the lesser stationary weight, (5 + 3β)/(15 − 7β) or (10 − 10β)/(15 − 7β)."""
    one: Any = [["1/5", "4/5", 0], [0, 1, 0], [0, "1/2", "1/2"]]
    other: Any = [["1/2", "1/2", 0], [1, 0, 0], ["1/2", 0, "1/2"]]
    shape = of_arrays(one, other)
    assert not any(piece.exact for piece in shape.pieces)
    for piece in shape.pieces:
        for beta in (piece.low, (piece.low + piece.high) / 2, piece.high):
            least = min(5 + 3 * beta, 10 - 10 * beta) / (15 - 7 * beta)
            value = piece.function.value(beta)
            assert value <= least <= value + piece.excess
    lowest = shape.lowest
    assert lowest.lower == 0 < lowest.value == lowest.upper < Fraction(1, 10)  # 0 as β → 1
    assert lowest.attained == "undecided"
