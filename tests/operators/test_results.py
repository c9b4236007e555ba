"""The minimax fidelity and the best head: minimum over nodes, maximum over heads, as values."""

from __future__ import annotations

import pickle

import pytest
from cases.subjects import mixed_diffusion
from cases.zoo import sampled_mixtures

from dagmix import DiffusionOperator


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("common", [True, False], ids=["common order", "any order"])
def test_minimum_over_nodes_and_maximum_over_heads(*, common: bool, first: int) -> None:
    """Every node and every head that attains the value is named, in order, and no other."""
    for mix in sampled_mixtures(seed=11, count=15, common=common, sure=True):
        diffusion = mixed_diffusion(mix)
        each = {node: diffusion.node_fidelity(node, first).value for node in diffusion.nodes}
        minimax = diffusion.minimax_fidelity(first)
        assert minimax.value == min(each.values())
        assert minimax.nodes == tuple(j for j, value in each.items() if value == minimax.value)
        alone = [
            DiffusionOperator.from_matrix(rows, sink=mix.n - 1).minimax_fidelity(first).value
            for rows in mix.diffusions()
        ]
        best = diffusion.best_head(first)
        assert best.value == max(alone)
        assert best.heads == tuple(h for h, value in enumerate(alone) if value == best.value)


def test_both_are_values() -> None:
    (mix,) = sampled_mixtures(seed=12, count=1, common=True)
    for found in (mixed_diffusion(mix).minimax_fidelity(), mixed_diffusion(mix).best_head()):
        again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
        assert again == found
        with pytest.raises(AttributeError):
            found.value = 1  # type: ignore[misc]
