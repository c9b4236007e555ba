"""Supports: who sends to whom, without numbers.

A support is a relation "sender j reaches receiver i" on nodes 0..n-1, self-loops included
where they are edges. Kernels put numbers on it. A value array is laid out as the support
likes it. Pairs are always listed by sender, then by receiver.
"""

from __future__ import annotations

import graphlib
from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from dagmix.errors import ShapeError

Ints = NDArray[np.intp]
Vec = NDArray[Any]  # float64, or object: int, Fraction, arb or SymPy expressions

LARGEST_DENSE = 2**28  # entries of a dense matrix, 2 GiB of float64


class Support(ABC):
    """A relation between senders j and receivers i."""

    n: int

    @abstractmethod
    def gather(self, x: Vec, values: Vec | None = None) -> Vec:
        """Return Σ over the receivers i of j of x[i] · values[i, j], for every sender j."""

    @abstractmethod
    def transposed(self) -> Support:
        """Return the support with senders and receivers exchanged."""

    @abstractmethod
    def transposed_values(self, values: Vec) -> Vec:
        """Return `values` in the layout of the transposed support."""

    @abstractmethod
    def place(self, values: Vec) -> Vec:
        """Return the values of the pairs in this support's own layout."""

    @abstractmethod
    def take(self, values: Vec) -> Vec:
        """Return the values in the order of the pairs; the inverse of `place`."""

    @property
    @abstractmethod
    def pairs(self) -> tuple[Ints, Ints]:
        """Receivers and senders of all pairs, by sender and then by receiver.

        Both arrays are contiguous: compiled code, such as SciPy's csgraph, refuses strided views.
        """

    @cached_property
    def out_degree(self) -> Ints:
        """Receivers of each sender, itself included where it has a loop."""
        return np.bincount(self.pairs[1], minlength=self.n)

    @cached_property
    def in_degree(self) -> Ints:
        """Senders of each receiver, itself included where it has a loop."""
        return np.bincount(self.pairs[0], minlength=self.n)

    @property
    def degrees_hash(self) -> int:
        """A hash that is the same however the support is kept."""
        return hash((self.n, self.out_degree.tobytes(), self.in_degree.tobytes()))

    @property
    def edges(self) -> int:
        """Number of pairs."""
        return int(self.pairs[0].size)

    @property
    @abstractmethod
    def kind(self) -> str:
        """How the support is kept, in a word or two."""

    @property
    @abstractmethod
    def work(self) -> int:
        """Operations of one step, up to a factor."""

    @cached_property
    def starts(self) -> Ints:
        """Position of each sender's first pair, and the number of pairs at the end."""
        return np.concatenate(([0], np.cumsum(self.out_degree)))

    def reaching(self, targets: Ints) -> NDArray[np.bool_]:
        """Mark the nodes from which a directed path, maybe empty, leads to a target."""
        return self.transposed().reached(targets)

    def reached(self, origins: Ints) -> NDArray[np.bool_]:
        """Mark the nodes to which a directed path, maybe empty, leads from an origin."""
        receivers, starts = self.pairs[0], self.starts
        seen = np.zeros(self.n, dtype=bool)
        seen[origins] = True
        todo = [int(origin) for origin in origins]
        while todo:
            j = todo.pop()
            near = receivers[starts[j] : starts[j + 1]]
            new = near[~seen[near]]
            seen[new] = True
            todo.extend(new.tolist())
        return seen

    def senders_after(self, sink: int, steps: int) -> NDArray[np.bool_]:
        """Mark the nodes from which a walk of exactly `steps` edges leads to `sink`."""
        marked = np.zeros(self.n)
        marked[sink] = 1.0
        for _ in range(steps):
            earlier = (self.gather(marked) > 0).astype(float)
            if (earlier == marked).all():
                break
            marked = earlier
        return marked > 0

    @cached_property
    def order(self) -> Ints | None:
        """A topological order of the nodes, loops apart; None where there is a cycle."""
        receivers, senders = self.pairs
        if bool((senders <= receivers).all()):
            return np.arange(self.n)
        classes, _ = scipy.sparse.csgraph.connected_components(self.adjacency, connection="strong")
        if classes < self.n:
            return None
        sorter = graphlib.TopologicalSorter({j: [] for j in range(self.n)})
        for i, j in zip(receivers.tolist(), senders.tolist(), strict=True):
            if i != j:
                sorter.add(i, j)
        return np.array(list(sorter.static_order()))

    @property
    def adjacency(self) -> scipy.sparse.csr_array:
        """The pairs as SciPy has them, row j for sender j."""
        return csr_matrix(self.n, self.pairs[0], self.starts)

    @cached_property
    def has_loop(self) -> NDArray[np.bool_]:
        """Mark the nodes that send to themselves."""
        receivers, senders = self.pairs
        marked = np.zeros(self.n, dtype=bool)
        marked[senders[receivers == senders]] = True
        return marked

    @cached_property
    def sinks(self) -> Ints:
        """The nodes that send to no other node, in node order."""
        return np.flatnonzero(self.out_degree == self.has_loop)

    @cached_property
    def sources(self) -> Ints:
        """The nodes that no other node sends to, in node order."""
        return np.flatnonzero(self.in_degree == self.has_loop)

    def same_as(self, other: Support) -> bool:
        """Tell whether two supports have the same pairs."""
        if self.n != other.n or self.edges != other.edges:
            return False
        return all(map(np.array_equal, self.pairs, other.pairs))

    @abstractmethod
    def with_loops(self, where: NDArray[np.bool_]) -> Support:
        """Return the support with a self-loop added at the marked nodes."""

    def need_square(self) -> None:
        """Raise ShapeError where an n × n matrix would not fit."""
        check_square(self.n)

    def dense(self, values: Vec) -> Vec:
        """Return the n × n matrix of values, zeros off the support.

        Raises ShapeError where the matrix would not fit.
        """
        self.need_square()
        matrix = np.zeros((self.n, self.n), dtype=values.dtype)
        matrix[self.pairs] = self.take(values)
        return matrix


def csr_matrix(n: int, receivers: Ints, starts: Ints) -> scipy.sparse.csr_array:
    """Return the pairs for csgraph, which takes contiguous indices of 32 bits and float data.

    SciPy before 1.15 refuses the wider indices instead of converting them.
    """
    indices, bounds = (rows.astype(np.int32) for rows in (receivers, starts))
    return scipy.sparse.csr_array((np.ones(len(receivers)), indices, bounds), shape=(n, n))


def distinct(n: int, receivers: Ints, senders: Ints) -> tuple[Ints, Ints]:
    """Return the pairs by sender and then by receiver, each once."""
    keys = np.sort(senders * n + receivers)  # np.unique hashes first, which takes longer
    keys = keys[np.append(keys[1:] != keys[:-1], True)[: len(keys)]]
    return keys % n, keys // n


def check_square(n: int) -> None:
    """Raise ShapeError where an n × n matrix would not fit."""
    if n**2 > LARGEST_DENSE:
        message = f"an n × n matrix with n = {n} has {n**2} entries; too large"
        raise ShapeError(message)
