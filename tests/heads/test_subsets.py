"""The best k heads, beside all sets by brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import oracle
import oracle.heads as brute
import pytest
from cases.attention_samples import attention
from cases.zoo import sampled_dags

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk
from dagmix.errors import NumberError, SizeError
from dagmix.heads import best_subset

EDGES = sampled_dags(4, 5, 3)
GRAPHS = [FeedforwardDAG(edges, nodes=range(4)) for edges in EDGES]
WEIGHTS = [Fraction(k, 15) for k in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("k", [1, 2, 4, 5])
def test_all_sets_of_graphs(k: int) -> None:
    deltas = [oracle.diffusion_matrix(4, edges) for edges in EDGES]
    walks = [oracle.walk_matrix(4, edges) for edges in EDGES]
    for mix, matrices, value, best, measure in (
        (MultiHeadDiffusion(GRAPHS, WEIGHTS), deltas, brute.fidelity, max, "fidelity"),
        (MultiHeadWalk(GRAPHS, WEIGHTS), walks, brute.time, min, "mixing"),
    ):
        values = {s: value(WEIGHTS, matrices, s) for s in combinations(range(5), k)}
        found = best_subset(mix, k, measure)  # type: ignore[arg-type]
        top = best(values.values())
        assert (found.value, found.exact, found.subsets) == (top, True, len(values))
        assert found.ties == tuple(s for s, v in values.items() if v == top)
        assert found.heads == found.ties[0]


def test_floats_that_cannot_be_told_apart_tie() -> None:
    """Two heads are the same, so that either goes with the third."""
    one, other, best = attention(3, 5, 1)
    found = best_subset(MultiHeadDiffusion.from_attention([one, other, other, best]), 2)
    assert found.lower <= found.value <= found.upper
    assert found.heads in found.ties
    twins = {tuple(sorted({1: 2, 2: 1}.get(h, h) for h in s)) for s in found.ties}
    assert twins == set(found.ties)


def test_a_set_of_weightless_heads_is_worth_nothing() -> None:
    found = best_subset(MultiHeadDiffusion(GRAPHS[:2], [1, 0]), 1)
    assert found.heads == (0,)
    assert found.ties == ((0,),)


def test_refused() -> None:
    mix = MultiHeadDiffusion([GRAPHS[0]] * 20)
    with pytest.raises(SizeError, match="184756"):
        best_subset(mix, 10)
    for k in (0, 21, 1.5):
        with pytest.raises(NumberError, match="number of heads"):
            best_subset(mix, k)  # type: ignore[arg-type]


def test_it_can_show_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    assert best_subset(MultiHeadDiffusion(GRAPHS), 5, progress=True).subsets == 1
    assert capsys.readouterr().err == ""
