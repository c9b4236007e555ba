"""Bounds of T(¼): the integer lies between them, and they meet where it is quickly found."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from cases.attention_samples import SAMPLES, sample
from cases.strategies import singles
from cases.subjects import single
from hypothesis import HealthCheck, given, settings

from dagmix import FeedforwardDAG, MultiHeadDiffusion, WalkOperator, families
from dagmix.operators import enclosed_times
from dagmix.operators.enclosed_times import enclosed_mixing_time
from dagmix.paper import example_3_13

if TYPE_CHECKING:
    from cases.zoo import Single


@pytest.fixture(params=[-math.inf, math.inf], ids=["by E", "in floats"])
def nothing_is_short(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Enclose every T but 0 and ∞."""
    monkeypatch.setattr(enclosed_times, "STEPPED", 0)
    monkeypatch.setattr(enclosed_times, "SQUARED", -math.inf)
    monkeypatch.setattr(enclosed_times, "IN_FLOATS", request.param)


@pytest.mark.usefixtures("nothing_is_short")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(singles())
def test_the_rational_mixing_time_lies_between(one: Single) -> None:
    exact = WalkOperator(single(one))
    floats = WalkOperator.from_matrix(exact.matrix, nodes=range(one.n), sink=one.n - 1)
    for walk in (exact, floats):
        lower, upper = enclosed_mixing_time(walk)
        assert lower <= exact.mixing_time() <= upper


@pytest.mark.usefixtures("nothing_is_short")
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, SAMPLES, 36))
def test_so_does_that_of_attention(seed: int) -> None:
    for heads in sample(seed)[0]:
        n = heads.shape[-1]
        sure = heads + np.tri(n) / 2**40  # every position sends to all that follow it
        sure /= sure.sum(axis=-1, keepdims=True)
        walk = MultiHeadDiffusion.from_attention(sure).successors()
        lower, upper = enclosed_mixing_time(walk)
        assert lower <= walk.mixing_time() <= upper


@pytest.mark.usefixtures("nothing_is_short")
def test_without_a_common_order_the_bounds_hold_too() -> None:
    heads = example_3_13()
    walk = MultiHeadDiffusion(heads).successors()
    assert walk.adjacency.order is None
    lower, upper = enclosed_mixing_time(walk)
    assert lower < walk.mixing_time() < upper


def test_what_is_short_small_or_infinite_is_known() -> None:
    apart = FeedforwardDAG([("a", "b")], nodes="abτ")
    for walk in (
        WalkOperator(families.line(40)),
        WalkOperator.from_matrix([[1 - 1e-9, 0], [1e-9, 1]]),
        WalkOperator(apart, sink="τ"),
        WalkOperator(FeedforwardDAG([], nodes="a")),
    ):
        assert enclosed_mixing_time(walk) == (walk.mixing_time(),) * 2


def test_what_is_long_and_large_is_decided_in_floats() -> None:
    """A line left with probability 2⁻²⁰: T is between the bounds by E, which is (n − 1)·2²⁰."""
    walk = sticky_line(200, 20)
    lower, upper = enclosed_mixing_time(walk)
    assert lower == upper == walk.mixing_time()
    assert 199 * 2**20 * Fraction(3, 4) <= lower <= 199 * 2**20 * 4


def test_what_is_longer_is_enclosed_in_floats() -> None:
    """T of 2⁵⁰ steps and more, to a share of 10⁻⁹."""
    walk = sticky_line(130, 50)
    lower, upper = enclosed_mixing_time(walk)
    assert lower < walk.mixing_time() < upper
    assert upper - lower <= 1e-9 * lower


def sticky_line(n: int, bits: int) -> WalkOperator:
    leave = 2.0**-bits
    line = np.diag(np.full(n, 1 - leave)) + np.diag(np.full(n - 1, leave), -1)
    line[-1, -1] = 1.0
    return WalkOperator.from_matrix(line)
