"""What every operator is: a frozen value that shows itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    families,
)
from dagmix.errors import KindError


def test_two_classes_of_operators_are_never_equal() -> None:
    graph = families.line(3)
    assert WalkOperator(graph) != DiffusionOperator(graph)
    assert DiffusionOperator(graph) != MultiHeadDiffusion([graph])
    assert MultiHeadDiffusion([graph]) != graph
    assert MultiHeadDiffusion([graph]) != MultiHeadDiffusion([graph, graph])
    assert DiffusionOperator(graph) != DiffusionOperator(families.complete(3))
    other = FeedforwardDAG([(0, 2), (1, 2)])
    assert DiffusionOperator(graph) != DiffusionOperator(FeedforwardDAG(other.edges, range(3)))
    floats = DiffusionOperator.from_matrix(DiffusionOperator(graph).matrix)
    assert floats != DiffusionOperator(graph)
    assert graph != "graph"


def test_what_notebooks_show() -> None:
    """Bounded in size, and escaped."""
    small, large = families.line(3), families.line(50)
    assert WalkOperator(small)._repr_latex_().startswith(r"$\left[\begin{matrix}")
    assert "50 nodes" in WalkOperator(large)._repr_latex_()
    tags = FeedforwardDAG([("<b>", "c")])
    assert "&lt;b&gt;" in tags._repr_html_()
    assert "&lt;b&gt;" in WalkOperator(tags)._repr_html_()
    assert len(repr(WalkOperator(large))) < 100
    floats = DiffusionOperator.from_matrix(np.eye(1))
    assert (
        repr(floats) == "DiffusionOperator.from_matrix(<float64 array of shape (1, 1)>, nodes=(0,))"
    )
    assert repr(floats.successors()).endswith(".successors()")
    many = MultiHeadDiffusion([small] * 20)
    assert repr(many).splitlines() == [
        "<MultiHeadDiffusion: 20 heads on 3 nodes, sink 2, rational",
        " heads: 20 × FeedforwardDAG",
        " weights: 1/20 each>",
    ]


def test_a_question_of_the_other_kind_says_whose_it_is() -> None:
    """And no attribute is there that was not: hasattr stays False."""
    graph = families.line(3)
    for diffusion in (DiffusionOperator(graph), MultiHeadDiffusion([graph])):
        for name in ("mixing_time", "distance", "expected_hitting_times"):
            assert not hasattr(diffusion, name)
            with pytest.raises(AttributeError, match=rf"'{name}': .* as \.successors\(\)\.{name}"):
                getattr(diffusion, name)
            assert hasattr(diffusion.successors(), name)
    for walk in (WalkOperator(graph), MultiHeadWalk([graph])):
        for name in ("signal", "node_fidelity", "minimax_fidelity", "best_head"):
            assert not hasattr(walk, name)
            with pytest.raises(AttributeError, match=f"'{name}': it is asked of a diffusion"):
                getattr(walk, name)
            assert hasattr(MultiHeadDiffusion([graph]), name)
        with pytest.raises(AttributeError, match=r"has no attribute 'mixing_times'$"):
            _ = walk.mixing_times  # type: ignore[attr-defined]


def test_subs_is_simultaneous() -> None:
    """A swap swaps and a chain moves every symbol on by one, whatever comes first."""
    a, b, c = sp.symbols("a b c")
    rows = [[1, 0, 0], [a, 1 - a, 0], [a, b, 1 - a - b]]
    diffusion = DiffusionOperator.from_matrix(rows)
    swapped = DiffusionOperator.from_matrix([[1, 0, 0], [b, 1 - b, 0], [b, a, 1 - a - b]])
    chained = DiffusionOperator.from_matrix([[1, 0, 0], [b, 1 - b, 0], [b, c, 1 - b - c]])
    for pairs in ([(a, b), (b, a)], [(b, a), (a, b)]):
        assert diffusion.subs(dict(pairs)) == swapped
        assert diffusion.successors().subs(dict(pairs)) == swapped.successors()
    for pairs in ([(a, b), (b, c)], [(b, c), (a, b)]):
        assert diffusion.subs(dict(pairs)) == chained
    walk = WalkOperator.from_matrix([[1 - a, 0], [a, 1]])
    assert walk.subs({a: b, b: a}) == WalkOperator.from_matrix([[1 - b, 0], [b, 1]])
    assert walk.subs({a: "1/3"}).distance(1) == Fraction(2, 3)


@pytest.mark.parametrize("values", [None, 3, [(1, 2)], {None: 1}, {3: 1}])
def test_subs_takes_a_mapping_from_symbols(values: Any) -> None:
    a = sp.Symbol("a")
    graph = families.line(2)
    mix = MultiHeadDiffusion([graph, graph], [a, 1 - a])
    for operator in (mix, WalkOperator(graph), DiffusionOperator.from_matrix([[1, 0], [a, 1 - a]])):
        with pytest.raises(KindError, match=r"subs (takes a mapping|replaces symbols)"):
            operator.subs(values)
