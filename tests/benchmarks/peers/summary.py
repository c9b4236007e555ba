"""The page's conclusion: where dagmix is quickest, where it is not, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from questions import Tables
from race import Result
from verdicts import AGREES
from words import TITLES

Rows = Sequence[list[Result]]
Duel = tuple[str, int, Result, Result]  # title, size, the quickest of ours and of the others

WHY = """dagmix pays for what the others do not give: fractions or certified bounds, whatever the
chain, and some tenths of a millisecond for building and checking an operator. So it is behind
where plain floats happen to be right and a routine fits the shape of the matrix: a banded or
triangular solve, a product with a sparse matrix, a running sum a step. It is ahead where a dense
array would have to be made or read (windows and complete graphs are kept as ranges of edges),
where few steps need no matrix power, where the walk is long (squaring with bounds, where one row
takes T steps), and where floats are wrong. Batches, whose heads are mixed, checked and solved in a
processor's cache, cost about what mixing and solving them cost without a check."""


def conclusion(rows: Rows, tables: Tables) -> str:
    """Return the quickest right answers, ours and others', at the largest size that both have."""
    lines = [
        "The quickest right answers at the largest size that dagmix and anybody else answered:\n",
        "| question | size | dagmix | others | dagmix takes |",
        "| --- | ---: | --- | --- | ---: |",
    ]
    for title, size, ours, theirs in duels(rows, tables):
        times = (ours.seconds or 0.0) / (theirs.seconds or 1.0)
        names = f"{ours.contestant} | {theirs.contestant}"
        lines.append(f"| {title} | {size:,} | {names} | ×{times:.2g} |".replace("e+0", "e"))
    return "\n".join([*lines, "", WHY])


def duels(rows: Rows, tables: Tables) -> Iterator[Duel]:
    """Yield a table's duel, if there is one."""
    for key, sizes in tables.items():
        right = [
            result
            for row in rows
            for result in row
            if (result.question, result.family) == key and result.verdict == AGREES
        ]
        for size in reversed(sizes):
            here = [result for result in right if result.size == size and result.seconds]
            ours = [result for result in here if result.contestant.startswith("dagmix")]
            others = [result for result in here if result not in ours]
            if ours and others:
                yield TITLES[key], size, quickest(ours), quickest(others)
                break


def quickest(results: list[Result]) -> Result:
    """Return the one of fewest seconds."""
    return min(results, key=lambda result: result.seconds or 0.0)
