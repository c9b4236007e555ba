"""Adjacencies: the relation "j sends to i" on nodes 0..n−1, without numbers.

Self-loops belong to it where they are edges. Kernels put numbers on an adjacency; an array of
these values is laid out as the adjacency likes it. Pairs are always listed by sender, then by
receiver.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from dagmix.errors import ShapeError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]
Vec = NDArray[Any]  # float64, or object: int, Fraction, arb or SymPy expressions

LARGEST_DENSE = 2**28  # entries of a dense matrix, 2 GiB of float64


class Adjacency(ABC):
    """A relation between senders j and receivers i.

    How it is kept answers what is abstract; nothing else is ever overridden.
    """

    n: int
    work: int  # operations of one step, up to a factor

    @property
    @abstractmethod
    def kind(self) -> str:
        """How the adjacency is kept, in a word or two."""

    @property
    @abstractmethod
    def pairs(self) -> tuple[Ints, Ints]:
        """Receivers and senders of all pairs, by sender and then by receiver.

        Both arrays are contiguous: compiled code, such as SciPy's csgraph, refuses strided views.
        """

    @property
    @abstractmethod
    def out_degree(self) -> Ints:
        """Receivers of each sender, itself included where it has a loop."""

    @property
    @abstractmethod
    def in_degree(self) -> Ints:
        """Senders of each receiver, itself included where it has a loop."""

    @property
    @abstractmethod
    def has_loop(self) -> Mask:
        """Mark the nodes that send to themselves."""

    @property
    @abstractmethod
    def order(self) -> Ints | None:
        """A topological order of the nodes, loops apart; None where there is a cycle."""

    @abstractmethod
    def gather(self, x: Vec, values: Vec | None = None) -> Vec:
        """Return Σ over the receivers i of j of x[i] · values[i, j], for every sender j."""

    @abstractmethod
    def place(self, values: Vec) -> Vec:
        """Return the values of the pairs in this adjacency's own layout."""

    @abstractmethod
    def take(self, values: Vec) -> Vec:
        """Return the values in the order of the pairs; the inverse of `place`."""

    @abstractmethod
    def transposed(self) -> Adjacency:
        """Return the adjacency with senders and receivers exchanged."""

    @abstractmethod
    def transposed_values(self, values: Vec) -> Vec:
        """Return `values` in the layout of the transposed adjacency."""

    @abstractmethod
    def reached(self, origins: Ints) -> Mask:
        """Mark the nodes to which a directed path, maybe empty, leads from an origin."""

    @abstractmethod
    def has_same_pairs(self, other: Adjacency) -> bool:
        """Tell whether two adjacencies have the same pairs."""

    @abstractmethod
    def with_loops(self, where: Mask) -> Adjacency:
        """Return the adjacency with a self-loop added at the marked nodes."""

    def reaching(self, targets: Ints) -> Mask:
        """Mark the nodes from which a directed path, maybe empty, leads to a target."""
        return self.transposed().reached(targets)

    def senders_after(self, targets: int | Ints, steps: int) -> Mask:
        """Mark the nodes from which a walk of exactly `steps` edges leads to a target."""
        marked = np.zeros(self.n)
        marked[targets] = 1.0
        for _ in range(steps):
            earlier = (self.gather(marked) > 0).astype(float)
            if (earlier == marked).all():
                break
            marked = earlier
        return marked > 0

    @cached_property
    def edges(self) -> int:
        """Number of pairs."""
        return int(self.out_degree.sum())

    @cached_property
    def sinks(self) -> Ints:
        """The nodes that send to no other node, in node order."""
        return np.flatnonzero(self.out_degree == self.has_loop)

    @cached_property
    def sources(self) -> Ints:
        """The nodes that no other node sends to, in node order."""
        return np.flatnonzero(self.in_degree == self.has_loop)

    @cached_property
    def starts(self) -> Ints:
        """Position of each sender's first pair, and the number of pairs at the end."""
        return np.concatenate(([0], np.cumsum(self.out_degree)))

    @property
    def degrees_hash(self) -> int:
        """A hash that is the same however the adjacency is kept."""
        return hash((self.n, self.out_degree.tobytes(), self.in_degree.tobytes()))

    @property
    def as_csr(self) -> scipy.sparse.csr_array:
        """The pairs as SciPy has them, row j for sender j."""
        return csr_matrix(self.n, self.pairs[0], self.starts)

    @property
    def components(self) -> tuple[int, Ints]:
        """The number of strongly connected components, and the one that each node is in."""
        number, labels = scipy.sparse.csgraph.connected_components(self.as_csr, connection="strong")
        return int(number), labels

    def need_square(self) -> None:
        """Raise ShapeError where an n × n matrix would not fit."""
        check_square(self.n)

    def dense(self, values: Vec) -> Vec:
        """Return the n × n matrix of values, zeros where there is no pair.

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


def have_equal_pairs(one: Adjacency, other: Adjacency) -> bool:
    """Tell whether two adjacencies list the same pairs."""
    if one.n != other.n or one.edges != other.edges:
        return False
    return all(map(np.array_equal, one.pairs, other.pairs))


def check_square(n: int) -> None:
    """Raise ShapeError where an n × n matrix would not fit."""
    if n**2 > LARGEST_DENSE:
        message = f"an n × n matrix with n = {n} has {n**2} entries; too large"
        raise ShapeError(message)
