"""Heads side by side and in series: the row notices other operators; signals by brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import oracle
import pytest

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion
from dagmix.paper.checks.definitions import diffusion_matrix
from dagmix.paper.checks.section3 import in_concert
from paper.corruption import Break, a_third, assert_noticed, changed

CORRUPTIONS: dict[str, Break] = {
    "End of §3.1, in concert": changed(MultiHeadDiffusion, "minimax_fidelity", a_third),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


@pytest.mark.parametrize("sources", [1, 2, 5])
def test_the_choice_pair(sources: int) -> None:
    """Heads 1/((R + 1)(R + 2)), uniform mixture 1/(2(R + 1)), and a stack never above a head."""
    pair = in_concert.choice(sources)
    least = Fraction(1, (sources + 1) * (sources + 2))
    assert {DiffusionOperator(head).minimax_fidelity().value for head in pair} == {least}
    found = MultiHeadDiffusion(pair).minimax_fidelity().value
    assert found == Fraction(1, 2 * (sources + 1))
    heads = [diffusion_matrix(head) for head in pair]
    for depth in range(6):
        assert all(
            min(in_concert.peaks(heads, order)) <= least for order in in_concert.orders(2, depth)
        )


def test_the_lane_in_halves() -> None:
    """Both heads have the lane; the stack of the row has 4247/27648, the even mixture less."""
    pair = in_concert.sections(3)
    assert all(set(pairwise(range(8))) <= set(head.edges) for head in pair)
    heads = [diffusion_matrix(head) for head in pair]
    assert min(in_concert.peaks(heads, in_concert.DEEP)) == Fraction(4247, 27648)
    mixed = MultiHeadDiffusion(pair).minimax_fidelity().value
    assert mixed == Fraction(257546875, 5159780352)


def test_peaks_by_brute_force() -> None:
    """Whole products, Δ_{h_1} ⋯ Δ_{h_t}, of two heads of three nodes."""
    pair = (
        FeedforwardDAG([(0, 1), (1, 2)], nodes=range(3)),
        FeedforwardDAG([(0, 2), (1, 2)], nodes=range(3)),
    )
    brute = [
        oracle.diffusion_matrix(3, [(0, 1), (1, 2)]),
        oracle.diffusion_matrix(3, [(0, 2), (1, 2)]),
    ]
    order, product = (0, 1, 0), [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    rows = [product[2]]
    for h in order:
        product = oracle.product(product, brute[h])
        rows.append(product[2])
    heads = [diffusion_matrix(head) for head in pair]
    assert in_concert.peaks(heads, order) == [max(column) for column in zip(*rows, strict=True)]
