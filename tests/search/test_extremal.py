"""Extremal pairs beside brute force: every kind, its values from full matrix powers."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
from cases.zoo import acyclic
from oracle.fidelity import Signals

from dagmix import FeedforwardDAG, errors
from dagmix.search import Atlas, MixtureValues, extremal, kinds

if TYPE_CHECKING:
    from pathlib import Path

    from cases.zoo import Edges

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
OBJECTIVES = ("amplification", "loss", "speed-up", "slow-down")
ORDERS = ("common", "any")
Pair = tuple[Any, ...]


def edges_of(pair: Pair) -> tuple[Edges, Edges]:
    """Return the edges of both heads, self-loops left out."""
    one, two = (tuple((j, i) for j, i in head.edges if j != i) for head in pair)
    return one, two


def kind(n: int, pair: tuple[Edges, Edges]) -> Any:
    """Return the least of all relabellings and exchanges."""
    images = (
        [tuple(sorted((to[j], to[i]) for j, i in edges)) for edges in pair]
        for names in permutations(range(n - 1))
        for to in [(*names, n - 1)]
    )
    return min(tuple(sorted(image)) for image in images)


@cache
def alone(n: int, edges: Edges) -> tuple[Fraction, int]:
    """φ_min and T of one head."""
    time = oracle.mixing_time(oracle.walk_matrix(n, edges), n - 1, QUARTER)
    return Signals(oracle.diffusion_matrix(n, edges), n - 1).minimax()[0], int(time)


def float_fidelities(deltas: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return φ_min of stacks of diffusions as the least of the greatest of 200 signals."""
    row = deltas[..., -1, :]
    best = np.maximum(row, np.eye(deltas.shape[-1])[-1])
    for _ in range(200):
        row = np.einsum("...i,...ik->...k", row, deltas)
        best = np.maximum(best, row)
    return np.asarray(best.min(axis=-1))


@cache
def brute(n: int) -> dict[Any, dict[str, Any]]:
    """Return all objectives of every kind of pairs, and whether the heads share an order.

    Gains are exact where floats, which sum up 200 signals, are near the greatest or the least.
    """
    pairs = [edges_of(heads) for heads in kinds(n)]
    common = [acyclic(n, one + two) for one, two in pairs]
    best = [max(alone(n, edges)[0] for edges in pair) for pair in pairs]
    deltas = [[oracle.diffusion_matrix(n, edges) for edges in pair] for pair in pairs]
    gains = float_fidelities(np.array(deltas, dtype=float).mean(axis=1)) / np.array(best, float)
    near = np.zeros(len(pairs), dtype=bool)
    for among in (np.array(common), ~near):
        for extreme in (gains[among].max(), gains[among].min()):
            near |= abs(gains - extreme) < 1e-6
    found = {}
    for number, pair in enumerate(pairs):
        gain: Any = gains[number]
        if near[number]:
            delta = oracle.mixture([HALF, HALF], deltas[number])
            gain = Signals(delta, n - 1).minimax()[0] / best[number]
        times = [alone(n, edges)[1] for edges in pair]
        walks = [oracle.walk_matrix(n, edges) for edges in pair]
        time = int(oracle.mixing_time(oracle.mixture([HALF, HALF], walks), n - 1, QUARTER))
        found[kind(n, pair)] = {
            "amplification": gain,
            "loss": gain,
            "speed-up": Fraction(min(times), time),
            "slow-down": Fraction(time, max(times)),
            "common": common[number],
        }
    return found


def check(n: int, objective: Any, order: Any) -> None:
    """Compare value, kinds and their number with brute force."""
    values = {
        key: values[objective]
        for key, values in brute(n).items()
        if order == "any" or values["common"]
    }
    value = (min if objective == "loss" else max)(values.values())
    found = extremal(objective, n, order=order)
    assert found.value == value
    assert {kind(n, edges_of(pair)) for pair in found.pairs} == {
        key for key, one in values.items() if one == value
    }
    assert found.count == len({kind(n, edges_of(pair)) for pair in found.pairs})
    assert found.whole
    for pair in map(edges_of, found.pairs):
        assert all(j < i for j, i in pair[0] + pair[1]) == acyclic(n, pair[0] + pair[1])
    assert set(found.best) == {(HALF, HALF)}


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_extremal_pairs_are_those_of_brute_force(n: int, objective: str, order: str) -> None:
    check(n, objective, order)


@pytest.mark.slow
def test_extremal_pairs_on_four_nodes_are_those_of_brute_force() -> None:
    for objective in OBJECTIVES:
        for order in ORDERS:
            check(4, objective, order)


@pytest.mark.slow
def test_best_weights_on_three_nodes() -> None:
    """The record pair has its value at the weights that are told, exactly."""
    found = extremal("amplification", 3, weights="best")
    assert (found.value, found.count) == (Fraction(3, 2), 1)
    (pair,) = map(edges_of, found.pairs)
    deltas = [oracle.diffusion_matrix(3, edges) for edges in pair]
    weights: Any = found.best[0]
    together = Signals(oracle.mixture(weights, deltas), 2).minimax()[0]
    assert together / max(alone(3, edges)[0] for edges in pair) == found.value


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 4])
def test_no_weights_on_a_grid_are_better_than_the_kept_best(n: int) -> None:
    """No pair has more at k/64, and the best there is not much less."""
    pairs = list(map(edges_of, kinds(n)))
    heads = [[oracle.diffusion_matrix(n, edges) for edges in pair] for pair in pairs]
    one, two = np.moveaxis(np.array(heads, dtype=float), 1, 0)[:, :, None]
    grid = np.linspace(0, 1, 65)[:, None, None]
    best = np.array([max(alone(n, edges)[0] for edges in pair) for pair in pairs], dtype=float)
    most = float_fidelities(grid * one + (1 - grid) * two).max(axis=1) / best
    common = np.array([acyclic(n, pair[0] + pair[1]) for pair in pairs])
    for order, among in (("common", common), ("any", ~common | common)):
        value = float(Atlas.kept().entry("amplification", n, order, "best").value)
        assert value - 1e-2 < most[among].max() < value + 1e-9


@pytest.mark.parametrize("n", [2, 3])
def test_no_weights_speed_mixing_up_more_than_even_ones(n: int) -> None:
    """The greatest speed-up of all weights is told by a pair that has it: how many is not known."""
    found = extremal("speed-up", n, weights="best")
    assert found.value == extremal("speed-up", n).value
    assert found.count is None
    assert not found.complete


def test_pairs_carry_their_values() -> None:
    found = extremal("slow-down", 4, order="common")
    assert found.values == tuple(MixtureValues.of(pair) for pair in found.pairs)
    assert [one.slow_down for one in found.values] == [found.value] == [Fraction(6, 5)]
    assert all(isinstance(head, FeedforwardDAG) for pair in found.pairs for head in pair)


def test_a_folder_and_a_budget(tmp_path: Path) -> None:
    """Without time nothing is found; what a folder has is used, and needs none."""
    with pytest.raises(errors.BudgetError, match="0 of 1 pieces"):
        extremal("loss", 3, folder=tmp_path / "a" / "b", budget=0)
    found = extremal("loss", 3, folder=tmp_path)
    assert extremal("loss", 3, folder=tmp_path, budget=0) == found
    assert found.whole
    best = extremal("speed-up", 3, folder=tmp_path, weights="best")
    assert best.value == 1
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == [
        "loss-3-any-even.jsonl",
        "speed-up-3-any-best.jsonl",
        "speed-up-3-any-even.jsonl",
    ]


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        (("mixing", 3), errors.ObjectiveError, "amplification, loss, speed-up, slow-down; got"),
        (("loss", 1), errors.NumberError, "n is an integer, at least 2"),
        (("loss", 7), errors.SizeError, "at least 6,067,545,989,923 kinds"),
        (("loss", 10**9), errors.SizeError, "n = 6; on 1000000000 nodes"),
    ],
)
def test_questions_out_of_range(arguments: Any, error: Any, named: str) -> None:
    with pytest.raises(error, match=named):
        extremal(*arguments)


def test_options_out_of_range() -> None:
    with pytest.raises(errors.KindError, match="'any' or 'common'"):
        extremal("loss", 3, order="causal")  # type: ignore[arg-type] # what is refused here
    with pytest.raises(errors.ObjectiveError, match="'even' or 'best'"):
        extremal("loss", 3, weights="odd")  # type: ignore[arg-type] # what is refused here
    with pytest.raises(errors.ObjectiveError, match="the loss is 1"):
        extremal("loss", 3, weights="best")
    with pytest.raises(errors.SizeError, match="hours"):
        extremal("loss", 7, order="common")
    with pytest.raises(errors.NumberError, match="jobs"):
        extremal("loss", 3, jobs=0)
