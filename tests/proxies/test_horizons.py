"""A horizon that ends before signals may arrive is warned of; one that does not is not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dagmix import proxies
from dagmix.errors import HorizonWarning

UNIFORM = np.tri(6)[None] / np.arange(1, 7)[:, None]
PREVIOUS = (np.eye(6, k=-1) + np.diag([1.0, 0, 0, 0, 0, 0]))[None]  # each takes the one before
FIDELITIES: list[Callable[..., Any]] = [
    proxies.fidelities,
    proxies.fidelities_between,
    proxies.minimax_fidelity,
    proxies.weakest_position,
    proxies.best_head,
    proxies.amplification,
]
TIMES: list[Callable[..., Any]] = [proxies.hitting_time, proxies.hitting_times]
CHAINS = ["successors", "successors_per_head", "published"]


@pytest.mark.parametrize("proxy", FIDELITIES)
def test_a_short_horizon_of_fidelities(proxy: Callable[..., Any]) -> None:
    """The warning is about the line that calls the proxy, whichever way it goes inside."""
    message = re.escape("horizon=4 is less than n - 1 = 5, the steps of the longest way")
    with pytest.warns(HorizonWarning, match=message) as seen:
        proxy(UNIFORM, horizon=4)
    assert {one.filename for one in seen} == {__file__}
    proxy(UNIFORM, horizon=5)


@pytest.mark.parametrize("proxy", TIMES)
@pytest.mark.parametrize("chain", CHAINS)
def test_a_short_cut_off_of_times(proxy: Callable[..., Any], chain: str) -> None:
    with pytest.warns(HorizonWarning, match=r"max_steps=4 .* max_steps=None has no cut-off"):
        proxy(UNIFORM, max_steps=4, chain=chain)
    proxy(UNIFORM, max_steps=5, chain=chain)
    proxy(UNIFORM, max_steps=None, chain=chain)


def test_what_is_warned_of() -> None:
    """Where every position takes the one before, n − 1 steps are what a signal needs."""
    with pytest.warns(HorizonWarning):
        assert proxies.fidelities(PREVIOUS, horizon=4).tolist() == [0, 1, 1, 1, 1, 1]
    assert proxies.fidelities(PREVIOUS, horizon=5).tolist() == [1] * 6


def test_a_target_has_its_own_longest_way() -> None:
    proxies.fidelities(UNIFORM, horizon=2, target=2)
    both = np.full((1, 6, 6), 1 / 6)
    for proxy in (proxies.fidelities, proxies.minimax_fidelity):
        with pytest.warns(HorizonWarning, match="n - 1 = 5"):
            proxy(both, horizon=2, target=2, causal=False)


def test_the_paper_s_own_horizon_is_long_enough() -> None:
    """M = 100 at n = 100, on the chain that the published code samples."""
    rows = np.tri(100)[None] / np.arange(1, 101)[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        proxies.hitting_time(rows, chain="published")
        proxies.minimax_fidelity(rows, first_step=1)
