"""Schedules against mixtures of all small pairs: `python tests/benchmarks/series_parallel.py`.

The heads are all graphs on the nodes 0, …, n − 1, n = 3 and 4, with the unique sink n − 1, the
order 0, …, n − 1 and all self-loops; the pairs are those of two different ones. For each, the
supremum of φ_min over all weights is exact, that over all schedules enclosed to 10⁻⁶; suprema that
differ by no more than 2 · 10⁻⁶ are counted as equal. Alternating heads are compared with the
uniform mixture by T(¼).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from rich.console import Console
from rich.table import Table

from dagmix import FeedforwardDAG, MultiHeadWalk, families, optimal
from dagmix._util.progress import tracked
from dagmix.depth import best_schedule, repeated_walk

NEAR = Fraction(2, 10**6)
FEW = 13  # layers
SIGNS = {1: "more by schedules", 0: "equal", -1: "more by mixtures"}
TURNS = {1: "alternating is slower", 0: "equal", -1: "alternating is faster"}

Pair = tuple[FeedforwardDAG, FeedforwardDAG]


@dataclass(frozen=True)
class Compared:
    """A pair, and what schedules and mixtures of it attain."""

    pair: Pair
    by_weights: float
    any_layers: float
    few_layers: float
    few_sign: int
    sign: int
    turns: int


def pairs() -> list[Pair]:
    """Return the pairs."""
    graphs = (families.all_unique_sink_dags(n) for n in (3, 4))
    return [pair for some in graphs for pair in combinations(some, 2)]


def compared(pair: Pair) -> Compared:
    """Compare both ways to have two heads."""
    best, found = optimal.optimal_weights(pair), best_schedule(pair)
    few = best_schedule(pair, FEW)
    if not (best.proved or best.approached) or found.ended:
        message = f"undecided: {pair}"
        raise AssertionError(message)
    bound = Fraction(float(best.bound))
    alternating = repeated_walk(pair, [0, 1]).mixing_time()
    mixed = MultiHeadWalk(pair).mixing_time()
    return Compared(
        pair,
        float(bound),
        float(found.value),
        float(few.value),
        sign(few.lower, few.upper, bound),
        sign(found.lower, found.upper, bound),
        (alternating > mixed) - (alternating < mixed),
    )


def sign(lower: Fraction, upper: Fraction, bound: Fraction) -> int:
    """Return 1, 0 or −1 for a supremum above, near or below the mixtures'."""
    if lower > bound + NEAR:
        return 1
    return -1 if upper < bound - NEAR else 0


def edges(graph: FeedforwardDAG) -> str:
    """Write a graph without its self-loops."""
    some: Any = graph.edges
    return " ".join(f"{j}{i}" for j, i in some if i != j)


def main() -> None:
    """Print the counts, and the pairs of which mixtures make more."""
    all_pairs, console = pairs(), Console()
    rows = [compared(pair) for pair in tracked(all_pairs, "comparing", len(all_pairs))]
    for title, names, signs in (
        ("suprema of φ_min over weights, and over all schedules", SIGNS, [r.sign for r in rows]),
        (f"the same over schedules of {FEW} layers", SIGNS, [r.few_sign for r in rows]),
        ("T(¼) of alternating heads, and of the uniform mixture", TURNS, [r.turns for r in rows]),
    ):
        counts = Counter(signs)
        shown = ", ".join(f"{names[key]}: {counts[key]}" for key in names)
        console.print(f"{len(rows)} pairs, {title}: {shown}")
    table = Table("head 0", "head 1", "best weights", "best schedule", "ratio")
    for row in sorted(rows, key=lambda one: one.by_weights / one.any_layers, reverse=True):
        if row.sign < 0:
            numbers = (row.by_weights, row.any_layers, row.by_weights / row.any_layers)
            table.add_row(*map(edges, row.pair), *(f"{number:.6f}" for number in numbers))
    console.print(table)
    most = max(rows, key=lambda one: one.any_layers / one.by_weights)
    heads = " | ".join(map(edges, most.pair))
    console.print(f"most by schedules: {heads}, {most.any_layers:.6f} to {most.by_weights:.6f}")


if __name__ == "__main__":
    main()
