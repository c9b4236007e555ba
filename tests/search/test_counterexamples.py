"""A search for a smallest witness: what it goes through, what it finds, what it refuses."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.subjects import graph
from cases.zoo import labelled
from oracle.fidelity import Signals

from dagmix import DagmixError, FeedforwardDAG, Work, errors
from dagmix.search import Claim, NotFound, Witness, claims, smallest_witness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases.zoo import Edges

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
EVEN = (HALF, HALF)
FASTER = ((0, 2), (1, 3), (2, 3)), ((0, 3), (1, 2), (2, 3))
SLOWER = ((0, 1), (1, 3), (2, 3)), ((0, 2), (1, 2), (2, 3))
TOO_LATE: tuple[Edges, Edges] = (  # T = 17 > 16 = 2N/p
    ((0, 1), (1, 2), (2, 3), (3, 4)),
    ((0, 4), (1, 0), (2, 1), (3, 1), (3, 2)),
)


def walks(n: int, heads: Iterable[Edges]) -> list[oracle.Matrix]:
    """One walk matrix for each head."""
    return [oracle.walk_matrix(n, edges) for edges in heads]


def times(n: int, heads: Iterable[Edges]) -> tuple[list[float], float]:
    """Mixing times of the heads, and of their even mixture, from full matrix powers."""
    each = walks(n, heads)
    mixed = oracle.mixture(EVEN, each)
    alone = [oracle.mixing_time(W, n - 1, QUARTER) for W in each]
    return alone, oracle.mixing_time(mixed, n - 1, QUARTER)


def edges_of(head: FeedforwardDAG) -> Edges:
    """Return the edges of a head on 0 … n−1, self-loops left out."""
    return tuple((j, i) for j, i in head.edges if j != i)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("claim", "heads", "alone", "together"),
    [
        (claims.never_faster_than_the_fastest, FASTER, [5, 5], 4),
        (claims.never_slower_than_the_slowest, SLOWER, [5, 5], 6),
    ],
)
def test_smallest_witnesses_with_a_common_order(
    claim: Claim, heads: tuple[Edges, Edges], alone: list[int], together: int
) -> None:
    """5 and 5 give 4, and 5 and 5 give 6, on four nodes with the fewest edges there are."""
    found = smallest_witness(claim, common_order=True)
    assert isinstance(found, Witness)
    assert found.heads == tuple(graph(4, edges) for edges in heads)
    assert (found.weights, found.epsilon) == (EVEN, QUARTER)
    assert times(4, heads) == (alone, together)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_no_pair_on_three_nodes_beats_both_heads_or_loses_to_both(n: int) -> None:
    """min T(W_h) ≤ T(W̄) ≤ max T(W_h) for every pair up to three nodes, in any order."""
    for pair in product(labelled(n), repeat=2):
        alone, together = times(n, pair)
        assert min(alone) <= together <= max(alone)


def test_witnesses_in_any_order_have_four_nodes_too() -> None:
    """Without a common order the smallest pairs still have four nodes and six edges."""
    for claim in (claims.never_faster_than_the_fastest, claims.never_slower_than_the_slowest):
        found = smallest_witness(claim)
        assert isinstance(found, Witness)
        pair = [edges_of(head) for head in found.heads]
        alone, together = times(4, pair)
        assert sum(map(len, pair)) == 6
        assert not min(alone) <= together <= max(alone)


def test_equation_20_fails_at_once() -> None:
    """2N/p = 4 > 2 = T for one edge: the smallest graph there is."""
    found = smallest_witness(claims.lower_bound_of_equation_20)
    assert found == Witness((graph(2, [(0, 1)]),) * 2, EVEN, QUARTER, tried=2)
    assert times(2, [((0, 1),)] * 2) == ([2, 2], 2)


def test_mixing_can_lose_fidelity_on_three_nodes() -> None:
    """½ and ½ give 35/72."""
    found = smallest_witness(claims.mixing_keeps_fidelity)
    assert isinstance(found, Witness)
    heads = [edges_of(head) for head in found.heads]
    assert heads == [((0, 1), (1, 2)), ((0, 2), (1, 2))]
    deltas = [oracle.diffusion_matrix(3, edges) for edges in heads]
    mixed = oracle.mixture(EVEN, deltas)
    values = [Signals(delta, 2).minimax()[0] for delta in [*deltas, mixed]]
    assert values == [HALF, HALF, Fraction(35, 72)]


def test_two_n_over_p_holds_up_to_four_nodes() -> None:
    found = smallest_witness(claims.within_two_n_over_p)
    assert found == NotFound(tried=564, complete=4, reached=(4, 12), out_of_budget=False)
    assert str(found) == "not found up to n = 4, 564 candidates"


def test_two_n_over_p_holds_for_trees_on_five_nodes() -> None:
    """All pairs of heads with eight edges in all have d(16) < ¼, 16 = 2N/p, as has any smaller."""
    n = 5
    trees = [edges for edges in labelled(n) if len(edges) == n - 1]
    W = np.array([oracle.walk_matrix(n, edges) for edges in trees], dtype=float)
    mixed = (W[:, None] + W[None, :]) / 2
    for _ in range(4):
        mixed = mixed @ mixed
    assert len(trees) == 125
    assert float((1 - mixed[:, :, n - 1, :]).max()) < 0.2499  # floats: far from a tie


@pytest.mark.slow
def test_two_n_over_p_fails_on_five_nodes() -> None:
    """Heads that disagree about the order: 17 > 16 = ⌈2N/p⌉, with nine edges in all."""
    found = smallest_witness(claims.within_two_n_over_p, max_nodes=5)
    assert isinstance(found, Witness)
    assert found.heads == tuple(graph(5, edges) for edges in TOO_LATE)
    assert times(5, TOO_LATE) == ([10, 8], 17)


def test_one_head_is_a_mixture() -> None:
    """With one head the fastest is the mixture: nothing to find among 21 graphs."""
    found = smallest_witness(claims.never_faster_than_the_fastest, heads=1)
    assert found == NotFound(tried=21, complete=4, reached=(4, 6), out_of_budget=False)


@pytest.mark.parametrize(
    ("budget", "complete", "reached"), [(1, 1, (1, 0)), (2, 2, (2, 2)), (5, 2, (3, 4))]
)
def test_a_spent_budget_says_how_far_it_got(
    budget: int, complete: int, reached: tuple[int, int]
) -> None:
    found = smallest_witness(claims.within_two_n_over_p, budget=Work(budget), common_order=True)
    assert found == NotFound(budget, complete, reached, out_of_budget=True)
    assert f"n = {complete}, {budget} candidates; the budget ended" in str(found)


def test_a_budget_of_all_candidates_is_enough() -> None:
    found = smallest_witness(claims.within_two_n_over_p, budget=Work(2), max_nodes=2)
    assert found == NotFound(tried=2, complete=2, reached=(2, 2), out_of_budget=False)


@pytest.mark.parametrize("heads", [2, 12])
def test_seconds_end_between_candidates_too(heads: int) -> None:
    """Of twelve heads most combinations are isomorphic to others: looking on takes time too."""
    found = smallest_witness(claims.within_two_n_over_p, heads, max_nodes=6, budget=0.05)
    assert isinstance(found, NotFound)
    assert found.out_of_budget
    assert not found.interrupted
    assert found.complete < 6


def test_no_budget_is_no_limit() -> None:
    found = smallest_witness(claims.within_two_n_over_p, max_nodes=3, budget=None)
    assert found == smallest_witness(claims.within_two_n_over_p, max_nodes=3)


def test_an_interruption_leaves_how_far_it_got() -> None:
    calls = iter(range(5))

    def claim(*_: object) -> bool:
        if next(calls) == 4:
            raise KeyboardInterrupt
        return True

    found = smallest_witness(claim, common_order=True)
    assert found == NotFound(4, 2, (3, 4), out_of_budget=False, interrupted=True)
    assert str(found).endswith("4 candidates; interrupted at n = 3 with 4 edges")


def test_one_node_is_the_smallest_search() -> None:
    found = smallest_witness(claims.within_two_n_over_p, max_nodes=1)
    assert isinstance(found, NotFound)
    assert (found.complete, found.reached, found.out_of_budget) == (1, (1, 0), False)


def test_answers_are_frozen() -> None:
    found = smallest_witness(claims.lower_bound_of_equation_20)
    with pytest.raises(FrozenInstanceError):
        found.tried = 0  # type: ignore[misc] # what is refused here


def test_progress_goes_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = smallest_witness(claims.never_faster_than_the_fastest)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert smallest_witness(claims.never_faster_than_the_fastest, progress=True) == quiet
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "n = 4, 6 edges" in shown.err


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"budget": -1}, errors.NumberError, "budget"),
        ({"max_nodes": 0}, errors.NumberError, "max_nodes"),
        ({"heads": 1.5}, errors.NumberError, "heads"),
        ({"budget": math.nan}, errors.NumberError, "budget"),
        ({"weights": [1, 1]}, errors.WeightError, "sum to 1"),
        ({"weights": sp.symbols("a b", positive=True)}, errors.SymbolicError, "a, b"),
        ({"epsilon": 1}, errors.EpsilonError, "epsilon"),
    ],
)
def test_arguments_out_of_range(
    arguments: dict[str, Any], error: type[DagmixError], named: str
) -> None:
    with pytest.raises(error, match=named):
        smallest_witness(claims.never_faster_than_the_fastest, **arguments)
