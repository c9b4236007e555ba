"""T, φ_min and the ratios of mixtures, beside brute force."""

from __future__ import annotations

from fractions import Fraction

import oracle
import pytest
from cases.subjects import graph
from cases.zoo import unique_sink_dags
from oracle.fidelity import Signals

from dagmix.search import MixtureValues, never_slower_than_the_slowest, smallest_witness
from dagmix.search.counterexamples import Witness

WEIGHTS = (Fraction(1, 3), Fraction(2, 3))


@pytest.mark.parametrize("number", range(0, 21, 5))
def test_values_are_those_of_brute_force(number: int) -> None:
    """With weights ⅓ and ⅔, and another ε."""
    n, epsilon = 4, Fraction(1, 10)
    pair = unique_sink_dags(n)[number], unique_sink_dags(n)[-1 - number]
    values = MixtureValues.of([graph(n, edges) for edges in pair], WEIGHTS, epsilon)
    walks = [oracle.walk_matrix(n, edges) for edges in pair]
    deltas = [oracle.diffusion_matrix(n, edges) for edges in pair]
    times = [
        oracle.mixing_time(W, n - 1, epsilon) for W in (*walks, oracle.mixture(WEIGHTS, walks))
    ]
    fidelities = [
        Signals(delta, n - 1).minimax()[0] for delta in (*deltas, oracle.mixture(WEIGHTS, deltas))
    ]
    assert (*values.times, values.time) == tuple(times)
    assert (*values.fidelities, values.fidelity) == tuple(fidelities)
    assert values.amplification == fidelities[2] / max(fidelities[:2])
    assert values.speed_up == Fraction(int(min(times[:2])), int(times[2]))
    assert values.slow_down == Fraction(int(times[2]), int(max(times[:2])))


def test_one_node_is_neither_faster_nor_slower() -> None:
    values = MixtureValues.of([graph(1, [])] * 2)
    assert values.time == 0
    assert values.speed_up == values.slow_down == values.amplification == 1


def test_a_witness_has_the_values_that_make_it_one() -> None:
    """5 and 5 give 6: the mixture is slower than the slowest, as the claim denies."""
    found = smallest_witness(never_slower_than_the_slowest, common_order=True)
    assert isinstance(found, Witness)
    assert (found.values.times, found.values.time) == ((5, 5), 6)
    assert found.values is found.values
