"""Powers of a mixture, taken apart by head: one row stepped for all sources at once.

(M̄ᵗ)[τ, j] = Σ β_{h₁} … β_{hₜ} (M_{h₁} … M_{hₜ})[τ, j] has Hᵗ terms (Remark 3.7). Here they are
added up as they arise, by how often each head occurs or by whether more than one does. Nothing
is ever subtracted, so that floats keep their relative accuracy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.chains.kernel import Kernel
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.enclosures import SMALLEST
from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import unit
from dagmix._util.budget import Meter
from dagmix.errors import SizeError

LARGEST_TABLE = 2**24  # numbers computed: rows times nodes

Parts = Sequence[tuple[Fraction, Transition]]  # exact weight and matrix of every head
Step = Callable[[Vec], Vec]


@dataclass(frozen=True)
class Question:
    """Entry [sink, node] of the power `steps` of Σ β_h M_h; a budget counts the steps."""

    parts: Parts
    sink: int
    node: int
    steps: int
    meter: Meter = field(default_factory=Meter)

    @property
    def size(self) -> int:
        """Number of nodes."""
        return self.parts[0][1].adjacency.n

    def unit_row(self, *, exact: bool) -> Vec:
        """Return the row e_τ, in integers or floats."""
        return unit(self.size, self.sink, 1 if exact else 1.0)


def check_size(rows: int, size: int, what: str) -> None:
    """Raise SizeError where an answer takes too many rows of numbers."""
    if rows * size > LARGEST_TABLE:
        message = f"{what} over {size} nodes takes {rows * size} numbers; at most {LARGEST_TABLE}"
        raise SizeError(message)


def any_floats(parts: Parts) -> bool:
    """Tell whether a head is a float operator, the weights apart."""
    return any(head.field is Field.FLOAT for _, head in parts)


def by_counts(question: Question) -> dict[tuple[int, ...], Fraction | float]:
    """Return the polynomial Σ_c a_c Π_h β_h^{c_h} as c → a_c, terms of 0 left out.

    a_c is the sum of (M_{h₁} … M_{hₜ})[τ, j] over all orders in which head h occurs c_h times.
    """
    heads, steps = len(question.parts), question.steps
    terms = math.comb(steps + heads - 1, steps)
    what = f"a polynomial of {terms} terms"
    check_size(math.comb(steps + heads, heads), question.size, what)
    exact = not any_floats(question.parts)
    whole = [head.integers if exact else (head.floats.kernel, 1) for _, head in question.parts]
    level = {(0,) * heads: question.unit_row(exact=exact)}
    for _ in range(steps):
        question.meter.count()
        level = _next_degree(level, [kernel for kernel, _ in whole], question.meter)
    return {
        counts: _over(row[question.node], counts, [scale for _, scale in whole], exact=exact)
        for counts, row in level.items()
        if row[question.node]
    }


def _next_degree(
    level: dict[tuple[int, ...], Vec], kernels: list[Kernel], meter: Meter
) -> dict[tuple[int, ...], Vec]:
    """Multiply a row of polynomials, kept as counts → row of coefficients, by Σ β_h M_h."""
    later: dict[tuple[int, ...], Vec] = {}
    for counts, row in level.items():
        meter.check()
        for head, kernel in enumerate(kernels):
            moved = kernel.step(row)
            key = (*counts[:head], counts[head] + 1, *counts[head + 1 :])
            later[key] = later[key] + moved if key in later else moved
    return later


def _over(number: Any, counts: Sequence[int], scales: list[int], *, exact: bool) -> Any:
    if not exact:
        return float(number)
    return Fraction(int(number), math.prod(map(pow, scales, counts)))


def weighted(parts: Parts, *, exact: bool) -> tuple[list[Step], int]:
    """Return the steps x → x β_h M_h, as integers over one denominator or as floats."""
    if not exact:
        return [_scaled(head.floats.kernel, float(weight)) for weight, head in parts], 1
    scales = [weight.denominator * head.integers[1] for weight, head in parts]
    common = math.lcm(*scales)
    steps = [
        _scaled(head.integers[0], weight.numerator * (common // scale))
        for (weight, head), scale in zip(parts, scales, strict=True)
    ]
    return steps, common


def _scaled(kernel: Kernel, factor: float) -> Step:
    return lambda row: kernel.step(row) * factor


def by_order(question: Question, *, exact: bool) -> dict[tuple[int, ...], Fraction | float]:
    """Return the weight of every sequence of heads, the one of the first step first.

    The sequences (h₁, …, hₜ) are those of Mₕₜ … Mₕ₁: a row is stepped from the sink, so that
    the head of the first step comes last.
    """
    count = len(question.parts)
    # Two to the power 64 is refused as surely as any more, and sooner computed.
    rows = question.steps if count == 1 else count ** min(question.steps, 64)
    what = f"a table of {count}^{question.steps} head sequences"
    check_size(rows, question.size, what)
    steps, scale = weighted(question.parts, exact=exact)
    level: dict[tuple[int, ...], Vec] = {(): question.unit_row(exact=exact)}
    for _ in range(question.steps):
        question.meter.count()
        level = _longer(level, steps, question.meter)
    whole = scale**question.steps
    entries = {heads: row[question.node] for heads, row in level.items()}
    return {
        heads: Fraction(int(entry), whole) if exact else float(entry)
        for heads, entry in entries.items()
    }


def _longer(
    level: dict[tuple[int, ...], Vec], steps: list[Step], meter: Meter
) -> dict[tuple[int, ...], Vec]:
    """Put one more head before every sequence."""
    longer: dict[tuple[int, ...], Vec] = {}
    for head, step in enumerate(steps):
        for heads, row in level.items():
            meter.check()
            longer[head, *heads] = step(row)
    return longer


def pure_and_cross(question: Question) -> tuple[Any, Any]:
    """Return the weight of the pathways of one head and that of two or more, up to one factor.

    Integers where every number is rational or the floats come near underflow, floats otherwise.
    """
    parts = [(weight, head) for weight, head in question.parts if weight]
    what = f"a split of {question.steps} steps of {len(parts)} heads"
    check_size(question.steps * len(parts), question.size, what)
    exact = not any_floats(parts)
    pure, cross = _split(question, weighted(parts, exact=exact)[0], exact=exact)
    if not exact and pure + cross < SMALLEST:
        return _split(question, weighted(parts, exact=True)[0], exact=True)
    return pure, cross


def _split(question: Question, steps: list[Step], *, exact: bool) -> tuple[Any, Any]:
    unit = question.unit_row(exact=exact)
    if not question.steps:
        return unit[question.node], 0
    question.meter.count()
    pure, cross = [step(unit) for step in steps], unit * 0
    for _ in range(question.steps - 1):
        question.meter.count()
        others = [reduce(add, pure[:h] + pure[h + 1 :], cross) for h in range(len(pure))]
        cross = reduce(add, (step(row) for step, row in zip(steps, others, strict=True)))
        pure = [step(row) for step, row in zip(steps, pure, strict=True)]
    return sum(row[question.node] for row in pure), cross[question.node]
