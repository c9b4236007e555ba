"""Mixing times of a file's layer: those of the rational chain, however rows and steps are cut."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import oracle as brute
import pytest
from cases.attention_files import save
from oracle import proxies as oracle

from dagmix import errors, proxies
from dagmix.proxies.files import row_blocks, stepwise

TWO = np.array([[[[1.0, 0.0], [0.5, 0.5]]]])  # d(t) = (2/3)^t


@pytest.mark.parametrize(("room", "window"), [(1, 3), (300, 256)])
@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_rational_chains(
    seed: int, room: int, window: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_blocks, "ROOM", room)
    monkeypatch.setattr(stepwise, "WINDOW", window)
    random = np.random.default_rng(seed)
    tensor, weights = np.tril(random.random((1, 2, seed + 2, seed + 2))), random.random((1, 2))
    tensor /= tensor.sum(axis=-1, keepdims=True)
    file = save(tmp_path / "a.npy", attention=tensor)
    rows = oracle.successors(oracle.mixed(tensor[0].tolist(), weights[0].tolist()))
    walk = [list(column) for column in zip(*rows, strict=True)]
    for epsilon in (Fraction(1, 4), Fraction(1, 97)):
        found = proxies.mixing_time_of_file(file, (0,), weights[0], epsilon)
        assert found == brute.mixing_time(walk, len(walk) - 1, epsilon)


def test_a_tie_is_not_decided(tmp_path: Path) -> None:
    file = save(tmp_path / "a.npy", attention=TWO)
    with pytest.raises(errors.UndecidedError, match="after 3 steps"):
        proxies.mixing_time_of_file(file, epsilon="8/27")
    assert proxies.mixing_time_of_file(file, epsilon=Fraction(8, 27) + Fraction(1, 10**13)) == 3
    assert proxies.mixing_time_of_file(file, epsilon=Fraction(8, 27) - Fraction(1, 10**13)) == 4


def test_a_long_walk_ends_at_its_limit(tmp_path: Path) -> None:
    file = save(tmp_path / "a.npy", attention=TWO)
    with pytest.raises(errors.UndecidedError, match="more than max_steps = 3"):
        proxies.mixing_time_of_file(file, max_steps=3)
    assert proxies.mixing_time_of_file(file, max_steps=4) == 4


def test_a_sink_that_may_be_missed_is_never_sure(tmp_path: Path) -> None:
    stuck = np.tri(4)
    stuck[2:, 1] = 0
    file = save(tmp_path / "a.npy", attention=(stuck / stuck.sum(-1, keepdims=True))[None, None])
    assert proxies.mixing_time_of_file(file) == np.inf
