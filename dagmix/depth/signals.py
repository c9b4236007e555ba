"""Rows e_τ Â_t ⋯ Â_1 and rows like them: L steps from the top layer down, each with its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.convert import objects, quotient
from dagmix._engine.exact.enclosures import UNIT, Bounded, Enclosure, rounded, widened
from dagmix._engine.exact.scalars import Field

TINY = 2.0**-800  # above it a float is sure of its relative error, whatever underflows
LOST = 2.0**-850  # more than all that underflow can take away or add


@dataclass(frozen=True, eq=False)
class Row:
    """A row of numbers: integers over `scale`, floats within `error`, or SymPy expressions.

    `support` marks what is not 0 whatever floats say; `is_float` tells in which kind to answer.
    """

    entries: Vec
    scale: int
    error: float
    support: Vec
    field: Field

    def number(self, place: int) -> Any:
        """Return an entry: a Fraction, a float, an Enclosure or an expression."""
        if self.field is Field.SYMBOLIC:
            return self.entries[place]
        if self.error == 0:
            return quotient(int(self.entries[place]), self.scale)
        value = float(self.entries[place])
        if not self.support[place]:
            return 0.0
        is_sure = value > TINY and self.field is Field.FLOAT
        return value if is_sure else Enclosure(min(value, 1.0), *self._ends(value))

    def bounded(self, place: int) -> Bounded[Fraction | float]:
        """Return an entry between its bounds."""
        number = self.number(place)
        if isinstance(number, Fraction) or not self.support[place]:
            return Bounded(number, number, number)
        return Bounded(float(number), *self._ends(float(number)))

    def _ends(self, value: float) -> tuple[float, float]:
        return widened(value * (1 - self.error) - LOST, value * (1 + self.error) + LOST)

    def numbers(self) -> Vec:
        """Return all entries in an array: Fractions, plain floats or expressions."""
        if self.error:
            return self.entries
        return objects([self.number(place) for place in range(len(self.entries))])


def is_exact(field: Field, matrices: Sequence[Transition]) -> bool:
    """Tell whether rows are stepped in integers."""
    return field is Field.RATIONAL and matrices[0].is_small


def rows(
    field: Field, matrices: Sequence[Transition], start: Vec, depths: Sequence[int]
) -> list[Row]:
    """Return start · M_t ⋯ M_1 for the depths t, in rising order, 0 ≤ t ≤ L.

    `matrices` are M_1 … M_L, and `start` is a row of zeros and ones.
    """
    kernels, one, scales, error = _steps(field, matrices)
    first = unit_row(start, one)
    found: dict[int, tuple[Vec, Vec]] = {}
    for level in range(len(matrices), -1, -1):
        if level in depths:
            found[level] = first, start > 0
        if level:
            kernel, adjacency = kernels[level - 1], matrices[level - 1].adjacency
            found = {
                depth: (_stepped(kernel, row, field), adjacency.gather(marks * 1.0) > 0)
                for depth, (row, marks) in found.items()
            }
    return [
        Row(found[depth][0], scales[depth], error[depth], found[depth][1], field)
        for depth in depths
    ]


def rows_from_top(field: Field, matrices: Sequence[Transition], start: Vec) -> list[Row]:
    """Return start · M_L ⋯ M_{L−t+1} for t = 0 … L: what the t top layers make of a row."""
    downward = matrices[::-1]
    kernels, one, scales, error = _steps(field, downward)
    entries, marks = unit_row(start, one), start > 0
    found = [Row(entries, 1, error[0], marks, field)]
    for t, (kernel, matrix) in enumerate(zip(kernels, downward, strict=True), 1):
        entries, marks = _stepped(kernel, entries, field), matrix.adjacency.gather(marks * 1.0) > 0
        found.append(Row(entries, scales[t], error[t], marks, field))
    return found


def unit_row(start: Vec, one: Any) -> Vec:
    """Return a row of zeros and ones in the ring of `one`."""
    marked = [one if mark else 0 * one for mark in start.tolist()]
    return np.array(marked, dtype=float if isinstance(one, float) else object)


def _steps(field: Field, matrices: Sequence[Transition]) -> Any:
    """Return the kernels, their 1, and after t layers the denominator and the relative error."""
    none = [0.0] * (len(matrices) + 1)
    if field is Field.SYMBOLIC:
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        return [one.over(sp.sympify) for one in matrices], sp.Integer(1), none, none
    if is_exact(field, matrices):
        pairs = [one.integers for one in matrices]
        scales = [1]
        for _, scale in pairs:
            scales.append(scales[-1] * scale)
        return [kernel for kernel, _ in pairs], 1, scales, none
    floats = [one.floats for one in matrices]
    # Of the finite units: what is too small for them is in LOST.
    units = np.cumsum([2.0, *(one.kernel.roundings + one.entry_units for one in floats)])
    return [one.kernel for one in floats], 1.0, none, (units * UNIT / (1 - units * UNIT)).tolist()


def _stepped(kernel: Any, row: Vec, field: Field) -> Vec:
    if field is not Field.SYMBOLIC:
        stepped: Vec = kernel.step(row)
        return stepped
    return objects([entry.expand() for entry in kernel.step(row)])


def greatest(bounds: Sequence[Bounded[Any]]) -> tuple[Bounded[Any], tuple[int, ...]]:
    """Return the maximum of bounded numbers, and the places that may have it.

    >>> greatest([Bounded(1, 1, 1), Bounded(3, 2, 4), Bounded(2, 1, 2)])
    (Bounded(value=3, lower=2, upper=4), (1, 2))
    """
    lower = max(one.lower for one in bounds)
    places = tuple(k for k, one in enumerate(bounds) if one.upper >= lower)
    value = max(bounds[k].value for k in places)
    return Bounded(value, lower, max(bounds[k].upper for k in places)), places


def least(bounds: Sequence[Bounded[Any]]) -> tuple[Bounded[Any], tuple[int, ...]]:
    """Return the minimum of bounded numbers, and the places that may have it.

    >>> least([Bounded(1, 1, 1), Bounded(3, 2, 4), Bounded(2, 1, 2)])
    (Bounded(value=1, lower=1, upper=1), (0, 2))
    """
    upper = min(one.upper for one in bounds)
    places = tuple(k for k, one in enumerate(bounds) if one.lower <= upper)
    value = min(bounds[k].value for k in places)
    return Bounded(value, min(bounds[k].lower for k in places), upper), places


def as_answer(bounds: Bounded[Any]) -> Fraction | float:
    """Return an exact number as it is, a float with its bounds.

    >>> as_answer(Bounded(0.5, 0.25, 0.75))
    Enclosure(0.5, lower=0.25, upper=0.75)
    """
    if bounds.exact:
        number: Fraction | float = bounds.value
        return number
    return Enclosure(*rounded(bounds.value, bounds.lower, bounds.upper))
