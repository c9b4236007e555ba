"""Closed forms of pairs of heads, against the operators."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, MultiHeadDiffusion, MultiHeadWalk, families
from dagmix.errors import NumberError
from dagmix.families.pairs import pair_closed_forms as known


@pytest.mark.parametrize(("k", "f"), [(1, 1), (1, 4), (2, 2), (3, 1), (3, 5), (4, 3)])
def test_feed_signals_in_closed_form(k: int, f: int) -> None:
    """The generating functions of the head and of the mixture, at y_1; poles that meet, too."""
    heads = families.feed_pair(k, f)
    head, mixed = DiffusionOperator(heads[0]), MultiHeadDiffusion(heads)
    for t in (0, 1, k, k + 1, 2 * k + 1, 4 * k):
        assert head.signal(f + k, t) == known.feed_signal(k, f, t, mixed=False)
        assert mixed.signal(f + k, t) == known.feed_signal(k, f, t, mixed=True)


@pytest.mark.parametrize("r", [1, 2, 5, 9])
def test_choice_fidelity_in_closed_form(r: int) -> None:
    """Even weights are best: by any others a or b loses."""
    heads = families.choice_pair(r)
    mixed = MultiHeadDiffusion(heads)
    assert mixed.minimax_fidelity().value == known.choice_fidelity(r, mixed=True)
    assert mixed.best_head().value == known.choice_fidelity(r, mixed=False)
    for weight in (Fraction(2, 5), Fraction(5, 9), Fraction(1)):
        uneven = MultiHeadDiffusion(heads, weights=[weight, 1 - weight])
        assert uneven.minimax_fidelity().value < known.choice_fidelity(r, mixed=True)


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_fan_hitting_times_in_closed_form(k: int) -> None:
    times = MultiHeadWalk(families.fan_pair(k)).expected_hitting_times().tolist()
    formed = [known.fan_hitting_time(k, j) for j in range(1, k + 1)]
    assert times == [*formed, *formed, 0]
    assert max(formed) == known.fan_hitting_time(k)


def test_fan_hitting_times_grow_as_three_to_the_k() -> None:
    """(k + 1) E / (5 · 3ᵏ) is 1 + O(1/k)."""
    off = {k: (k + 1) * known.fan_hitting_time(k) / (5 * 3**k) - 1 for k in (50, 100, 200)}
    assert all(0 < float(error * k) < 0.55 for k, error in off.items())


@pytest.mark.parametrize(("k", "width"), [(1, 1), (1, 3), (2, 1), (2, 4), (3, 2), (5, 3), (6, 1)])
def test_wide_run_hitting_times_in_closed_form(k: int, width: int) -> None:
    heads = families.wide_run_pair(k, width)
    found = max(MultiHeadWalk(heads).expected_hitting_times())
    assert found == known.wide_run_hitting_time(k, width)
    if width == 1:
        assert found == families.run_hitting_time(k)


@pytest.mark.parametrize(
    "form",
    [
        lambda k: known.feed_signal(k, 2, 3, mixed=True),
        lambda f: known.feed_signal(2, f, 3, mixed=False),
        lambda r: known.choice_fidelity(r, mixed=True),
        known.fan_hitting_time,
        lambda j: known.fan_hitting_time(3, j),
        lambda k: known.wide_run_hitting_time(k, 2),
        lambda width: known.wide_run_hitting_time(3, width),
    ],
)
def test_closed_forms_of_pairs_need_a_size(form: Callable[[Any], Any]) -> None:
    """The least size is answered, one below it and what is no integer are refused."""
    assert form(1) >= 0
    for size in (0, -1, 1.5):
        with pytest.raises(NumberError, match="is an integer, at least"):
            form(size)


def test_an_initial_node_past_the_last_is_refused() -> None:
    with pytest.raises(NumberError, match=r"one of 1, …, k; got j = 4 for k = 3"):
        known.fan_hitting_time(3, 4)


@pytest.mark.parametrize(
    "call",
    [
        lambda huge: known.feed_signal(2, 1, huge, mixed=True),
        known.fan_hitting_time,
        lambda huge: known.wide_run_hitting_time(huge, 1),
    ],
)
@pytest.mark.parametrize("huge", [10**12, 10**5000], ids=["1e12", "1e5000"])
def test_huge_sizes_of_pairs_are_refused_at_once(call: Any, huge: int) -> None:
    with pytest.raises(NumberError, match="the closed form is written out for"):
        call(huge)
