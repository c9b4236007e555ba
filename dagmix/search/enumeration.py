"""Mixtures of graphs on few nodes, one of each isomorphism class, in order of size.

A candidate is a tuple of feedforward graphs on 0..n−1 with all self-loops, each with the
unique sink n−1. Two are isomorphic where a relabelling of the nodes before the sink, and an
exchange of heads of equal weight, makes one the other; of each class the least is taken
(heads are compared by their number of edges, then by their edges). The order is by n, then
by the total number of edges, self-loops not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, permutations

Edges = tuple[tuple[int, int], ...]
Key = tuple[int, Edges]  # heads are compared by size first


@dataclass(frozen=True)
class Candidate:
    """The edges (sender, receiver) of every head on the nodes 0..n−1, self-loops left out."""

    n: int
    heads: tuple[Edges, ...]

    @property
    def edges(self) -> int:
        """The total number of edges."""
        return sum(map(len, self.heads))


@dataclass(frozen=True)
class IsomorphismClasses:
    """The isomorphism classes of candidates for given weights.

    Parameters
    ----------
    weights : sequence of Fraction
        One for each head; heads of equal weight may be exchanged.
    common_order : bool
        All edges j → i of all heads have j < i, hence the heads share an order. Otherwise
        every head has an order of its own.
    most_edges, most_senders : int, optional
        The most edges of one head, and the most of them that come to one node.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> [c.n for c in IsomorphismClasses((half, half), common_order=True).up_to(3)]
    [1, 2, 3, 3, 3, 3, 3, 3]
    """

    weights: tuple[Fraction, ...]
    common_order: bool
    most_edges: int | None = None
    most_senders: int | None = None

    def up_to(
        self, max_nodes: int, check: Callable[[], None] = lambda: None
    ) -> Iterator[Candidate]:
        """Yield one candidate of each class, in order of size.

        `check` is called between any two steps of the search for the next: it may raise.
        """
        for n in range(1, max_nodes + 1):
            yield from self.on(n, check)

    def on(self, n: int, check: Callable[[], None] = lambda: None) -> Iterator[Candidate]:
        """Yield those on n nodes, in order of size."""
        least, most = n - 1, n * (n - 1) // 2
        most = most if self.most_edges is None else min(most, self.most_edges)
        for total in range(least * len(self.weights), most * len(self.weights) + 1):
            for sizes in _sizes(most, self.weights, total, dict.fromkeys(self.weights, least)):
                for heads in self._of_sizes(n, sizes, (), check):
                    yield Candidate(n, heads)

    def _of_sizes(
        self, n: int, sizes: tuple[int, ...], heads: tuple[Edges, ...], check: Callable[[], None]
    ) -> Iterator[tuple[Edges, ...]]:
        """Yield the least tuples of heads with these sizes that begin with some heads."""
        if len(heads) == len(sizes):
            yield heads
            return
        size, weight = sizes[len(heads)], self.weights[len(heads)]
        alike = [h for h, w in zip(heads, self.weights, strict=False) if w == weight]
        for edges in _graphs(n, size, ordered=self.common_order):
            check()
            if self.most_senders is not None and _in_degree(edges) > self.most_senders:
                continue
            # Heads of equal weight stand in order, or their exchange would be less.
            if alike and (size, edges) < (len(alike[-1]), alike[-1]):
                continue
            longer = (*heads, edges)
            # Every relabelling is admitted without a common order, and one that makes the first
            # heads less makes the tuple less; with an order it may break that of heads to come.
            whole = len(longer) == len(sizes)
            if (self.common_order and not whole) or self._is_least(n, longer):
                yield from self._of_sizes(n, sizes, longer, check)

    def _is_least(self, n: int, heads: tuple[Edges, ...]) -> bool:
        mine = [(len(edges), edges) for edges in heads]
        relabelled = (_images(n, edges, ordered=self.common_order) for edges in heads)
        for images in zip(*relabelled, strict=True):
            keys = [image for image in images if image is not None]
            if len(keys) == len(heads) and self._exchanged(keys) < mine:
                return False
        return True

    def _exchanged(self, keys: Sequence[Key]) -> list[Key]:
        """Sort the heads among those of equal weight."""
        weights = self.weights[: len(keys)]
        if len(set(weights)) == 1:
            return sorted(keys)
        groups: dict[Fraction, list[Key]] = {weight: [] for weight in weights}
        for weight, key in sorted(zip(weights, keys, strict=True), reverse=True):
            groups[weight].append(key)
        return [groups[weight].pop() for weight in weights]


def _in_degree(edges: Edges) -> int:
    """Return the greatest number of edges to one node."""
    return max(Counter(i for _, i in edges).values(), default=0)


def _sizes(
    most: int, weights: Sequence[Fraction], total: int, least: dict[Fraction, int]
) -> Iterator[tuple[int, ...]]:
    """Yield numbers of edges of the heads with a given sum, none more than `most`.

    Those of heads of equal weight do not decrease, and are at least `least` of that weight.

    >>> half, quarter = Fraction(1, 2), Fraction(1, 4)
    >>> list(_sizes(3, [half, quarter, quarter], 8, {half: 2, quarter: 2}))
    [(2, 3, 3), (3, 2, 3)]
    """
    if not weights:
        yield ()
        return
    weight, *others = weights
    fewest = sum(least[other] for other in others)
    for size in range(
        max(least[weight], total - most * len(others)), min(most, total - fewest) + 1
    ):
        later = least | {weight: size}
        yield from ((size, *rest) for rest in _sizes(most, others, total - size, later))


@lru_cache(maxsize=256)
def _graphs(n: int, size: int, *, ordered: bool) -> tuple[Edges, ...]:
    """Return all graphs with `size` edges and the unique sink n−1, labelled, in order."""
    forward = set(_forward(0, n, size))
    if ordered:
        return tuple(sorted(forward))
    return tuple(sorted({_relabel(edges, to) for edges in forward for to in _relabellings(n)}))


def _forward(j: int, n: int, size: int) -> Iterator[Edges]:
    """Yield the choices of `size` edges from the nodes j..n−2 to later ones, each with one."""
    if j == n - 1:
        yield from [()] * (size == 0)
        return
    others = n - 2 - j
    most = others * (others + 1) // 2
    for chosen in range(max(1, size - most), min(n - 1 - j, size - others) + 1):
        for receivers in combinations(range(j + 1, n), chosen):
            here = tuple((j, i) for i in receivers)
            yield from (here + rest for rest in _forward(j + 1, n, size - chosen))


@lru_cache(maxsize=16)
def _relabellings(n: int) -> tuple[tuple[int, ...], ...]:
    return tuple((*to, n - 1) for to in permutations(range(n - 1)))


def _relabel(edges: Edges, to: Sequence[int]) -> Edges:
    return tuple(sorted((to[j], to[i]) for j, i in edges))


@lru_cache(maxsize=2**16)
def _images(n: int, edges: Edges, *, ordered: bool) -> tuple[Key | None, ...]:
    """Return a graph under every relabelling, None where an order is kept and it breaks it."""
    images = (_relabel(edges, to) for to in _relabellings(n))
    return tuple(
        (len(image), image) if not ordered or all(j < i for j, i in image) else None
        for image in images
    )
