"""Powers along an order: every entry within the bound of the exact one, in fractions and balls."""

from __future__ import annotations

import flint
import numpy as np
import pytest
from cases.slow_chains import seeds
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import DiffusionOperator, families
from dagmix._engine.chains.powers import float_powers
from dagmix._engine.chains.powers.float_powers import LOST, FloatPowers, lower_product
from dagmix._engine.exact import arb
from dagmix._engine.exact.enclosures import UNIT


def slow_chain(n: int, seed: int, slowest: float) -> DiffusionOperator:
    """Return rows that keep all but 10^−slowest … 1, their nodes in a random order."""
    rng = np.random.default_rng(seed)
    shares = np.tril(np.exp(2 * rng.standard_normal((n, n))) * (rng.random((n, n)) < 0.7), -1)
    shares[1:, 0] += 1e-3
    leave = np.minimum(10.0 ** -rng.uniform(0, slowest, n), 1.0)
    leave[rng.random(n) < 0.2] = 1.0
    matrix = np.zeros((n, n))
    matrix[1:] = shares[1:] / shares[1:].sum(axis=1, keepdims=True) * leave[1:, None]
    matrix[np.diag_indices(n)] = 1 - leave
    matrix[0] = np.eye(n)[0]
    nodes = rng.permutation(n)
    return DiffusionOperator.from_matrix(
        matrix[np.ix_(nodes, nodes)], sink=int(np.argmax(nodes)), tolerance=1e-9
    )


def holds(found: float, true: flint.arb, share: float) -> bool:
    """Tell whether |found − true| ≤ share · true + LOST for the ball of a number."""
    gap = abs(flint.arb(found) - true)
    return not gap > flint.arb(share) * true + flint.arb(LOST)


@pytest.mark.parametrize("block", [2, 32])
@settings(max_examples=15)
@given(seed=seeds, slowest=st.floats(0, 12))
def test_every_entry_is_within_the_bound(block: int, seed: int, slowest: float) -> None:
    """Powers to 2⁴⁰ and rows and columns of several of them, against balls of 600 bits."""
    diffusion = slow_chain(5, seed, slowest)
    with pytest.MonkeyPatch.context() as patch, arb.precision(600):
        patch.setattr(float_powers, "BLOCK", block)
        powers = FloatPowers(diffusion.transition.floats)
        exact = diffusion.transition.over(arb.ball).dense()
        true = flint.arb_mat(exact[np.ix_(powers.order, powers.order)].tolist())
        row, true_row = np.eye(5)[4], flint.arb_mat([[0, 0, 0, 0, 1]])
        products = 0
        for k in range(40):
            share = powers.error_bound(k, 0)
            for found, entry in zip(powers[k].ravel().tolist(), true.entries(), strict=True):
                assert holds(found, entry, share)
            if k % 3 == 0:
                row, true_row, products = powers.advance(row, k), true_row * true, products + 1
                share = powers.error_bound(k, products)
                for found, entry in zip(row.tolist(), true_row.entries(), strict=True):
                    assert holds(found, entry, share)
            true = true * true


def test_the_order_is_that_of_the_nodes() -> None:
    powers = FloatPowers(slow_chain(9, 3, 4).transition.floats)
    assert powers.order[powers.place].tolist() == list(range(9))
    assert not np.triu(powers[3], 1).any()


@given(seeds, st.sampled_from([1, 2, 7]))
def test_products_of_lower_triangles(seed: int, block: int) -> None:
    left, right = np.tril(np.random.default_rng(seed).integers(0, 9, (2, 5, 5)).astype(float))
    assert (lower_product(left, right, block) == left @ right).all()


def test_rare_trajectories_have_the_moments_that_are_claimed() -> None:
    """Σ_l 8ˡ P(l jumps) of a line that never stays is (8ⁿ − 1) / 7, and no greater.

    The bound of the jumps is n − 1 where that is less than what is rare.
    """
    line = DiffusionOperator(families.line(6), sink=5)
    powers = FloatPowers(line.transition.floats)
    sums = sum(8**jumps for jumps in range(6))
    assert 2 ** (powers._rarity - float_powers.RARE_BITS) == pytest.approx(min(2 * sums, 8**6))
    long = FloatPowers(DiffusionOperator(families.line(400), sink=399).transition.floats)
    assert long._rarity == float_powers.RARE_BITS + 3 * 400


@pytest.mark.parametrize("n", [6, 70])
@pytest.mark.parametrize(("doublings", "products"), [(0, 0), (10, 0), (40, 99)])
def test_no_rounding_of_the_proof_is_left_out(n: int, doublings: int, products: int) -> None:
    """Jumps, products and holding times, each with its units; actual errors are far smaller."""
    walk = DiffusionOperator(families.line(n), sink=n - 1).transition
    powers = FloatPowers(walk.floats)
    entry = walk.floats.entry_units + 2
    sums = min(n, 32) + -(-n // 32)
    rarity = 200 + 3 * (n - 1) + np.log2(8 / 7)
    proved = min(n - 1, rarity / 3) * (doublings * (sums + 8) + entry) + products * (n + 8) + 8
    proved += rarity * np.log(2) * 8 / 7 * (2 * (entry + sums) + 8)
    assert proved * UNIT <= powers.error_bound(doublings, products) < 1.1 * proved * UNIT


def test_what_is_useless_or_too_large() -> None:
    powers = FloatPowers(slow_chain(5, 1, 3).transition.floats)
    assert powers.error_bound(10**15, 0) == np.inf
    assert powers.fits(128)
    assert not powers.fits(129)
