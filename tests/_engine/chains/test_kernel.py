"""Kernels of graphs and of mixtures are their matrices, in every question that they answer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from cases.subjects import mixed_diffusion, mixed_walk
from cases.zoo import Mixture, sampled_mixtures

from dagmix._engine.chains.kernel import leaving

MIXTURES = [mix for common in (True, False) for mix in sampled_mixtures(9, 20, common=common)]
each_mixture = pytest.mark.parametrize("mix", MIXTURES, ids=lambda mix: f"{mix.n}-nodes")


@pytest.fixture(autouse=True, params=["ranges", "lists"])
def _adjacency(request: pytest.FixtureRequest) -> None:
    if request.param == "ranges":
        request.getfixturevalue("always_runs")


@each_mixture
def test_a_kernel_is_its_matrix(mix: Mixture) -> None:
    """Entries, one step, what leaves each sender, the transpose, integers over one denominator."""
    x = np.array([Fraction(3**j, 7) for j in range(mix.n)], dtype=object)
    for operator, rows in ((mixed_walk(mix), mix.walk()), (mixed_diffusion(mix), mix.diffusion())):
        kernel, M = operator.transition.rationals, np.array(rows, dtype=object)
        assert (kernel.dense() == M).all()
        assert (kernel.entries == M[kernel.adjacency.pairs]).all()
        assert (kernel.step(x) == x @ M).all()
        assert (leaving(kernel) == M.sum(axis=0) - M.diagonal()).all()
        assert kernel.least <= kernel.entries.min()
        assert (kernel.transposed.dense() == M.T).all()
        assert (kernel.transposed.step(x) == M @ x).all()
        integers, denominator = kernel.over_denominator()
        assert (integers.dense() == M * denominator).all()


@each_mixture
def test_a_step_in_floats_is_off_by_its_roundings(mix: Mixture) -> None:
    """No entry of x M is off by more than its units of 2⁻⁵³, relative."""
    for operator, rows in ((mixed_walk(mix), mix.walk()), (mixed_diffusion(mix), mix.diffusion())):
        floats = operator.transition.floats
        unit = Fraction(floats.units + 1) / 2**53
        x = np.random.default_rng(mix.n).random(mix.n)
        exact = np.array([Fraction(float(v)) for v in x]) @ np.array(rows, dtype=object)
        for found, expected in zip(floats.kernel.step(x).tolist(), exact, strict=True):
            assert abs(Fraction(found) - expected) <= expected * unit
