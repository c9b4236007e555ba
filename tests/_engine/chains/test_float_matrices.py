"""Heads of floats that are kept as matrices: right, within their bounds, no pair listed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, WalkOperator
from dagmix._engine.adjacency import dense
from dagmix._engine.chains import float_matrices, kernel
from dagmix._engine.chains.composites import LARGEST_SCALE
from dagmix._engine.chains.float_matrices import add_scaled, column_sums
from dagmix._engine.chains.transition import Transition

UNIT = Fraction(1, 2**53)


def attention(heads: int, n: int, dtype: Any = np.float32, *, idle: bool = False) -> Any:
    """Random causal attention; the last key of the last head gets nothing if `idle`."""
    weights = np.tril(np.exp(3 * np.random.default_rng(n).standard_normal((heads, n, n))))
    weights[-1, -1, -1] *= not idle
    return (weights / weights.sum(axis=-1, keepdims=True)).astype(dtype)


@pytest.fixture(params=[1, 64, 2**17], ids=lambda block: f"{block} entries a block")
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(float_matrices, "BLOCK", request.param)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("dtype", [np.float32, np.float64, bool])
def test_sums_and_products_by_blocks(dtype: Any) -> None:
    matrix = attention(1, 21)[0].astype(dtype)
    receiver, sender = np.arange(1.0, 22.0), 1 / np.arange(1.0, 22.0)
    wide, bare = matrix.astype(float), matrix * (1.0 - np.eye(21))
    kept = matrix.copy()
    assert np.allclose(column_sums(matrix, None), wide.sum(axis=0), rtol=1e-14)
    assert np.allclose(column_sums(matrix, receiver), receiver @ wide, rtol=1e-14)
    assert np.allclose(column_sums(matrix, receiver, proper=True), receiver @ bare, rtol=1e-14)
    scaled = receiver[:, None] * wide * sender
    for r, s, expected in (
        (receiver, sender, scaled),
        (receiver, None, scaled / sender),
        (None, sender, wide * sender),
    ):
        total = np.ones((21, 21))
        add_scaled(total, 0.25, matrix, r, s)
        assert np.allclose(total, 1 + expected / 4, rtol=1e-14)
    assert (matrix == kept).all()


def test_heads_of_one_mask_list_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Built and asked for everything that models are asked for."""
    tensor = attention(3, 90)

    def answers() -> list[Any]:
        mix = MultiHeadDiffusion.from_attention(tensor, weights=[1, 2, 3])
        walk = MultiHeadWalk.from_attention(tensor)
        found: list[Any] = [mix.minimax_fidelity(), mix.best_head(), mix.signals(3).tolist()]
        found += [mix.matrix.tolist(), mix.amplification(), mix.node_fidelity(4)]
        for each in (mix.successors(), walk):
            times = each.expected_hitting_times().tolist()
            found += [each.mixing_time(), each.distance(5), times, each.forward_probability()]
        return found

    expected = answers()

    def refuse(mask: Any) -> Any:
        raise AssertionError(mask)

    monkeypatch.setattr(dense, "pairs_of", refuse)
    assert answers() == expected


def test_heads_of_one_mask_share_their_marks() -> None:
    mix = MultiHeadDiffusion.from_attention(attention(3, 40))
    assert len({id(head.adjacency) for head in mix.heads} | {id(mix.adjacency)}) == 1
    weights = attention(3, 40)
    weights[1, 5, :3], weights[1, 5, 3:] = 0, np.eye(37)[0]
    mix = MultiHeadDiffusion.from_attention(weights)
    assert len({id(head.adjacency) for head in mix.heads}) == 3
    assert mix.adjacency.has_same_pairs(mix.heads[0].adjacency)


def operators() -> dict[str, Any]:
    """Mixtures of heads that are alike and unlike, whose numbers are kept in different ways."""
    n = 24
    band = np.eye(n) / 2 + np.eye(n, k=-1) / 2  # a list of pairs
    band[0, 0] = 1
    graph = FeedforwardDAG.from_mask(np.tri(n))
    diffusion = MultiHeadDiffusion([attention(1, n)[0], attention(1, n, float)[0], band, graph])
    lists = MultiHeadDiffusion([band, FeedforwardDAG.from_mask(band > 0)], [0.25, 0.75])
    idle = MultiHeadDiffusion.from_attention(attention(2, n, idle=True), weights=[0, 1])
    faint = np.tri(n) / np.arange(1, n + 1)[:, None]
    faint[1:, 1] = 1e-20 * faint[1:, 1]  # a column whose scale is beyond LARGEST_SCALE
    turned = [*range(n - 2, -1, -1), n - 1]  # disagrees on every node but the last
    return {
        "alike": MultiHeadDiffusion.from_attention(attention(3, n)),
        "alike, walk": MultiHeadWalk.from_attention(attention(3, n)),
        "unlike": diffusion,
        "unlike, successors": diffusion.successors(),
        "lists": lists,
        "lists, successors": lists.successors(),
        "a mixture in a mixture": MultiHeadDiffusion([diffusion, lists], ["1/3", "2/3"]),
        "idle, successors": idle.successors(),
        "idle, walk": MultiHeadWalk.from_attention(attention(2, n, idle=True)),
        "one head": idle.heads[0],
        "a cycle": MultiHeadDiffusion([head := attention(1, n)[0], head[np.ix_(turned, turned)]]),
        "faint, successors": MultiHeadDiffusion([faint], tolerance=0.9).successors(),
        "a graph's marks": MultiHeadDiffusion([graph], [1.0]),
        "a graph's marks, successors": MultiHeadDiffusion([graph], [1.0]).successors(),
    }


OPERATORS = operators()


@pytest.mark.parametrize("narrow", [True, False], ids=["narrow", "widened"])
@pytest.mark.parametrize("name", OPERATORS)
def test_entries_and_steps_are_within_their_units(
    name: str, monkeypatch: pytest.MonkeyPatch, *, narrow: bool
) -> None:
    """Of every entry, of a step, of its transpose: beside the exact rationals."""
    monkeypatch.setattr(kernel, "WIDENED", 0 if narrow else 2**20)
    transition: Transition = operators()[name].transition
    floats, exact = transition.floats, transition.rationals.dense()
    found = floats.kernel.dense()
    entries = (Fraction(floats.entry_units) + 3) * UNIT
    for value, expected in zip(found.ravel().tolist(), exact.ravel(), strict=True):
        assert abs(Fraction(value) - expected) <= expected * entries
    assert (floats.kernel.entries == found[floats.kernel.adjacency.pairs]).all()
    assert floats.kernel.least <= floats.kernel.entries.min()
    assert floats.kernel.least > 0
    x = np.random.default_rng(1).random(len(exact))
    rational, step = np.array([Fraction(v) for v in x.tolist()]), Fraction(floats.units) * UNIT
    flipped = floats.kernel.transposed
    for row, right in (
        (floats.kernel.step(x), rational @ exact),
        (flipped.step(x), exact @ rational),
    ):
        for value, expected in zip(row.tolist(), right, strict=True):
            assert abs(Fraction(value) - expected) <= expected * step
    leaving = kernel.leaving(floats.kernel)
    right = exact.sum(axis=0) - exact.diagonal()
    assert np.allclose(leaving, right.astype(float), rtol=1e-14, atol=0)


def test_a_mixture_is_no_more_certain_than_its_least_certain_head() -> None:
    mix = OPERATORS["unlike"]
    heads = [part.floats.entry_units for _, part in mix.parts]
    assert min(heads) + 2 * len(heads) + 4 < max(heads)
    assert mix.transition.floats.entry_units >= max(heads) + len(heads) + 3


def test_a_faint_column_is_divided_before_it_is_stepped() -> None:
    """A sender's scale would scale up what a step loses to underflow."""
    for name, transition in ((name, one.transition) for name, one in OPERATORS.items()):
        sender = transition.floats.kernel.parts[0][1].sender
        assert sender is None or sender.max() <= LARGEST_SCALE, name
    lost = np.array([[1, 0, 0], [1, 1e-290, 0], [0.5, 1e-290, 0.5]])
    diffusion = MultiHeadDiffusion([lost])
    assert diffusion.successors().transition.floats.units == np.inf
    assert (
        diffusion.successors().mixing_time()
        == WalkOperator.from_matrix(diffusion.successors().exact).mixing_time()
    )


def test_numbers_that_underflow_certify_nothing() -> None:
    """A weight of 10⁻³⁰⁰ on an entry of 10⁻³⁰⁰: on the marks, the least number is 0."""
    tiny, plain = np.array([[1, 0], [1e-300, 1]]), np.array([[1.0, 0], [0, 1]])
    mix = MultiHeadDiffusion([tiny, plain], ["1e-300", Fraction(10**300 - 1, 10**300)], sink=1)
    assert mix.transition.floats.kernel.least == 0
    assert mix.transition.floats.units == np.inf
    assert mix.exact[1, 0] > 0


@pytest.mark.parametrize("order", ["rows", "reversed", "shuffled"])
def test_hitting_times_of_matrices(order: str) -> None:
    """Over several blocks of columns and in any node order, beside elimination in NumPy."""
    n = 150
    places = np.arange(n)[:: -1 if order == "reversed" else 1]
    if order == "shuffled":
        places = np.random.default_rng(7).permutation(n)
    whole = attention(1, n)[0][np.ix_(places, places)]
    sink = int(np.flatnonzero(places == n - 1)[0])
    walk = MultiHeadDiffusion([whole], sink=sink).successors()
    inside = np.delete(np.arange(n), sink)
    system = np.eye(n - 1) - walk.matrix[np.ix_(inside, inside)].T
    expected = np.linalg.solve(system, np.ones(n - 1))
    times = walk.expected_hitting_times()
    assert np.allclose(times[inside], expected, rtol=1e-9)
    assert times[sink] == 0


@pytest.mark.parametrize("name", ["alike", "one head"])
def test_float32_and_the_same_numbers_in_float64(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensor = attention(1 if name == "one head" else 3, 60)
    monkeypatch.setattr(kernel, "WIDENED", 0)
    narrow, wide = (MultiHeadDiffusion.from_attention(t) for t in (tensor, tensor.astype(float)))
    assert narrow == wide
    one, other = narrow.minimax_fidelity(), wide.minimax_fidelity()
    assert one.nodes == other.nodes
    assert one.value == pytest.approx(other.value, rel=1e-13)
    assert narrow.best_head().heads == wide.best_head().heads
    for t in (3, 9):
        assert narrow.heads[0].signal(4, t) == pytest.approx(wide.heads[0].signal(4, t), rel=1e-13)
    assert narrow.successors().mixing_time() == wide.successors().mixing_time()
