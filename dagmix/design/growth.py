"""All graphs that may be best, grown source by source, class by class of isomorphism.

Level k holds the partial graphs on k nodes from which a best graph may grow, one of each class.
Every graph on k + 1 nodes with a unique sink is one on k nodes and a source more, which sends to
some of them; so level k + 1 is found from level k, and what a point already known rules out
(`dagmix.design.partial_bounds`) is left out with all that would grow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from dagmix.design.codes import POINT, Code, canonical, line_code
from dagmix.design.partial_bounds import Floats, Ints
from dagmix.design.questions import Point, Question, front_of, may_be_best

CHILDREN = 2**13  # at most so many, or those of one parent, are bounded at once
WIDE, NARROW = 128, 24  # partial graphs that a first pass keeps: of all, or of every time


@dataclass(frozen=True)
class Partial:
    """A partial graph, and bounds on what grows out of it."""

    code: Code
    time: int
    fidelity: float


def root(question: Question) -> Partial:
    """Return the graph of the sink alone."""
    [time], [fidelity] = question.bounds(np.array([POINT]))
    return Partial(POINT, int(time), float(fidelity))


def batches(level: Sequence[Partial]) -> Iterator[Sequence[Partial]]:
    """Cut a level, which is never empty, into parents whose children are bounded at once."""
    size = max(1, CHILDREN >> len(level[0].code))
    yield from (level[start : start + size] for start in range(0, len(level), size))


def grown(question: Question, parents: Sequence[Partial], front: Iterable[Point]) -> list[Partial]:
    """Return the children of parents that a front does not rule out, one of each class."""
    codes, times, fidelities = _children(question, parents, front)
    found: dict[Code, Partial] = {}
    for code, time, fidelity in zip(codes, times, fidelities, strict=True):
        one = canonical(tuple(code.tolist()))
        found.setdefault(one, Partial(one, int(time), float(fidelity)))
    return list(found.values())


def first_values(question: Question) -> dict[Code, Point]:
    """Return the values of some good graphs, found by keeping few partial graphs of every time.

    Once within the limits of the question, once with in-degrees of at most 2 as well, where good
    fidelities are. The line, which is within all limits, is among them.
    """
    narrow = replace(question, in_degree=min(question.in_degree, 2))
    codes = {line_code(question.n), *_good(question), *_good(narrow)}
    return {code: question.value(code) for code in sorted(codes)}


def _good(question: Question) -> Iterator[Code]:
    """Yield the graphs on the front of those whose bounds were largest on every level."""
    level, most = [root(question)], NARROW if question.times else WIDE
    for _ in range(question.n - 1):
        codes, times, fidelities = _children(question, level, ())
        kept: dict[int, dict[Code, Partial]] = {}
        for index in np.lexsort((-fidelities, times)):
            group = kept.setdefault(int(times[index]), {})
            if len(group) < most:
                code = canonical(tuple(codes[index].tolist()))
                group[code] = Partial(code, int(times[index]), float(fidelities[index]))
        level = [one for group in kept.values() for one in group.values()]
    bounds = {one.code: (one.time, Fraction(one.fidelity)) for one in level}
    front = front_of(bounds.values())
    yield from (code for code, bound in bounds.items() if bound in front)


def _children(
    question: Question, parents: Sequence[Partial], front: Iterable[Point]
) -> tuple[Ints, Ints, Floats]:
    """Return codes and bounds of the children within the limits that a front does not rule out."""
    codes = np.array([parent.code for parent in parents], dtype=np.int64)
    masks = np.arange(1, 1 << codes.shape[1])
    children = np.column_stack((np.repeat(codes, len(masks), axis=0), np.tile(masks, len(codes))))
    children = children[question.admits(children)]
    known = tuple(front)
    cap = max((time for time, _ in known), default=None)
    times, fidelities = question.bounds(children, cap)
    kept = may_be_best(times, fidelities, known)
    return children[kept], times[kept], fidelities[kept]
