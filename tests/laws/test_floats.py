"""Float operators: the numbers of the rational matrix that they are read as, within rounding."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
from cases.strategies import singles
from cases.subjects import single
from hypothesis import given
from oracle.fidelity import Signals

from dagmix import DiffusionOperator, MultiHeadDiffusion, WalkOperator

if TYPE_CHECKING:
    from cases.zoo import Single


def close(found: np.ndarray, expected: list[Fraction | float]) -> bool:
    """Agree within 1e-12, relative; zeros exactly."""
    return bool(np.allclose(np.asarray(found, float), np.asarray(expected, float), 1e-12, 0.0))


@given(singles())
def test_a_float_walk_agrees_with_the_rational_one(
    one: Single,
) -> None:
    """from_matrix(walk.matrix) has the same numbers within 1e-12."""
    exact = WalkOperator(single(one))
    floats = WalkOperator.from_matrix(exact.matrix, nodes=range(one.n), sink=one.n - 1)
    assert close(floats.matrix.ravel(), list(exact.matrix.ravel()))
    d = [floats.distance(t) for t in range(12)]
    assert all(isinstance(value, float) for value in d)
    assert close(np.array(d), [exact.distance(t) for t in range(12)])
    assert close(floats.expected_hitting_times(), list(exact.expected_hitting_times()))
    assert floats.mixing_time(Fraction(1, 7)) == exact.mixing_time(Fraction(1, 7))


@pytest.mark.slow
@given(singles())
def test_a_float_diffusion_agrees_with_the_rational_one(
    one: Single,
) -> None:
    """Signals and fidelities of from_matrix(diffusion.matrix) agree within 1e-12."""
    exact = DiffusionOperator(single(one))
    floats = DiffusionOperator.from_matrix(exact.matrix, nodes=range(one.n), sink=one.n - 1)
    for j in range(one.n):
        found = np.array([floats.signal(j, t) for t in range(12)])
        assert close(found, [exact.signal(j, t) for t in range(12)])
        phi, expected = floats.node_fidelity(j), exact.node_fidelity(j)
        assert phi.lower <= phi.value <= phi.upper
        assert close(np.array([phi.lower, phi.value, phi.upper]), [expected.value] * 3)
        assert expected.onwards or set(expected.times) <= set(phi.times)
    found_minimax, minimax = floats.minimax_fidelity(), exact.minimax_fidelity()
    assert close(np.array([found_minimax.value]), [minimax.value])
    assert set(minimax.nodes) <= set(found_minimax.nodes)


def causal(seed: int, *, sticky: float = 0.0) -> np.ndarray:
    """Softmax of random scores, (heads, n, n); `sticky` raises the score of the diagonal."""
    rng = np.random.default_rng(seed)
    heads, n = int(rng.integers(1, 4)), int(rng.integers(2, 7))
    scores = 2 * rng.normal(size=(heads, n, n)) + sticky * np.eye(n)
    weights = np.where(np.tri(n, dtype=bool), np.exp(scores), 0.0)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def coarse(attention: np.ndarray) -> np.ndarray:
    """Round to multiples of 2⁻¹², at least one where there was something; the diagonal fits."""
    rounded = np.maximum(np.rint(attention * 2**12), attention > 0) / 2**12
    np.einsum("hii->hi", rounded)[:] = 0
    np.einsum("hii->hi", rounded)[:] = 1 - rounded.sum(axis=-1)
    return np.asarray(rounded)


def exact_rows(attention: np.ndarray) -> oracle.Matrix:
    """Mix evenly; each entry is the rational it is, each row is divided by its exact sum."""
    heads = [[[Fraction(float(x)) for x in row] for row in head] for head in attention]
    rows = [[[x / sum(row) for x in row] for row in head] for head in heads]
    return oracle.mixture([Fraction(1, len(heads))] * len(heads), rows)


def exact_successors(attention: np.ndarray) -> oracle.Matrix:
    """Divide each column of the mixture by its sum."""
    columns = [
        [x / sum(column) for x in column] for column in zip(*exact_rows(attention), strict=True)
    ]
    return oracle.transpose(columns)


def first_below(attention: np.ndarray, epsilon: Fraction) -> None:
    """Assert that T(ε) of the successors chain is right: d(T) ≤ ε < d(T − 1), in fractions."""
    time = MultiHeadDiffusion.from_attention(attention).successors().mixing_time(epsilon)
    assert isinstance(time, int)
    W, sink = exact_successors(attention), len(attention[0]) - 1
    assert oracle.distance(oracle.power(W, time), sink) <= epsilon
    assert time == 1 or oracle.distance(oracle.power(W, time - 1), sink) > epsilon


@pytest.mark.parametrize("seed", range(30))
def test_mixing_time_of_attention_is_the_exact_integer(seed: int) -> None:
    """T(ε) = min{t : d(t) ≤ ε} of the matrix that the floats stand for."""
    for epsilon in (Fraction(1, 4), Fraction(1, 50)):
        first_below(causal(seed), epsilon)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_mixing_time_of_sticky_attention(seed: int) -> None:
    """The same where nearly all weight stays on the diagonal and T goes to thousands."""
    first_below(coarse(causal(seed, sticky=6.0)), Fraction(1, 4))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("first", [0, 1])
def test_fidelity_of_attention_holds_the_exact_one(seed: int, first: int) -> None:
    """lower ≤ φ ≤ upper, close together; no maximising time is left out."""
    attention = causal(seed)
    exact = Signals(exact_rows(attention), len(attention[0]) - 1)
    delta = MultiHeadDiffusion.from_attention(attention)
    for j in range(len(attention[0])):
        phi, expected = delta.node_fidelity(j, first_step=first), exact.fidelity(j, first)
        assert phi.attained in (expected.attained, "undecided")
        assert expected.onwards or set(expected.times) <= set(phi.times)
        assert close(np.array([phi.lower, phi.value, phi.upper]), [expected.value] * 3)
    value, nodes = exact.minimax(first)
    minimax = delta.minimax_fidelity(first_step=first)
    assert close(np.array([minimax.lower, minimax.value, minimax.upper]), [value] * 3)
    assert set(nodes) <= set(minimax.nodes)


@pytest.mark.parametrize(("p", "q"), [(1e-160, 3e-164), (1e-162, 1.4e-162), (1e-100, 1e-100)])
def test_absorption_among_numbers_that_underflow(p: float, q: float) -> None:
    """97 ways of chance p·q each into a source: the bounds hold the exact sum."""
    ways = 97
    n = ways + 3
    matrix = np.zeros((n, n))
    matrix[0, 0] = matrix[1, 1] = 1
    matrix[2:-1, 0], matrix[2:-1, 1] = q, 1 - q
    matrix[-1, 2:-1], matrix[-1, 1] = p, 1 - ways * p
    found = DiffusionOperator.from_matrix(matrix).node_fidelity(0)
    middle, last = ([Fraction(x) for x in matrix[k].tolist()] for k in (2, n - 1))
    exact = ways * (last[2] / sum(last)) * (middle[0] / sum(middle))
    assert found.lower <= exact <= found.upper
    assert found.upper - found.lower <= max(1e-11 * exact, 2.0**-1072)
