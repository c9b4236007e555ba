"""What users bring as numbers, matrices and masks, and what it is read as."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
import sympy as sp

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, families
from dagmix.errors import HeadsError, ShapeError, StepError, SymbolicError, UnknownNodeError

HALF = Fraction(1, 2)


def test_a_symbolic_operator_from_a_matrix() -> None:
    """Its signals are expressions; numbers come with subs; other answers ask for them."""
    a = sp.Symbol("a")
    diffusion = DiffusionOperator.from_matrix(sp.Matrix([[1, 0], [a, 1 - a]]))
    assert sp.expand(diffusion.signal(0, 2) - (2 * a - a**2)) == 0
    assert diffusion.subs({a: "1/3"}).signal(0, 1) == Fraction(1, 3)
    assert diffusion.subs({a: "1/3"}).subs({a: "1/2"}).signal(0, 1) == Fraction(1, 3)
    with pytest.raises(SymbolicError, match=r"a: use \.subs"):
        diffusion.node_fidelity(0)
    with pytest.raises(SymbolicError, match="rational or symbolic weights; these are floats"):
        DiffusionOperator.from_matrix([[1, 0], [0.5, 0.5]]).signal(0, sp.Symbol("t"))
    mixture = MultiHeadDiffusion([diffusion, diffusion])
    assert mixture.subs({a: HALF}).minimax_fidelity().value == 1
    assert diffusion == DiffusionOperator.from_matrix(sp.Matrix([[1, 0], [a, 1 - a]]))


def test_what_is_no_graph() -> None:
    one_head: Any = families.line(3)
    yes: Any = True
    unhashable: Any = [(["a"], "b")]
    nothing: Any = None
    for call, error in (
        (lambda: FeedforwardDAG(nothing), ShapeError),
        (lambda: FeedforwardDAG(unhashable), UnknownNodeError),
        (lambda: FeedforwardDAG([one_head]), ShapeError),
        (lambda: FeedforwardDAG.from_networkx(nx.Graph([(1, 0)])), ShapeError),
        (lambda: MultiHeadDiffusion(one_head), HeadsError),
        (lambda: DiffusionOperator(families.line(3)).signal(0, yes), StepError),
    ):
        with pytest.raises(error):
            call()


def test_long_lists_are_cut_short() -> None:
    with pytest.raises(ValueError, match=r"0, 1, 2, …, 19 \(20 in all\)"):
        families.line(20).in_degree("x")
