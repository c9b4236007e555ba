"""What others say of the same matrices: who is least heard under uniform causal attention."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from dagmix._engine.exact.scalars import HALF
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.paper.statements import Finding, Kind, Statement, Verdict

SMALLEST = 5  # positions: of four, the last but one is in the middle too
SIZES, DEPTHS = (SMALLEST, 8, 12), range(2, 7)
MOSTLY_KEPT = Fraction(9, 10)


def heard(n: int, depth: int, residual: Fraction) -> list[Fraction]:
    """Return the last row of (ρ I + (1 − ρ) C)ᴸ, C the uniform causal attention on n positions."""
    share = [(1 - residual) / (i + 1) for i in range(n)]
    rows = [[share[i] * (j <= i) + residual * (j == i) for j in range(n)] for i in range(n)]
    layer = DiffusionOperator.from_matrix(rows)
    return [Fraction(layer.signal(j, depth)) for j in range(n)]


def _least_heard() -> Finding:
    least = [
        (n, row.index(min(row)))
        for n in SIZES
        for depth in DEPTHS
        for residual in (HALF, MOSTLY_KEPT)
        for row in [heard(n, depth, residual)]
    ]
    row = heard(SMALLEST, 2, HALF)
    falls = all(one > two for one, two in pairwise(row[:-1]))
    elsewhere = sum(place < n - 2 for n, place in least)
    computed = (
        f"n = {', '.join(map(str, SIZES))}, depths {DEPTHS[0]} to {DEPTHS[-1]}, ρ = 1/2, 9/10: the"
        f" least heard is the last position or the last but one, {elsewhere} of {len(least)} times"
        " another"
    )
    witness = f"n = {SMALLEST}, two layers, ρ = 1/2: {', '.join(map(str, row))}"
    return Finding(computed, witness, elsewhere > 0, as_read=falls and row[-1] > row[-2])


STATEMENT = Statement(
    label="Beside the paper, 2603.10123",
    quote="the U-shape is already present at initialization, before any training or positional"
    " encoding takes effect.",
    says="Through layers of uniform causal attention with residual streams the last position hears"
    " the middle of the context least. A statement of another paper about the same matrices.",
    check=_least_heard,
    documented=Verdict.UNSUPPORTED,
    kind=Kind.REMARK,
    reading="as a shape: the curve falls from the first position on and rises at the last one; its"
    " lowest point is beside the end",
)
