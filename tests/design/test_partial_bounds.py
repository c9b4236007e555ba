"""What bounds all graphs that grow from a partial one really does."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import oracle
import pytest
from cases.zoo import unique_sink_dags

from dagmix.design.partial_bounds import greatest_fidelities, least_times, receives
from design.brute import fidelity

CLOSE = 1e-8


def code(n: int, edges: tuple[tuple[int, int], ...]) -> list[int]:
    """The masks of a graph on 0 … n − 1 with the nodes in reverse."""
    masks = [0] * n
    for j, i in edges:
        masks[n - 1 - j] |= 1 << (n - 1 - i)
    return masks


@pytest.mark.parametrize("epsilon", [Fraction(1, 4), Fraction(1, 100)])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_partial_graphs_bound_what_grows_from_them(n: int, epsilon: Fraction) -> None:
    """From every partial graph; and from the whole one, closely."""
    graphs = unique_sink_dags(n)
    codes = np.array([code(n, edges) for edges in graphs])
    times = [oracle.mixing_time(oracle.walk_matrix(n, edges), n - 1, epsilon) for edges in graphs]
    fidelities = [fidelity(n, edges) for edges in graphs]
    for k in range(1, n):
        partial = receives(codes[:, :k])
        low, high = least_times(partial, epsilon, None), greatest_fidelities(partial)
        assert all(one <= time for one, time in zip(low.tolist(), times, strict=True))
        assert all(one >= phi for one, phi in zip(high.tolist(), fidelities, strict=True))
    whole = receives(codes)
    assert least_times(whole, epsilon, None).tolist() == times
    assert np.allclose(
        greatest_fidelities(whole), [float(phi) for phi in fidelities], rtol=0, atol=CLOSE
    )


def test_times_above_the_cap_are_only_known_to_be() -> None:
    line = receives(np.array([[0, 1, 2, 4]]))
    assert least_times(line, Fraction(1, 4), 4).tolist() == [5]
    assert least_times(line, Fraction(1, 4), None).tolist() == [7]


def test_an_epsilon_below_all_floats_gives_a_bound() -> None:
    """Of a graph that is at the sink with probability ½ a step: T = 2000 at ε = 2⁻²⁰⁰⁰."""
    edge = receives(np.array([[0, 1]]))
    [time] = least_times(edge, Fraction(1, 2**2000), None).tolist()
    assert 990 < time <= 2000
