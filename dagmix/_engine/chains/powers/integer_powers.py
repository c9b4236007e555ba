"""Rows of powers of integer matrices, stepped or squared, whichever costs less.

A row after t steps of a matrix over L has numbers of t·log₂ L bits. A step multiplies each by an
entry; squaring reaches step t in log₂ t products of matrices, but multiplies long numbers.
"""

from __future__ import annotations

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.kernel import Kernel
from dagmix._engine.exact.convert import objects
from dagmix._util.lazy import flint
from dagmix.errors import UndecidedError

# Costs in nanoseconds, as they are on the slower machines of today.
OPERATION = 50.0  # one product and sum of Python's short integers
WORD = 0.1  # each further word of 64 bits times an entry
LONG_WORD = 400.0  # a word times a long number, by fast multiplication
LARGEST_COST = 2.0**37  # about two minutes


def advance(kernel: Kernel, row: Vec, steps: int, bits: int) -> Vec:
    """Return row · Nᵗ, t = `steps`; `bits` is the length of L.

    Raises UndecidedError, before anything is computed, where that would take minutes.
    """
    stepped, squared = step_cost(kernel, steps, bits), square_cost(kernel, steps, bits)
    if min(stepped, squared) > LARGEST_COST:
        n, length = kernel.adjacency.n, steps * bits
        message = (
            f"{steps} exact steps of {n} numbers of up to {length} bits would take about "
            f"{min(stepped, squared) / 1e9:.0f} s; an operator of floats is answered in floats"
        )
        raise UndecidedError(message)
    if squared < stepped:
        return _square(kernel, row, steps)
    for _ in range(steps):
        row = kernel.step(row)
    return row


def step_cost(kernel: Kernel, steps: int, bits: int) -> float:
    """Estimate the nanoseconds of so many steps, whose numbers are half as long in the mean."""
    words = steps * bits / 128
    return steps * kernel.adjacency.work * (OPERATION + WORD * words)


def square_cost(kernel: Kernel, steps: int, bits: int) -> float:
    """Estimate those of squaring: each product of matrices costs twice the one before.

    Along an order five of six products of entries are 0.
    """
    n, words = kernel.adjacency.n, steps * bits / 128
    products = 2 * n**3 if kernel.adjacency.order is None else n**3 / 3
    numbers = products * words * min(words, LONG_WORD)
    return numbers + steps.bit_length() * (n**3 + n**2) * OPERATION


def _square(kernel: Kernel, row: Vec, steps: int) -> Vec:
    power, found = flint.fmpz_mat(_listed(kernel.dense())), flint.fmpz_mat(_listed(row[None]))
    while steps:
        if steps % 2:
            found = found * power
        steps //= 2
        if steps:
            power = power * power
    return objects([int(number) for number in found.entries()])


def _listed(table: Vec) -> list[list[int]]:
    return [[int(number) for number in row] for row in table.tolist()]
