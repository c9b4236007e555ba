"""Section 3: the brute force beside its verdicts is the oracle's."""

from __future__ import annotations

import oracle
import pytest
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, FeedforwardDAG
from dagmix.paper import example_3_8, example_3_13, section3


@pytest.mark.parametrize("head", [*example_3_8(), *example_3_13()], ids=repr)
def test_powers_are_the_oracle_s(head: FeedforwardDAG) -> None:
    place = {node: k for k, node in enumerate(head.nodes)}
    edges = [(place[j], place[i]) for j, i in head.edges if j != i]
    signals = Signals(
        oracle.diffusion_matrix(len(place), edges, loops=bool(head.self_loops)), place["τ"]
    )
    operator = DiffusionOperator(head, sink="τ")
    assert section3.powers(operator, 9) == [signals.row(t) for t in range(10)]
    for node in head.nodes:
        first = [signals.row(t)[place[node]] for t in range(section3.SCANNED + 1)]
        assert section3.greatest(operator, str(node)) == max(first)
