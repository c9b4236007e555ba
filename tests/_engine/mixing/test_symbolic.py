"""Distances as a Max of few expressions: which nodes are never the slowest."""

from __future__ import annotations

import oracle
import sympy as sp
from cases.subjects import graph
from cases.zoo import unique_sink_dags

from dagmix import MultiHeadWalk, WalkOperator, families
from dagmix._engine.mixing.symbolic import passed_through, slowest_nodes

B = sp.Symbol("b")


def test_nodes_that_every_path_passes_through() -> None:
    """By brute force: without such a node the sink is not reached."""
    for edges in unique_sink_dags(4):
        after = passed_through(WalkOperator(graph(4, edges)).adjacency, 3)
        for j in range(3):
            for i in range(4):
                left = [edge for edge in edges if i not in edge]
                W = oracle.walk_matrix(4, left)
                cut = i in (j, 3) or 3 not in oracle.heard_from(oracle.transpose(W), j)
                assert (i in after[j]) == cut, (edges, i, j)


def test_few_expressions() -> None:
    """Of a line the first node; where the sink is missed, one that misses it."""
    line = families.line(5)
    assert slowest_nodes(WalkOperator(line).adjacency, 4) == [0]
    walk = MultiHeadWalk([line, line], [B, 1 - B])
    assert walk.distance(4) == WalkOperator(line).distance(4)
    halves = MultiHeadWalk([graph(3, e) for e in (((0, 1),), ((0, 1),))], [B, 1 - B], sink=2)
    assert halves.distance(7) == 1
    pair = [graph(4, edges) for edges in (((0, 1), (1, 2), (2, 3)), ((0, 1), (1, 3), (2, 3)))]
    assert MultiHeadWalk(pair, [B, 1 - B]).distance(1) == 1
    root = sp.sqrt(2) / 2
    irrational = MultiHeadWalk(families.express_pair(5), [root, 1 - root])
    assert irrational.distance(2) == sp.Rational(1, 4) + root / 2
    assert irrational.forward_probability() == sp.Rational(1, 2)
