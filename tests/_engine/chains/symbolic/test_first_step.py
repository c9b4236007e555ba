"""Hitting times with symbols: where the sink may be missed, and blocks without an order."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, WalkOperator
from dagmix.paper import example_3_13

B = sp.Symbol("b")


def test_what_may_be_missed_takes_for_ever() -> None:
    """s goes to the sink x or to the trap y, r to x only."""
    trap = FeedforwardDAG([("s", "x"), ("s", "y"), ("r", "x")], nodes="srxy")
    missed = MultiHeadWalk([trap, trap], [B, 1 - B], sink="x")
    assert missed.expected_hitting_times().tolist() == [sp.oo, 2, 0, sp.oo]


def test_successors_of_a_mixture() -> None:
    """Entries are quotients of the weights; at drawn weights they are those of numbers."""
    one, two = FeedforwardDAG([(0, 1), (1, 2)]), FeedforwardDAG([(1, 2)], nodes=range(3))
    walk = MultiHeadDiffusion([one, two], [B, 1 - B], sink=2).successors()
    times = walk.expected_hitting_times().tolist()
    for beta in (Fraction(1, 3), Fraction(1, 2)):
        known = walk.subs({B: beta}).expected_hitting_times()
        assert [x.subs(B, sp.Rational(beta)) for x in times] == list(known)


def test_all_at_once_where_there_is_no_order() -> None:
    """E = 1 + E W off the sink, as SymPy solves it."""
    walk = MultiHeadWalk(example_3_13(), [B, 1 - B])
    inner = sp.Matrix(walk.exact)[:3, :3]
    known = sp.ones(1, 3) * (sp.eye(3) - inner).inv()
    found = walk.expected_hitting_times().tolist()
    assert all(sp.cancel(one - two) == 0 for one, two in zip(found, [*known, 0], strict=True))
    alone = WalkOperator.from_matrix([["1/2", 0], ["1/2", 1]])
    assert alone.subs({B: 1}) is alone
    empty = WalkOperator.from_matrix(sp.Matrix([[1 - B, 0], [B, 1]]), sink=1)
    assert empty.expected_hitting_times().tolist() == [1 / B, 0]
