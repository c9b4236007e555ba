"""A search for a smallest witness: what it goes through, what it finds, what it refuses."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.subjects import graph
from cases.zoo import sinks
from oracle.fidelity import Signals

from dagmix import DagmixError, FeedforwardDAG, claims, errors
from dagmix.candidates import Kinds
from dagmix.claims import Claim
from dagmix.search import NotFound, Witness, smallest_witness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases.zoo import Edges

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
EVEN = (HALF, HALF)
ODD = (Fraction(1, 3), Fraction(2, 3))
Heads = tuple[FeedforwardDAG, ...]

FASTER = ((0, 2), (1, 3), (2, 3)), ((0, 3), (1, 2), (2, 3))
SLOWER = ((0, 1), (1, 3), (2, 3)), ((0, 2), (1, 2), (2, 3))
TOO_LATE: tuple[Edges, Edges] = (  # T = 17 > 16 = 2N/p
    ((0, 1), (1, 2), (2, 3), (3, 4)),
    ((0, 4), (1, 0), (2, 1), (3, 1), (3, 2)),
)


def labelled(n: int) -> list[Edges]:
    """Every acyclic set of edges on 0 … n−1 whose only sink is n−1, by brute force."""
    ordered = [(j, i) for j in range(n - 1) for i in range(n) if i != j]
    subsets = (some for size in range(len(ordered) + 1) for some in combinations(ordered, size))
    return [some for some in subsets if sinks(n, some) == [n - 1] and acyclic(n, some)]


def acyclic(n: int, edges: Iterable[tuple[int, int]]) -> bool:
    """Take away nodes without senders until none is left, or none has no sender."""
    left, pairs = set(range(n)), list(edges)
    while left:
        free = left - {i for j, i in pairs if j in left}
        if not free:
            return False
        left -= free
    return True


def relabelled(edges: Edges, to: tuple[int, ...]) -> Edges:
    """Rename the nodes of a graph."""
    return tuple(sorted((to[j], to[i]) for j, i in edges))


def names(n: int) -> list[tuple[int, ...]]:
    """Every relabelling that leaves the sink."""
    return [(*to, n - 1) for to in permutations(range(n - 1))]


def kinds(n: int, weights: tuple[Fraction, ...], *, common: bool) -> set[frozenset[Any]]:
    """Classes of pairs of heads, each the set of all pairs that are the same kind."""
    pairs = product(labelled(n), repeat=2)
    swaps = [(0, 1), (1, 0)] if weights[0] == weights[1] else [(0, 1)]
    return {
        frozenset(
            (relabelled(pair[a], to), relabelled(pair[b], to)) for to in names(n) for a, b in swaps
        )
        for pair in pairs
        if not common or acyclic(n, pair[0] + pair[1])
    }


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


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("weights", [EVEN, ODD])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_one_candidate_of_each_kind(n: int, weights: tuple[Fraction, ...], common: bool) -> None:  # noqa: FBT001 - a case of the table
    """Every class under relabelling and exchange of equal heads is tried exactly once."""
    found = [c.heads for c in Kinds(weights, common).up_to(n) if c.n == n]
    classes = kinds(n, weights, common=common)
    assert len(found) == len(classes)
    assert {next(one for one in classes if heads in one) for heads in found} == classes


def test_triples_with_two_equal_weights() -> None:
    """Only heads of equal weight are exchanged: (½, ¼, ¼) has more kinds than uniform weights."""
    n, orders = 3, [(0, 1, 2), (0, 2, 1)]
    classes = {
        frozenset(tuple(relabelled(three[h], to) for h in o) for to in names(n) for o in orders)
        for three in product(labelled(n), repeat=3)
    }
    found = [c for c in Kinds((HALF, QUARTER, QUARTER), common_order=False).up_to(n) if c.n == n]
    assert len({c.heads for c in found}) == len(found) == len(classes)


@pytest.mark.parametrize("common", [True, False])
def test_candidates_come_by_nodes_and_then_by_edges(common: bool) -> None:  # noqa: FBT001 - a case of the table
    sizes = [(c.n, c.edges) for c in Kinds(EVEN, common).up_to(4)]
    assert sizes == sorted(sizes)
    singles = Kinds((Fraction(1),), common)
    assert [len(list(singles.up_to(n))) for n in (1, 2, 3, 4)] == [1, 2, 5, 21]


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


def test_two_n_over_p_fails_on_five_nodes() -> None:
    """Heads that disagree about the order: 17 > 16 = ⌈2N/p⌉, with nine edges in all."""
    found = smallest_witness(claims.within_two_n_over_p, max_nodes=5)
    assert isinstance(found, Witness)
    assert found.heads == tuple(graph(5, edges) for edges in TOO_LATE)
    assert times(5, TOO_LATE) == ([10, 8], 17)


def test_weights_and_epsilon_reach_the_claim() -> None:
    def claim(heads: Heads, weights: tuple[Fraction, ...], epsilon: Fraction) -> bool:
        assert (weights, epsilon) == (ODD, Fraction(1, 10))
        return len(heads[0].nodes) < 3

    found = smallest_witness(claim, weights=["1/3", "2/3"], epsilon="0.1")
    assert isinstance(found, Witness)
    assert (found.weights, found.epsilon, found.tried) == (ODD, Fraction(1, 10), 3)


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
    found = smallest_witness(claims.within_two_n_over_p, budget=budget, common_order=True)
    assert found == NotFound(budget, complete, reached, out_of_budget=True)
    assert f"n = {complete}, {budget} candidates; the budget ended" in str(found)


def test_a_budget_of_all_candidates_is_enough() -> None:
    found = smallest_witness(claims.within_two_n_over_p, budget=2, max_nodes=2)
    assert found == NotFound(tried=2, complete=2, reached=(2, 2), out_of_budget=False)


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


def raises(heads: Heads, weights: object, epsilon: object) -> bool:
    if len(heads[0].nodes) < 3:
        return True
    message = f"cannot say for {weights} and {epsilon}"
    raise KeyError(message)


def answers_nothing(*_: object) -> Any:
    return None


@pytest.mark.parametrize(
    ("claim", "named"),
    [
        (raises, ["raises", "KeyError", "cannot say", "(0, 1), (1, 2)", "1/2, 1/2", "ε = 1/4"]),
        (answers_nothing, ["answers_nothing", "None", "nodes=(0,)"]),
    ],
)
def test_a_broken_claim_is_named_with_the_candidate(claim: Claim, named: list[str]) -> None:
    with pytest.raises(errors.ClaimError) as caught:
        smallest_witness(claim)
    assert all(word in str(caught.value) for word in named), str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"budget": 0}, errors.NumberError, "budget"),
        ({"max_nodes": 0}, errors.NumberError, "max_nodes"),
        ({"heads": 1.5}, errors.NumberError, "heads"),
        ({"budget": math.inf}, errors.NumberError, "budget"),
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
