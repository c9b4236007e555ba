"""Theorem D, start by start, against first-step equations solved by an oracle of its own."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.strategies import convex_weights, mixtures
from cases.subjects import mixed_walk
from cases.zoo import Mixture, unique_sink_dags
from hypothesis import given

from dagmix import (
    DagmixError,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    errors,
    families,
)
from dagmix.drift import cross_drift
from dagmix.paper import example_3_8, example_3_13

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cases.zoo import Edges

    from dagmix.drift import CrossDrift

ZERO, ONE = Fraction(0), Fraction(1)
HALVES = (Fraction(1, 2), Fraction(1, 2))


def visits_from(W: oracle.Matrix, sink: int, start: int) -> list[Fraction]:
    """Mean visits to every node before the sink: g = e_start + Q g, a column at a time."""
    free = [i for i in range(len(W)) if i != sink]
    system = [[(ONE if i == k else ZERO) - W[i][k] for k in free] for i in free]
    solved = oracle.solve(system, [ONE if i == start else ZERO for i in free])
    found = dict(zip(free, solved, strict=True))
    return [found.get(i, ZERO) for i in range(len(W))]


def check(found: CrossDrift, heads: Sequence[oracle.Matrix], weights: Sequence[Fraction]) -> None:
    """Compare every array, exactly, and the identity gain = Σ terms."""
    n = len(heads[0])
    sink, mixed = n - 1, oracle.mixture(weights, heads)
    V, E = oracle.hitting_times(heads[0], sink), oracle.hitting_times(mixed, sink)
    assert list(found.alone) == V
    assert list(found.mixed) == E
    assert list(found.gain) == [v - e for v, e in zip(V, E, strict=True)]
    c = [V[i] - sum(V[k] * heads[1][k][i] for k in range(n)) for i in range(n)]
    assert list(found.progress) == c
    for j in range(n):
        visits = visits_from(mixed, sink, j) if j != sink else [ZERO] * n
        assert list(found.visits[j]) == visits
        assert list(found.terms[j]) == [
            weights[1] * g * (x - 1) for g, x in zip(visits, c, strict=True)
        ]
        assert sum(found.terms[j], ZERO) == found.gain[j]
        sign = "gains" if V[j] > E[j] else "loses" if V[j] < E[j] else "even"
        assert found.verdict(j) == sign
    for array in (found.alone, found.gain, found.terms):
        assert all(isinstance(x, Fraction) for x in array.ravel())


@cache
def labelled(n: int) -> list[Edges]:
    """Every DAG whose only sink is n − 1, in any order of the other nodes."""
    found = set()
    for order in permutations(range(n - 1)):
        name = [*order, n - 1]
        for edges in unique_sink_dags(n):
            found.add(tuple(sorted((name[j], name[i]) for j, i in edges)))
    return sorted(found)


CASES = [(n, first) for n in (1, 2, 3, 4) for first in unique_sink_dags(n)]


@pytest.mark.slow
@pytest.mark.parametrize(("n", "first"), CASES)
def test_all_pairs_of_small_heads(n: int, first: Edges) -> None:
    """Every pair with up to four nodes, up to the names of nodes, whatever the heads' orders."""
    for place, second in enumerate(labelled(n)):
        weight = Fraction(1 + place % 3, 4)
        mix = Mixture(n, (first, second), (1 - weight, weight), loops=True)
        heads = [oracle.walk_matrix(n, edges) for edges in mix.heads]
        check(cross_drift(mixed_walk(mix)), heads, mix.weights)


@pytest.mark.slow
@given(mixtures(max_nodes=6), convex_weights(2))
def test_pairs_of_heads(mix: Mixture, weights: tuple[Fraction, ...]) -> None:
    """Larger heads, any weights, with or without self-loops."""
    pair = Mixture(mix.n, mix.heads[:2], weights, mix.loops)
    heads = [oracle.walk_matrix(mix.n, edges, loops=mix.loops) for edges in pair.heads]
    check(cross_drift(mixed_walk(pair)), heads, weights)


def test_only_the_first_head_need_reach_the_sink() -> None:
    """A second head that leads nowhere gains nothing: c = 0 at its sinks, and V/α₁ is waited."""
    heads = [families.line(3), FeedforwardDAG([(0, 1)], nodes=range(3))]
    found = cross_drift(MultiHeadWalk(heads, sink=2))
    check(found, [oracle.walk_matrix(3, [(0, 1), (1, 2)]), oracle.walk_matrix(3, [(0, 1)])], HALVES)
    assert list(found.progress) == [1, 0, 0]


# --- floats ------------------------------------------------------------------------------------


def stochastic(seed: int, n: int = 5, sticky: float = 0.0) -> np.ndarray:
    """Two column-stochastic arrays of floats, in different orders of nodes for odd seeds."""
    rng = np.random.default_rng(seed)
    arrays = []
    for head in range(2):
        scores = np.exp(2 * rng.normal(size=(n, n)) + sticky * np.eye(n))
        order = [*rng.permutation(n - 1), n - 1] if seed % 2 and head else list(range(n))
        matrix = np.zeros((n, n))
        matrix[np.ix_(order, order)] = np.where(np.tri(n, dtype=bool), scores, 0)
        matrix[-1, -1] = 1
        arrays.append(matrix / matrix.sum(axis=0))
    return np.stack(arrays)


def rationals(matrix: np.ndarray) -> oracle.Matrix:
    """Each entry is the rational it is, each column is divided by its exact sum."""
    columns = [[Fraction(float(x)) for x in column] for column in matrix.T]
    return oracle.transpose([[x / sum(column) for x in column] for column in columns])


@pytest.mark.parametrize("sticky", [0.0, 25.0])
@pytest.mark.parametrize("seed", range(6))
def test_floats_are_within_their_bound(seed: int, sticky: float) -> None:
    """Every number of two float arrays, against the rationals that they stand for."""
    arrays = stochastic(seed, sticky=sticky)
    walks = [WalkOperator.from_matrix(array, sink=4) for array in arrays]
    found = cross_drift(MultiHeadWalk(walks, ["1/3", "2/3"]))
    heads = [rationals(array) for array in arrays]
    mixed = oracle.mixture([Fraction(1, 3), Fraction(2, 3)], heads)
    V, E = ([Fraction(x) for x in oracle.hitting_times(W, 4)] for W in (heads[0], mixed))
    c = [V[i] - sum(V[k] * heads[1][k][i] for k in range(5)) for i in range(5)]
    gain = [v - e for v, e in zip(V, E, strict=True)]
    cases: list[tuple[np.ndarray, Sequence[Fraction | float], Fraction | float]] = [
        (found.alone, V, max(V)),
        (found.mixed, E, max(E)),
        (found.progress, c, max(map(abs, c))),
        (found.gain, gain, max(V)),
    ]
    for array, exact, scale in cases:
        assert array.dtype == np.float64
        assert near(array, exact, scale)
    visits = [visits_from(mixed, 4, j) for j in range(4)]
    most = max(max(row) for row in visits)
    for array in (found.visits, found.terms):
        assert not array[4].any()
        assert not array[:, 4].any()
    for j in range(4):
        assert near(found.visits[j], visits[j], most)
        terms = [Fraction(2, 3) * g * (x - 1) for g, x in zip(visits[j], c, strict=True)]
        assert near(found.terms[j], terms, max(V))
        assert found.verdict(j) == ("gains" if gain[j] > 0 else "loses")


def near(found: np.ndarray, expected: Sequence[Fraction | float], scale: Fraction | float) -> bool:
    """Within 2⁻⁵³ of itself or 2⁻⁶⁴ of the scale, and one rounding."""
    return all(
        abs(Fraction(float(x)) - Fraction(y))
        <= max(abs(Fraction(y)) / 2**53, Fraction(scale) / 2**64) + abs(Fraction(y)) / 2**53
        for x, y in zip(found, expected, strict=True)
    )


def test_a_gain_of_nothing_is_undecided_in_floats() -> None:
    """Two equal heads gain nothing; floats say how little, and not which way."""
    rows = np.tri(5) / np.arange(1, 6)[:, None]
    found = cross_drift(MultiHeadWalk.from_attention(np.stack([rows, rows]), [1, 2]))
    assert 0 < max(abs(found.gain)) <= 2.0**-60
    assert {found.verdict(row) for row in found.initial_rows} == {"undecided"}
    assert found.initial_rows == [0, 1, 2, 3]


def test_a_float_weight() -> None:
    """Rational heads with float weights answer in floats."""
    heads = families.express_pair(6)
    found = cross_drift(MultiHeadWalk(heads, [0.5, 0.5]))
    exact = cross_drift(MultiHeadWalk(heads))
    assert found.gain.dtype == np.float64
    assert near(found.gain, list(exact.gain), max(exact.alone))


def test_a_second_head_that_stays_is_worth_nothing() -> None:
    """c = 0 exactly: V(2 steps of ½ each) is lost in waiting, in floats as in rationals."""
    stays = [[0.7, 0], [0.3, 1]], np.eye(2)
    found = cross_drift(MultiHeadWalk([np.array(head) for head in stays], sink=1))
    assert found.progress.tolist() == [0, 0]
    assert found.gain[0] == pytest.approx(-10 / 3)
    assert [found.verdict(row) for row in (0, 1)] == ["loses", "even"]


# --- results and bad input ---------------------------------------------------------------------


def test_a_drift_is_a_table() -> None:
    found = cross_drift(MultiHeadWalk(example_3_13()))
    assert found._rows()[1] == ("v", "4", "6", "-2", "loses", "-1")
    assert "from 'u'" not in str(found)
    assert not found.gain.flags.writeable
    assert not found.terms.flags.writeable


A = sp.Symbol("a", positive=True)
FREE = WalkOperator.from_matrix([[A, 0], [1 - A, 1]], nodes="uτ", sink="τ")
BAD: dict[str, tuple[Callable[[], object], type[DagmixError], str]] = {
    "diffusion": (
        lambda: cross_drift(MultiHeadDiffusion(example_3_13())),  # type: ignore[arg-type]
        errors.KindError,
        "MultiHeadWalk is asked for",
    ),
    "one head": (
        lambda: cross_drift(MultiHeadWalk([families.line(3)])),
        errors.HeadsError,
        "two heads; this mixture has 1",
    ),
    "three heads": (
        lambda: cross_drift(MultiHeadWalk([families.line(3)] * 3)),
        errors.HeadsError,
        "has 3",
    ),
    "no weight": (
        lambda: cross_drift(MultiHeadWalk([families.line(3)] * 2, [1, 0])),
        errors.WeightError,
        "head 1 has weight 0",
    ),
    "missed sink": (
        lambda: cross_drift(MultiHeadWalk(example_3_8())),
        errors.SinkError,
        "must reach the sink 'τ'; it does not from 'u', 'v'",
    ),
    "symbolic weight": (
        lambda: cross_drift(MultiHeadWalk(example_3_13(), [A, 1 - A])),
        errors.SymbolicError,
        "head 0 has symbols: use .subs",
    ),
    "symbolic head": (
        lambda: cross_drift(MultiHeadWalk([FeedforwardDAG([("u", "τ")]), FREE])),
        errors.SymbolicError,
        "head 1 has symbols",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(call: Callable[[], object], error: type[DagmixError], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
