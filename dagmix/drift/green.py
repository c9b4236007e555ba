"""The arrays of Theorem D: hitting times, Green's function, progress; in fractions or balls."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.first_step import hitting_times, solve
from dagmix._engine.chains.powers import ball_powers
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.arb import ball, give_up, settle
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.vectors import unit

FIRST_BITS = 128  # the first precision to try for floats
RELATIVE, ABSOLUTE = 53, 64  # bits to which a float is accurate, of itself or of its scale

Arrays = dict[str, Vec]


@dataclass(frozen=True)
class TwoWalks:
    """Two walks that end at the sink, their mixture, and the weight of the second."""

    first: Transition
    second: Transition
    mixture: Transition
    weight: Fraction
    sink: int

    @property
    def size(self) -> int:
        """Number of nodes."""
        return self.mixture.adjacency.n


def in_fractions(two: TwoWalks) -> Arrays:
    """Return the arrays of a `CrossDrift` of rational walks."""
    alone = _fractions(hitting_times(two.first.rationals, two.sink))
    mixed = _fractions(hitting_times(two.mixture.rationals, two.sink))
    ahead = _fractions(two.second.rationals.step(alone))
    return _arrays(two.weight, alone, mixed, ahead, _visits(two))


def _arrays(weight: Any, alone: Vec, mixed: Vec, ahead: Vec, visits: Vec) -> Arrays:
    """Return all arrays; `ahead` is the mean of `alone` after a step of head 1."""
    progress = alone - ahead
    return {
        "alone": alone,
        "mixed": mixed,
        "gain": alone - mixed,
        "progress": progress,
        "visits": visits,
        "terms": weight * visits * (progress - 1),
    }


def _fractions(numbers: Vec) -> Vec:
    return objects([Fraction(number) for number in numbers])


def _visits(two: TwoWalks) -> Vec:
    """Return Ḡ(j, i), which solves y_j = [j = i] + Σ_k y_k W̄[k, j] off the sink."""
    free = np.arange(two.size) != two.sink
    visits = np.full((two.size, two.size), Fraction(0))
    for i in np.flatnonzero(free):
        here = unit(two.size, i, Fraction(1))
        visits[:, i] = _fractions(solve(two.mixture.rationals, here, free))
    return visits


def in_balls(two: TwoWalks) -> Arrays:
    """Return the arrays of a `CrossDrift` of walks of floats, each as accurate as it says.

    Raises UndecidedError where 8,192 bits do not suffice.
    """

    def certified(bits: int) -> Arrays | None:
        found = _enclosed(two)
        if found is not None and _are_right(found):
            return {name: _floats(array) for name, array in found.items()}
        give_up(bits, f"the cross-drift of these walks needs more than {bits} bits")
        return None

    return settle(certified, FIRST_BITS)


def _enclosed(two: TwoWalks) -> Arrays | None:
    """Return the arrays in balls; None where the precision does not suffice to solve."""
    off = ball_powers.off_sink(two.mixture, two.sink).transpose()
    alone = ball_powers.first_step(two.first, two.sink, off)
    green = ball_powers.first_step(two.mixture, two.sink, ball_powers.identity(two.size))
    if alone is None or green is None:
        return None
    ahead = ball_powers.survival_matrix(two.second, two.sink).transpose() * alone
    visits = _array(green)
    visits[two.sink, two.sink] = flint.arb(0)
    alone, mixed, ahead = (_array(column)[:, 0] for column in (alone, green * off, ahead))
    return _arrays(ball(two.weight), alone, mixed, ahead, visits)


def _array(matrix: Any) -> Vec:
    return objects(matrix.entries()).reshape(matrix.nrows(), matrix.ncols())


def _are_right(found: Arrays) -> bool:
    """Tell whether every number is known well enough; what may be 0 has another's scale."""
    scales = dict(found)
    for name in {"gain", "terms"} & set(found):
        scales[name] = found["alone"]
    if "progress" in found:
        # At least a step of head 0.
        scales["progress"] = objects([*found["progress"].tolist(), flint.arb(1)])
    return all(_is_right(array, scales[name]) for name, array in found.items())


def _is_right(array: Vec, scale: Vec) -> bool:
    least = max(abs(entry.mid()) for entry in scale.ravel()) * 2.0**-ABSOLUTE
    return all(
        entry.rad() <= max(abs(entry.mid()) * 2.0**-RELATIVE, least) for entry in array.ravel()
    )


def _floats(array: Vec) -> Vec:
    return np.array([float(entry.mid()) for entry in array.ravel()]).reshape(array.shape)
