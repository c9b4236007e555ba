"""First-step equations along a topological order, one node after the other.

y_j · exits_j = base_j + Σ_{i ≠ j} y_i M[i, j], where j sends to later nodes only. Over index
ranges the sum is kept up to date as suffix sums, which grow from node to node, and prefix sums,
which are made when a block of nodes is complete (see
`dagmix._engine.adjacency.range_sums`): nothing is subtracted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Adjacency, Ints, Vec
from dagmix._engine.adjacency.diagonals import DiagonalRanges
from dagmix._engine.adjacency.range_sums import IntervalSums
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.adjacency.strided import StridedRanges
from dagmix._engine.chains.band_solve import solve_band
from dagmix._engine.chains.float_matrices import OverColumns
from dagmix._engine.chains.kernel import Kernel, ScaledKernel
from dagmix._engine.exact.convert import check_length


def substitute(
    kernel: Kernel, base: Vec, exits: Vec, order: Ints, most_bits: float = math.inf
) -> Vec:
    """Return y, computed from the last node of the order to the first; 0 where exits are 0.

    Raises LongNumbersError once the denominator of a rational y is longer than `most_bits`.
    """
    if (solution := solve_band(kernel, base, exits)) is not None:
        return solution
    heads = [_head(kernel.adjacency, head) for _, head in kernel.parts]
    weights = [weight for weight, _ in kernel.parts]
    bases, ways_out, y = base.tolist(), exits.tolist(), [0 * base[0]] * len(base)
    for j in reversed(order.tolist()):
        if ways_out[j]:
            total = bases[j]
            for weight, head in zip(weights, heads, strict=True):
                total += weight * head.total(j)
            y[j] = total / ways_out[j]
            if most_bits < math.inf:
                check_length(y[j].denominator, most_bits)
        for head in heads:
            head.add(j, y[j])
    solution = np.empty(len(base), dtype=base.dtype)
    solution[:] = y
    return solution


def _head(whole: Adjacency, kernel: ScaledKernel) -> Any:
    adjacency = kernel.adjacency
    if isinstance(whole, IndexRanges) and whole.forward is not None and kernel.values is None:
        if not isinstance(adjacency, IndexRanges):
            adjacency = IndexRanges.of([adjacency])
        return _OverRuns(adjacency.proper, kernel, forward=whole.forward)
    if kernel.matrix is not None:
        return OverColumns(kernel.matrix, kernel.receiver, kernel.sender)
    return _OverPairs(kernel)


class _OverPairs:
    """Σ_{i ≠ j} y_i M[i, j] over the pairs, one by one."""

    def __init__(self, kernel: Kernel) -> None:
        self._receivers, self._starts = kernel.adjacency.pairs[0], kernel.adjacency.starts
        self._entries = kernel.entries
        self._y = np.zeros(kernel.adjacency.n, dtype=self._entries.dtype)

    def total(self, j: int) -> Any:
        """Return the sum for j, all other of its receivers added."""
        run = slice(self._starts[j], self._starts[j + 1])
        # y_j is still 0 here, so that the loop's own term drops out.
        return (self._y[self._receivers[run]] * self._entries[run]).sum()

    def add(self, j: int, value: Any) -> None:
        """Take note of y_j."""
        self._y[j] = value


class _OverRuns:
    """The same over runs, for nodes that come in falling order, or rising if not `forward`."""

    def __init__(self, proper: IndexRanges, kernel: ScaledKernel, *, forward: bool) -> None:
        self._layers = [
            _Sums(layer, forward=forward)
            if isinstance(layer, StridedRanges)
            else _DiagonalSums(layer)
            for layer in proper.ranges
        ]
        self._receiver, self._sender = _listed(kernel.receiver), _listed(kernel.sender)

    def total(self, j: int) -> Any:
        """Return the sum for j, all other of its receivers added."""
        total = self._layers[0].total(j)
        for layer in self._layers[1:]:
            total += layer.total(j)
        return total if self._sender is None else total * self._sender[j]

    def add(self, j: int, value: Any) -> None:
        """Take note of y_j."""
        if self._receiver is not None:
            value = value * self._receiver[j]
        for layer in self._layers:
            layer.add(j, value)


class _Sums:
    """Running sums of one layer's places, seen from the end that is filled first."""

    def __init__(self, layer: StridedRanges, *, forward: bool) -> None:
        table = layer.table if forward else layer.table.mirrored()
        places = layer.place(np.arange(layer.n))
        self._places = (places if forward else table.size - 1 - places).tolist()
        self._firsts = table.firsts.tolist()
        left, right = (np.zeros(len(table.rows), dtype=np.intp) for _ in range(2))
        self._levels: list[tuple[int, int, int]] = []
        # One list for all levels: 0, then the suffix and the prefix sums of each.
        end = 1
        # From the other end places without a node come first, which no block may begin with.
        stops, section = (layer.ends, layer.section) if forward else (table.stops, None)
        plan = IntervalSums(table.size, table.starts, stops, one_by_one=0, section=section)
        for level in plan.levels:
            after = end + level.places
            left[level.intervals] = _places(level.left, level.places, end)
            right[level.intervals] = _places(level.right, level.places, after)
            self._levels.append((level.block, end, after))
            end = after + level.places
        self._left, self._right = left.tolist(), right.tolist()
        self._running: list[Any] = [0] * end
        self._values: list[Any] = [0] * (table.size + max((b for b, *_ in self._levels), default=0))

    def total(self, j: int) -> Any:
        """Return the sum over the runs of j."""
        row, running, total = self._places[j], self._running, 0
        for run in range(self._firsts[row], self._firsts[row + 1]):
            total += running[self._left[run]] + running[self._right[run]]
        return total

    def add(self, j: int, value: Any) -> None:
        """Put a value at the place of j, all places after it in its runs being filled."""
        place, running = self._places[j], self._running
        self._values[place] = value
        for block, suffix, prefix in self._levels:
            ends = (place + 1) % block == 0
            running[suffix + place] = value if ends else value + running[suffix + place + 1]
            if place % block == 0:
                sums = accumulate(self._values[place : place + block])
                running[prefix + place : prefix + place + block] = sums


class _DiagonalSums:
    """The sums over diagonal ranges, node by node."""

    def __init__(self, layer: DiagonalRanges) -> None:
        parts = (layer.distances.tolist(), layer.starts.tolist(), layer.stops.tolist())
        self._intervals = list(zip(*parts, strict=True))
        self._values: list[Any] = [0] * layer.n

    def total(self, j: int) -> Any:
        """Return the sum over the nodes that j sends to."""
        values = self._values
        return sum(values[j + d] for d, start, stop in self._intervals if start <= j < stop)

    def add(self, j: int, value: Any) -> None:
        """Take note of the value of j."""
        self._values[j] = value


def _places(part: Ints | None, absent: int, offset: int) -> Ints | int:
    return 0 if part is None else np.where(part == absent, 0, part + offset)


def _listed(scale: Vec | None) -> Sequence[Any] | None:
    return None if scale is None else scale.tolist()
