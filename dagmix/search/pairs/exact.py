"""The pairs that a search left, evaluated exactly, with even weights or the best ones."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from dagmix._engine.exact.algebraic import Algebraic, Number
from dagmix.errors import UndecidedError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.optimal.weights import optimal_weights
from dagmix.search.pairs import masks
from dagmix.search.pairs.pieces import Part, Task
from dagmix.search.pairs.scans import SLACK
from dagmix.search.values import MixtureValues, amplification, slow_down, speed_up

Pair = tuple[FeedforwardDAG, FeedforwardDAG]

HALF = Fraction(1, 2)
EXACT = {
    "amplification": amplification,
    "loss": amplification,
    "speed-up": speed_up,
    "slow-down": slow_down,
}


class Solved(NamedTuple):
    """A pair with a value that it has at some weights, and a bound over all weights asked for."""

    pair: Pair
    value: Number
    bound: Number
    weights: tuple[Number, Number]


def decided(task: Task, parts: Iterable[Part], even: Iterable[Solved]) -> list[Solved]:
    """Compute exactly what may be extremal; return the pairs that are.

    `even` are pairs with even weights, which are among all weights. Raises UndecidedError where a
    pair might have a greater value.
    """
    best = max((part.bar for part in parts), default=0.0)
    keys = {
        key
        for part in parts
        for key, rank in zip(part.keys, part.ranks, strict=True)
        if rank >= best * (1 - 2 * SLACK)
    }
    solve = _with_best_weights if task.weights == "best" else _with_even_weights
    solved = [solve(task, pair_of(key, task.n)) for key in sorted(keys)]
    known = {one.pair for one in solved}
    solved += [one for one in even if one.pair not in known]
    if not solved:
        return []
    choose = min if task.objective == "loss" else max
    value = choose(one.value for one in solved)
    for one in solved:
        if task.weights == "best" and one.bound > value:
            message = f"{one.pair} has between {one.value} and {one.bound}, another {value}"
            raise UndecidedError(message)
    return [one for one in solved if one.value == value]


def pair_of(key: int, n: int) -> Pair:
    """Return the pair of a number, as graphs; their edges go forward where they all can."""
    pair = np.array(masks.of_key(key))
    back = sum(1 << (j * n + i) for j in range(n) for i in range(j))
    for to in masks.relabellings(n):
        moved = masks.relabelled(pair, n, to)
        if not (moved & back).any():
            pair = moved
            break
    one, two = (FeedforwardDAG(masks.edges(m, n), nodes=range(n)) for m in pair.tolist())
    return one, two


def _with_even_weights(task: Task, pair: Pair) -> Solved:
    value = EXACT[task.objective](pair)
    return Solved(pair, value, value, (HALF, HALF))


def _with_best_weights(task: Task, pair: Pair) -> Solved:
    """Take the supremum over all weights: an exact profile of two heads has it, or bounds it."""
    values = MixtureValues.of(pair)
    mixing = task.objective == "speed-up"
    best: Any = optimal_weights(pair, "mixing" if mixing else "fidelity", method="exact")
    if mixing:
        alone = min(values.times)
        return Solved(pair, Fraction(alone, best.upper), Fraction(alone, best.bound), best.weights)
    known, scale = best.bound if best.approached else best.lower, 1 / max(values.fidelities)
    return Solved(pair, scaled(known, scale), scaled(best.bound, scale), best.weights)


def scaled(number: Number, factor: Fraction) -> Number:
    """Return a number times a positive rational.

    >>> scaled(Algebraic((-2, 0, 9), 1), Fraction(3))  # √2 / 3
    Algebraic(1.41421356237, root of x^2 - 2)
    """
    if isinstance(number, Fraction):
        return number * factor
    up, down, degree = factor.numerator, factor.denominator, len(number.coefficients) - 1
    moved = [c * down**k * up ** (degree - k) for k, c in enumerate(number.coefficients)]
    common = math.gcd(*moved)
    return Algebraic(tuple(c // common for c in moved), number.rank)
