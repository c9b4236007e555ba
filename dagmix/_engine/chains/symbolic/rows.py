"""Rows r_{t+1} = r_t M of a matrix as functions: of the time t, or of z as Σ_t r_t zᵗ.

The signals of a diffusion begin at r_0 = e_τ, the survival of a walk at r_0 = 1 − e_τ. Over the
rationals its first 2n + 2 terms determine a sequence. With symbols its eigenvalues are those of
the diagonal blocks on strong components, hence the diagonal itself where the heads share an order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact import recurrences
from dagmix._engine.exact.convert import objects
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.symbolic.fields import SymbolField
from dagmix._engine.exact.symbolic.series import RationalSeries
from dagmix._util.budget import Meter
from dagmix.errors import NumberError, SymbolicError

if TYPE_CHECKING:
    from sympy import Expr

LARGEST_CLOSED_FORM = 64  # nodes


class RowsAsFunctions:
    """The rows r_t of a matrix, from integers r_0 on, rational or with symbols."""

    def __init__(self, transition: Transition, start: Vec, what: str, meter: Meter) -> None:
        """Take the matrix and r_0; the meter counts steps.

        Raises SymbolicError of floats, NumberError on more than 64 nodes, naming `what` is asked.
        """
        if transition.field is Field.FLOAT:
            message = f"{what} needs rational or symbolic weights; these are floats"
            raise SymbolicError(message)
        if (n := transition.adjacency.n) > LARGEST_CLOSED_FORM:
            message = f"{what} is made up to {LARGEST_CLOSED_FORM} nodes, not {n}"
            raise NumberError(message)
        self._transition, self._start, self._meter = transition, start, meter
        self._known: _Rationals | _Symbols
        kind = _Rationals if transition.field is Field.RATIONAL else _Symbols
        self._known = kind(transition, start, meter)

    def closed_form(self, node: int, t: Expr) -> Expr:
        """Return r_t[node]; raise NoClosedForm where an eigenvalue is not in the field."""
        with self._meter.need(self._known.steps, "steps"):
            return self._known.closed_form(node, t)

    def generating_function(self, node: int, z: Expr) -> Expr:
        """Return Σ_t r_t[node] zᵗ."""
        return self._known.generating_function(node, z)


class _Rationals:
    """Sequences of rationals, told by their first terms."""

    def __init__(self, transition: Transition, start: Vec, meter: Meter) -> None:
        self._meter, self.steps = meter, 2 * transition.adjacency.n + 2
        kernel, scale = transition.integers
        row, self._table = start, list[list[Fraction]]()
        for time in range(self.steps):
            self._table.append([Fraction(int(number), scale**time) for number in row])
            row = kernel.step(row)

    def _terms(self, node: int) -> list[Fraction]:
        return [row[node] for row in self._table]

    def closed_form(self, node: int, t: Expr) -> Expr:
        return recurrences.closed_form(self._terms(node), t, self._meter)

    def generating_function(self, node: int, z: Expr) -> Expr:
        return recurrences.generating_function(self._terms(node), z)


class _Symbols:
    """Sequences over the field of the entries."""

    def __init__(self, transition: Transition, start: Vec, meter: Meter) -> None:
        self._adjacency, self._start, self._meter = transition.adjacency, start, meter
        self.steps = transition.adjacency.n
        entries = transition.rationals.entries.tolist()
        self._field = SymbolField(entries)
        pairs = zip(*(rows.tolist() for rows in self._adjacency.pairs), strict=True)
        self._entries = {pair: self._field.read(x) for pair, x in zip(pairs, entries, strict=True)}

    def closed_form(self, node: int, t: Expr) -> Expr:
        return self._series(node).closed_form(t)

    def generating_function(self, node: int, z: Expr) -> Expr:
        return self._series(node).generating_function(z)

    def _series(self, node: int) -> RationalSeries:
        """Return the sequence of a node, of the nodes alone that count for it."""
        began, node_rows = np.flatnonzero(self._start), np.array([node])
        counts = self._adjacency.reaching(began) & self._adjacency.reached(node_rows)
        inside = np.flatnonzero(counts).tolist()
        factors = [self._characteristic(block) for block in self._components(inside)]
        terms = [row[node] for row in self._rows(set(inside))]
        return RationalSeries(self._field, terms, factors)

    def _components(self, inside: Sequence[int]) -> list[list[int]]:
        """Return the strong components among some nodes, all of each."""
        if self._adjacency.order is not None:
            return [[j] for j in inside]
        blocks: dict[int, list[int]] = {}
        labels = self._adjacency.components[1].tolist()
        for j in inside:
            blocks.setdefault(labels[j], []).append(j)
        return list(blocks.values())

    def _characteristic(self, block: Sequence[int]) -> list[Any]:
        """Return the characteristic polynomial of a diagonal block, the constant first."""
        self._meter.check()
        zero = self._field.zero
        rows = [[self._entries.get((i, j), zero) for j in block] for i in block]
        return self._field.characteristic(rows)

    def _rows(self, inside: set[int]) -> Iterator[dict[int, Any]]:
        """Yield as many rows on some nodes as these are."""
        row = {j: self._field.one * int(self._start[j]) for j in inside}
        pairs = [(i, j, x) for (i, j), x in self._entries.items() if {i, j} <= inside]
        for _ in inside:
            self._meter.count()
            yield row
            now, row = row, dict.fromkeys(inside, self._field.zero)
            for i, j, entry in pairs:
                row[j] += now[i] * entry


def stepped(transition: Transition, start: Vec, steps: int, meter: Meter) -> Iterator[Vec]:
    """Yield r_0, …, r_steps of a matrix with symbols, expanded; the meter counts the steps."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    kernel, row = transition.over(sp.sympify), objects([sp.Integer(x) for x in start.tolist()])
    yield row
    for _ in range(steps):
        meter.count()
        row = objects([_expanded(entry, meter) for entry in kernel.step(row)])
        yield row


def _expanded(entry: Any, meter: Meter) -> Expr:
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    meter.check()
    return sp.expand(entry)
