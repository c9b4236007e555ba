"""Laws of walks, diffusions and mixtures; each docstring states the law."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import oracle
import sympy as sp
from cases.strategies import edges_along, epsilons, mixtures, singles, steps
from cases.subjects import graph, mixed_diffusion, mixed_walk, single
from hypothesis import given
from hypothesis import strategies as st

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
)
from dagmix.testing import check_diffusion, check_walk

if TYPE_CHECKING:
    from cases.zoo import Mixture, Single

T = sp.Symbol("t", integer=True, nonnegative=True)


@given(mixtures())
def test_columns_of_a_walk_and_rows_of_a_diffusion_sum_to_one(mix: Mixture) -> None:
    """Σ_i W[i, j] = 1 for every j and Σ_j Δ[i, j] = 1 for every i, exactly."""
    W, delta = mixed_walk(mix).exact, mixed_diffusion(mix).exact
    assert all(sum(W[:, k]) == 1 for k in range(mix.n))
    assert all(sum(delta[k, :]) == 1 for k in range(mix.n))


@given(mixtures())
def test_distance_starts_at_one_and_never_increases(mix: Mixture) -> None:
    """d(0) = 1 where there is another node than the sink, and d(t+1) ≤ d(t)."""
    walk = mixed_walk(mix)
    d = [walk.distance(t) for t in range(12)]
    assert d[0] == (1 if mix.n > 1 else 0)
    assert all(after <= before for before, after in pairwise(d))


@given(mixtures(), steps, steps)
def test_distance_is_submultiplicative(mix: Mixture, s: int, t: int) -> None:
    """d(s + t) ≤ d(s) · d(t)."""
    walk = mixed_walk(mix)
    assert walk.distance(s + t) <= walk.distance(s) * walk.distance(t)


@given(mixtures(), epsilons, epsilons)
def test_mixing_time_falls_as_epsilon_grows(mix: Mixture, one: Fraction, other: Fraction) -> None:
    """ε ≤ δ implies T(ε) ≥ T(δ)."""
    walk = mixed_walk(mix)
    low, high = sorted([one, other])
    assert walk.mixing_time(low) >= walk.mixing_time(high)


@given(mixtures(), epsilons)
def test_mixing_time_is_the_first_step_at_or_below(mix: Mixture, epsilon: Fraction) -> None:
    """d(T) ≤ ε, and d(T − 1) > ε."""
    walk = mixed_walk(mix)
    time = walk.mixing_time(epsilon)
    assert isinstance(time, int)
    assert walk.distance(time) <= epsilon
    assert time == 0 or walk.distance(time - 1) > epsilon


@given(mixtures(), epsilons)
def test_expected_hitting_times_bracket_the_mixing_time(mix: Mixture, epsilon: Fraction) -> None:
    """(1 − ε) E ≤ T(ε) ≤ ⌈E/ε⌉ − 1 with E = max_j E_j[T], for two nodes or more."""
    walk = mixed_walk(mix)
    E = max(walk.expected_hitting_times())
    if mix.n > 1:
        assert (1 - epsilon) * E <= walk.mixing_time(epsilon) <= -(-E // epsilon) - 1


@given(singles(), st.data())
def test_relabelling_changes_nothing(
    one: Single,
    data: st.DataObject,
) -> None:
    """Renaming nodes renames them in the answers and leaves the numbers."""
    names = data.draw(st.permutations([f"node {k}" for k in range(one.n)]))
    renamed = FeedforwardDAG(
        [(names[j], names[i]) for j, i in one.edges], nodes=names, self_loops=one.loops
    )
    plain = single(one)
    assert WalkOperator(renamed).mixing_time() == WalkOperator(plain).mixing_time()
    new, old = DiffusionOperator(renamed), DiffusionOperator(plain)
    assert [new.node_fidelity(names[j]) for j in range(one.n)] == [
        old.node_fidelity(j) for j in range(one.n)
    ]
    quietest = old.minimax_fidelity().nodes
    assert set(new.minimax_fidelity().nodes) == {names[j] for j in range(one.n) if j in quietest}


@given(singles(), st.sampled_from([Fraction(1, 3), Fraction(1)]))
def test_a_mixture_of_equal_heads_is_the_head(
    one: Single,
    weight: Fraction,
) -> None:
    """Σ_h α_h M = M, be it one head or several; so is everything computed from it."""
    head = single(one)
    count = int(1 / weight)
    walk, delta = WalkOperator(head), DiffusionOperator(head)
    walks = MultiHeadWalk([head] * count, weights=[weight] * count)
    deltas = MultiHeadDiffusion([head] * count, weights=[weight] * count)
    assert (walks.exact, deltas.exact) == (walk.exact, delta.exact)
    assert walks.mixing_time() == walk.mixing_time()
    assert list(walks.expected_hitting_times()) == list(walk.expected_hitting_times())
    assert deltas.minimax_fidelity() == delta.minimax_fidelity()
    assert [deltas.node_fidelity(j) for j in range(one.n)] == [
        delta.node_fidelity(j) for j in range(one.n)
    ]
    assert deltas.best_head().heads == tuple(range(count))
    assert deltas.amplification() == 1


@given(singles(max_nodes=5))
def test_closed_form_agrees_with_the_recurrence(
    one: Single,
) -> None:
    """signal(j, t) in a symbol t, at t = 0 … 20, is signal(j, 0) … signal(j, 20)."""
    diffusion = DiffusionOperator(single(one))
    for j in range(one.n):
        form = sp.sympify(diffusion.signal(j, T))
        assert all(form.subs(T, t) == diffusion.signal(j, t) for t in range(21)), form


@given(mixtures(common=True, max_nodes=4))
def test_closed_form_of_a_mixture_with_an_order(mix: Mixture) -> None:
    """Heads that share an order have rational eigenvalues, hence a closed form."""
    diffusion = mixed_diffusion(mix)
    for j in range(mix.n):
        form = sp.sympify(diffusion.signal(j, T))
        assert all(form.subs(T, t) == diffusion.signal(j, t) for t in range(21)), form


@given(mixtures())
def test_signals_of_all_nodes_sum_to_one(mix: Mixture) -> None:
    """Σ_j (Δᵗ)[τ, j] = 1: the sink's value is an average."""
    diffusion = mixed_diffusion(mix)
    for t in (0, 1, 2, 7):
        assert sum(diffusion.signal(j, t) for j in range(mix.n)) == 1


@given(mixtures(), steps)
def test_fidelity_bounds_every_signal(mix: Mixture, t: int) -> None:
    """(Δᵗ)[τ, j] ≤ φ_j, with equality exactly at the times named."""
    diffusion = mixed_diffusion(mix)
    for j in range(mix.n):
        phi = diffusion.node_fidelity(j)
        assert (diffusion.signal(j, t) == phi.value) == phi.attained_at(t)
        assert diffusion.signal(j, t) <= phi.value


@given(mixtures())
def test_backward_mixing_bounds_fidelity(mix: Mixture) -> None:
    """With a unique source s, φ_min ≤ E[nodes visited]/(n−1) ≤ E_τ[T_s]/(n−1), φ_min over j ≠ s."""
    delta = mix.diffusion()
    sources = [j for j in range(mix.n) if delta[j][j] == 1]
    if mix.n == 1 or len(sources) != 1:
        return
    (source,) = sources
    diffusion = mixed_diffusion(mix)
    phi = min(diffusion.node_fidelity(j).value for j in range(mix.n) if j != source)
    backward = oracle.hitting_times(oracle.transpose(delta), source)[mix.n - 1]
    assert phi <= backward / (mix.n - 1)


@given(st.data(), st.integers(2, 5))
def test_adding_an_edge_to_the_union_keeps_the_heads(data: st.DataObject, n: int) -> None:
    """FeedforwardDAG.union has exactly the edges of its heads."""
    heads = [data.draw(edges_along(range(n))) for _ in range(2)]
    union = FeedforwardDAG.union([graph(n, edges) for edges in heads])
    assert union == graph(n, [edge for edges in heads for edge in edges])


@given(mixtures())
def test_the_laws_that_ship_hold(mix: Mixture) -> None:
    """What users are given to check their operators with, on mixtures with and without an order."""
    check_walk(mixed_walk(mix))
    check_diffusion(mixed_diffusion(mix))


@given(singles())
def test_the_laws_that_ship_hold_for_single_graphs(one: Single) -> None:
    head = single(one)
    check_walk(WalkOperator(head))
    check_diffusion(DiffusionOperator(head))
