"""The questions, and the chains that they are asked of: plain arrays, made without dagmix.

A chain is a row-stochastic matrix P, P[i, j] the chance of the step i → j: the convention of
every peer. A walk W of dagmix is its transpose, a diffusion read backward is P itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from stopwatch import prepared

Floats = NDArray[np.float64]
Tables = dict[tuple[str, str], list[int]]

WIDTHS = {8: 2, 64: 8, 512: 32, 4096: 128, 32768: 512, 1_000_000: 4096}
STICKY_NODES = 32  # of the line whose T is stretched
STICKY_SOURCES = 30  # a chain with two ends moves on with probability 2^−30 a sender
TIES = 20
HEADS, POSITIONS = 4, 100  # of the attention batches
SPARSE_BELOW = 0.1  # share of non-zeros under which a peer that takes sparse matrices gets one


@dataclass(frozen=True)
class Case:
    """One question about one chain; `size` is what the row of a table grows in.

    That is n, the number of nodes, but for sticky lines the exponent k of the leaving
    probability 2^−k, and for batches the number of attention tensors.
    """

    question: str
    family: str
    size: int

    @property
    def n(self) -> int:
        """Return the number of nodes."""
        return {"sticky line": STICKY_NODES, "attention": POSITIONS}.get(self.family, self.size)

    @property
    def reach(self) -> int:
        """Return how many later nodes a node sends to."""
        return {"complete": self.n, "window": WIDTHS.get(self.size, 2)}.get(self.family, 1)

    @property
    def leave(self) -> Fraction:
        """Return the probability of each step away from a node of a sticky chain."""
        if self.family == "two sources":
            return Fraction(1, 3)
        return Fraction(1, 2 ** (self.size if self.family == "sticky line" else STICKY_SOURCES))

    @property
    def is_backward(self) -> bool:
        """Tell whether the chain walks from the last node back to two sources."""
        return self.family.startswith("two sources")

    @prepared
    def bands(self) -> list[tuple[int, Floats]]:
        """Return (offset, entries) for each diagonal of P."""
        n = self.n
        if self.is_backward:
            away = np.full(n, float(self.leave))
            stay = np.full(n, float(1 - 2 * self.leave))
            away[:2], stay[:2] = 0, 1
            return [(0, stay), (-1, away[1:]), (-2, away[2:])]
        if self.family == "sticky line":
            stay, away = np.full(n, float(1 - self.leave)), np.full(n - 1, float(self.leave))
            stay[-1] = 1
            return [(0, stay), (1, away)]
        share = 1 / (1 + np.minimum(self.reach, n - 1 - np.arange(n)))
        return [(d, share[: n - d]) for d in range(min(self.reach, n - 1) + 1)]

    @property
    def is_sparse(self) -> bool:
        """Tell whether few entries of P are positive."""
        return (1 + self.reach) < SPARSE_BELOW * self.n or (self.is_backward and self.n > HEADS**3)

    @prepared
    def sparse(self) -> Any:
        """Return P in compressed rows."""
        offsets, entries = zip(*self.bands, strict=True)
        return scipy.sparse.diags_array(entries, offsets=offsets).tocsr()

    @prepared
    def dense(self) -> Floats:
        """Return P as an array."""
        matrix = np.zeros((self.n, self.n))
        if self.family == "complete":
            matrix[:] = 1 / np.arange(self.n, 0, -1)[:, None]
            return np.triu(matrix)
        for offset, entries in self.bands:
            matrix[
                np.arange(len(entries)) - min(offset, 0), np.arange(len(entries)) + max(offset, 0)
            ] = entries
        return matrix

    @property
    def best(self) -> Any:
        """Return P as a peer that takes both kinds is best given it."""
        return self.sparse if self.is_sparse else self.dense

    @prepared
    def rational(self) -> list[list[Fraction]]:
        """Return P in exact numbers."""
        # Sticky chains have powers of two; all others 1/k with k ≤ n.
        sticky = "sticky" in self.family
        entries = self.dense.tolist()
        return [
            [Fraction(x) if sticky else Fraction(x).limit_denominator(self.n) for x in row]
            for row in entries
        ]

    @prepared
    def ties(self) -> list[Fraction]:
        """Return d(1), …, d(20) of the walk, exactly: thresholds that are met with equality."""
        n, survival, found = self.n, [Fraction(1)] * (self.n - 1) + [Fraction(0)], []
        for _ in range(TIES):
            total, after = Fraction(0), survival.copy()
            for j in range(n - 1, -1, -1):  # the complete graph: j goes to any of j, …, n − 1
                total += survival[j]
                after[j] = total / (n - j)
            after[-1] = Fraction(0)
            survival = after
            found.append(max(survival))
        return found

    @prepared
    def attention(self) -> Floats:
        """Return causal softmax attention of shape (batch, heads, n, n)."""
        random = np.random.default_rng(0)
        scores = np.exp(2 * random.standard_normal((self.size, HEADS, POSITIONS, POSITIONS)))
        weights = np.tril(scores)
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def mixed_chains(case: Case) -> Floats:
    """Return the chains (batch, n, n) of the attention: heads mixed, then column by column."""
    mean = case.attention.mean(axis=1)
    return np.ascontiguousarray(np.swapaxes(mean / mean.sum(axis=1, keepdims=True), 1, 2))


UP_TO_A_MILLION = list(WIDTHS)
TABLES: Tables = {
    ("mixing", "complete"): UP_TO_A_MILLION,
    ("mixing", "window"): UP_TO_A_MILLION,
    ("mixing", "line"): UP_TO_A_MILLION[:4],
    ("mixing", "sticky line"): [1, 5, 10, 15, 20, 30, 40, 50],
    ("hitting", "complete"): UP_TO_A_MILLION,
    ("hitting", "window"): UP_TO_A_MILLION,
    ("hitting", "line"): UP_TO_A_MILLION,
    ("absorption", "two sources"): UP_TO_A_MILLION[:4],
    ("absorption", "two sources, sticky"): UP_TO_A_MILLION[:4],
    ("stationary", "complete"): UP_TO_A_MILLION,
    ("stationary", "line"): UP_TO_A_MILLION,
    ("ties", "complete"): [8, 16, 32, 64],
    ("exact hitting", "complete"): [8, 64, 512],
    ("batch", "attention"): [1, 10, 100, 500],
}
SMALLEST = {row: [min(4, sizes[0])] for row, sizes in TABLES.items()}
QUICK = {row: sizes[:3] for row, sizes in TABLES.items()}
