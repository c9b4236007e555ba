"""What every operator is: a frozen value that shows itself."""

from __future__ import annotations

import numpy as np

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, WalkOperator, families


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
    assert repr(many) == "MultiHeadDiffusion(<tuple>)"
