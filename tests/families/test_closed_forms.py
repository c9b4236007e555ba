"""Closed forms of named graphs and pairs, against the operators."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, MultiHeadDiffusion, MultiHeadWalk, WalkOperator, families
from dagmix.errors import NumberError
from dagmix.families import closed_forms as known

QUARTER = Fraction(1, 4)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 30])
def test_line_in_closed_form(n: int) -> None:
    line = families.line(n)
    walk, found = WalkOperator(line), families.describe(line)
    for epsilon in (QUARTER, Fraction(1, 100), Fraction(99, 100)):
        assert walk.mixing_time(epsilon) == known.line_mixing_time(n, epsilon)
    assert found.hitting_time == known.line_hitting_time(n)
    assert found.fidelity == known.line_fidelity(n)
    assert found.backward_mixing_time == found.mixing_time


@pytest.mark.parametrize("n", [3, 4, 9])
def test_the_line_is_least_at_its_second_node(n: int) -> None:
    """At t = 2n − 5 and 2n − 4."""
    operator = DiffusionOperator(families.line(n))
    assert operator.minimax_fidelity().nodes == (1,)
    assert operator.node_fidelity(1).times == (2 * n - 5, 2 * n - 4)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 20])
def test_complete_in_closed_form(n: int) -> None:
    complete = families.complete(n)
    walk, found = WalkOperator(complete), families.describe(complete)
    assert [walk.distance(t) for t in range(8)] == [known.complete_distance(n, t) for t in range(8)]
    assert found.hitting_time == known.complete_hitting_time(n)
    assert found.fidelity == known.complete_fidelity(n)
    assert found.backward_mixing_time == found.mixing_time


@pytest.mark.parametrize("n", [4, 5, 6, 13, 30])
def test_express_pair_in_closed_form(n: int) -> None:
    walk = MultiHeadWalk(families.express_pair(n))
    for t in range(10):
        assert walk.distance(t) <= known.express_distance(t)
        assert n < 2 * t + 4 or walk.distance(t) == known.express_distance(t)


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_lane_signals_in_closed_form(k: int) -> None:
    """The generating functions of the head and of the mixture, at y_1."""
    heads = families.lane_pair(k)
    head, mixed = DiffusionOperator(heads[0]), MultiHeadDiffusion(heads)
    for t in (0, 1, k, k + 1, 2 * k + 1, 4 * k):
        assert head.signal(k + 1, t) == known.lane_signal(k, t, mixed=False)
        assert mixed.signal(k + 1, t) == known.lane_signal(k, t, mixed=True)


@pytest.mark.parametrize("k", [1, 2, 4, 8])
def test_lane_fidelity_in_closed_form(k: int) -> None:
    mixed = MultiHeadDiffusion(families.lane_pair(k))
    assert mixed.minimax_fidelity().value == known.lane_fidelity(k, mixed=True)
    assert mixed.best_head().value == known.lane_fidelity(k, mixed=False)


def test_lane_amplification_grows_as_the_constant_says() -> None:
    """(7 / (4√5)) (10/7)^(k−1) (1 + O(1/k)): the relative error times k stays bounded."""
    off = {}
    for k in (8, 16, 32):
        gain = known.lane_fidelity(k, mixed=True) / known.lane_fidelity(k, mixed=False)
        off[k] = float(gain / known.LANE_GROWTH ** (k - 1)) / known.LANE_CONSTANT - 1
        assert k < 32 or round(float(gain)) == 50471
    assert all(abs(error) * k < 0.7 for k, error in off.items())
    assert abs(off[32]) < abs(off[16]) < abs(off[8])


@pytest.mark.parametrize("n", [2, 3, 6, 9])
def test_reversed_lines_in_closed_form(n: int) -> None:
    """A lazy symmetric walk on 1 … n−1 between two exits: E_j[T] = 2 j (n − j)."""
    mixed = MultiHeadWalk(families.reversed_lines(n))
    times = mixed.expected_hitting_times().tolist()
    assert times == [*(2 * j * (n - j) for j in range(1, n)), 0]
    assert max(times) == known.reversed_lines_hitting_time(n)


def test_reversed_lines_take_quadratic_time() -> None:
    for n in (40, 80, 160):
        heads = families.reversed_lines(n)
        assert WalkOperator(heads[0]).mixing_time() == known.line_mixing_time(n)
        ratio = MultiHeadWalk(heads).mixing_time() / n**2
        assert ratio == pytest.approx(known.REVERSED_LINES_CONSTANT, abs=2 / n**2)


@pytest.mark.parametrize("k", [1, 2, 3, 5, 9])
def test_run_pair_in_closed_form(k: int) -> None:
    """2k nodes, quick heads, and a mixture that waits for a run of k: 2(2ᵏ − 1) on average."""
    heads = families.run_pair(k)
    mixed = MultiHeadWalk(heads)
    assert len(mixed.nodes) == 2 * k
    assert [WalkOperator(head).mixing_time() for head in heads] == [
        known.line_mixing_time(k + 1)
    ] * 2
    assert max(mixed.expected_hitting_times()) == known.run_hitting_time(k)
    for epsilon in (QUARTER, Fraction(9, 10), Fraction(1, 1000)):
        assert mixed.mixing_time(epsilon) == known.run_mixing_time(k, epsilon)


@pytest.mark.parametrize(
    ("form", "least"),
    [
        (known.line_mixing_time, 1),
        (known.line_fidelity, 1),
        (known.line_hitting_time, 1),
        (lambda n: known.complete_distance(n, 1), 1),
        (known.complete_hitting_time, 1),
        (known.complete_fidelity, 1),
        (lambda k: known.lane_signal(k, 1, mixed=True), 1),
        (lambda k: known.lane_fidelity(k, mixed=False), 1),
        (known.reversed_lines_hitting_time, 2),
        (known.run_mixing_time, 1),
        (known.run_hitting_time, 1),
    ],
)
def test_closed_forms_need_a_size(form: Callable[[Any], Any], least: int) -> None:
    """The least size is answered, one below it and what is no integer are refused."""
    assert form(least) >= 0
    for size in (least - 1, 0, -1, 1.5, None):
        with pytest.raises(NumberError, match=r"[nk] (is an integer, at least|must be)"):
            form(size)


@pytest.mark.parametrize(
    "call",
    [
        families.line_fidelity,
        families.line_mixing_time,
        families.complete_hitting_time,
        lambda huge: families.complete_distance(huge, 3),
        lambda huge: families.complete_distance(3, huge),
        families.express_distance,
        lambda huge: families.lane_signal(2, huge, mixed=True),
        lambda huge: families.lane_fidelity(huge, mixed=False),
        families.run_mixing_time,
        families.run_hitting_time,
    ],
)
@pytest.mark.parametrize("huge", [10**12, 10**5000], ids=["1e12", "1e5000"])
def test_huge_sizes_are_refused_at_once(call: Any, huge: int) -> None:
    with pytest.raises(NumberError, match="the closed form is written out for") as caught:
        call(huge)
    assert len(str(caught.value)) < 200


def test_the_hitting_time_of_the_complete_graph_is_a_harmonic_number() -> None:
    for n in range(1, 40):
        expected = sum((Fraction(1, k) for k in range(1, n)), Fraction(int(n > 1)))
        assert families.complete_hitting_time(n) == expected
