"""Hypothesis strategies for what dagmix computes with, and the laws (the extra `testing`).

Strategies draw valid objects and shrink towards few nodes, few edges, node order as it is,
and uniform weights, so that a failing example is a small one. `check_walk` and
`check_diffusion` raise AssertionError where an operator breaks a law. A test of your own::

    from hypothesis import given
    from dagmix import WalkOperator
    from dagmix.testing import unique_sink_dags


    @given(unique_sink_dags(max_nodes=6))
    def test_lines_are_slowest(graph):
        n = len(graph.nodes)
        assert WalkOperator(graph).mixing_time() <= 4 * (n - 1)

Strategies are those of Hypothesis, https://hypothesis.readthedocs.io (doi:10.21105/joss.01891).
"""

from dagmix._util.extras import missing

if absent := missing("hypothesis", "dagmix.testing", "testing"):
    raise absent

from dagmix.testing.laws import check_diffusion, check_walk
from dagmix.testing.strategies import (
    causal_attention,
    convex_weights,
    feedforward_dags,
    heads,
    mixtures,
    unique_sink_dags,
)

__all__ = [
    "causal_attention",
    "check_diffusion",
    "check_walk",
    "convex_weights",
    "feedforward_dags",
    "heads",
    "mixtures",
    "unique_sink_dags",
]
