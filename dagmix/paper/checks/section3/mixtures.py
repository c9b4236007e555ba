"""§3.1 of the paper: fidelity of several heads (equations 26 to 31)."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.exact.scalars import HALF
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.paper.checks.definitions import diffusion_matrix, identity, matrix, powers
from dagmix.paper.checks.section2.graphs import listed
from dagmix.paper.checks.section3.fidelity import (
    SCANNED,
    SUPREMUM,
    greatest,
    least_peak,
    numbered,
    quarters,
)
from dagmix.paper.examples import example_3_8, example_3_13
from dagmix.paper.statements import Finding, Kind, Statement, Verdict

EXPANDED = 4  # steps of Remark 3.7's expansion
PRINTED_MIXTURE = ((3, 1, 0, 0), (1, 3, 0, 0), (1, 1, 2, 0), (0, 0, 2, 2))  # in quarters


def alone(head: FeedforwardDAG) -> Fraction:
    """Return a head's minimax fidelity."""
    return Fraction(DiffusionOperator(head, sink="τ").minimax_fidelity().value)


def _mixture_matrix() -> Finding:
    mix, pair = MultiHeadDiffusion(example_3_13()), example_3_13()
    uneven = MultiHeadDiffusion(pair, (Fraction(1, 7), Fraction(6, 7)))
    one, two = map(diffusion_matrix, pair)
    same = quarters(mix) == PRINTED_MIXTURE and (7 * matrix(uneven) == one + 6 * two).all()
    return Finding("the mixture printed in Example 3.13", "β = ½, ½; and β = 1/7, 6/7", bool(same))


def expanded(weights: tuple[Fraction, ...], steps: int) -> Vec:
    """Return the right side of equation (27): the sum over all sequences of heads."""
    heads = [diffusion_matrix(head) for head in example_3_8()]
    total = identity(3) * 0
    for word in product(range(len(heads)), repeat=steps):
        term = identity(3)
        for head in word:
            term = term @ heads[head] * weights[head]
        total = total + term
    return total


def _expansion() -> Finding:
    """Both sides are polynomials of degree t in β₀ = 1 − β₁: t + 1 values decide."""
    weights = [(Fraction(k, EXPANDED), 1 - Fraction(k, EXPANDED)) for k in range(EXPANDED + 1)]
    mixed = [
        powers(matrix(MultiHeadDiffusion(example_3_8(), pair, sink="τ")), EXPANDED)
        for pair in weights
    ]
    same = all(
        (found[t] == expanded(pair, t)).all()
        for pair, found in zip(weights, mixed, strict=True)
        for t in range(1, EXPANDED + 1)
    )
    one, two = map(diffusion_matrix, example_3_8())
    sequences = sum(2**t for t in range(1, EXPANDED + 1))
    computed = (
        f"all {sequences} products for t ≤ {EXPANDED} add up at {len(weights)} values of β₀, which"
        f" decides polynomials of degree {EXPANDED}"
    )
    commute = "commute" if (one @ two == two @ one).all() else "do not commute"
    return Finding(computed, f"the two heads of Example 3.8 {commute}", same)


def _multi_node_fidelity() -> Finding:
    mix = MultiHeadDiffusion(example_3_13())
    fidelity = mix.node_fidelity("u")
    formula = all(
        mix.signal("u", t) == HALF - Fraction(t + 1, 2 ** (t + 1)) for t in range(SCANNED)
    )
    limit = fidelity.value == HALF and greatest(mix, "u") < HALF
    computed = f"φ_u = {fidelity.value} in Example 3.13, as a supremum"
    witness = f"φ_u(t) = ½ − (t + 1) / 2^(t + 1) for t < {SCANNED}: never ½"
    return Finding(computed, witness, greatest(mix, "u") == fidelity.value, limit and formula)


def _multi_minimax() -> Finding:
    mix = MultiHeadDiffusion(example_3_13())
    found = mix.minimax_fidelity()
    each = min(mix.node_fidelity(node).value for node in mix.nodes)
    scanned = least_peak(mix)
    near = 0 <= found.value - scanned < Fraction(1, 10**9)
    computed = f"Example 3.13: φ_min = {found.value} at {listed(list(found.nodes))}"
    witness = f"the least maximum for t ≤ {SCANNED} is {float(scanned):.12f}"
    return Finding(computed, witness, found.value == each and near)


def peaks() -> list[Fraction]:
    """Return the least peak signal of each head of Example 3.13, by whole powers."""
    return [least_peak(DiffusionOperator(head)) for head in example_3_13()]


def _best_value() -> Finding:
    best, each = MultiHeadDiffusion(example_3_13()).best_head(), peaks()
    computed = f"Example 3.13: the best φ_min of a head is {best.value}"
    return Finding(computed, f"heads: {numbered(each)}", best.value == max(each))


def _best_head() -> Finding:
    best, each = MultiHeadDiffusion(example_3_13()).best_head(), peaks()
    brute = tuple(h for h, value in enumerate(each) if value == max(each))
    computed = f"the best heads of Example 3.13 are {' and '.join(map(str, best.heads))}"
    right = tuple(best.heads) == brute and best.value == max(each)
    return Finding(computed, f"each has {best.value}", right and len(brute) == 1, right)


STATEMENTS = (
    Statement(
        label="Definition 3.6",
        quote="We define multi-head diffusion operator using convex weights",
        says="The multi-head diffusion is the convex mixture Σ β_h Δ_h.",
        check=_mixture_matrix,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
    Statement(
        label="Remark 3.7",
        quote="Taking powers of the multi-head diffusion operator yields the following expression",
        says="Powers of the mixture are sums over all sequences of heads.",
        check=_expansion,
        documented=Verdict.VERIFIED,
    ),
)

NODE_AND_BEST = (
    Statement(
        label="Definition 3.9",
        quote="We define the multi-head node fidelity as the node fidelity computed based on the"
        " multi-head diffusion operator",
        says="Multi-head node fidelity is the maximum of the mixture's signal.",
        check=_multi_node_fidelity,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
        premise=SUPREMUM,
    ),
    Statement(
        label="Definition 3.10",
        quote="The multi-head minimax fidelity is given by … min φ_j^multi",
        says="Multi-head minimax fidelity is its least value.",
        check=_multi_minimax,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
    Statement(
        label="Definition 3.11",
        quote="Comparing the minimax fidelity across heads in the multi-head attention mechanism",
        says="The best head's fidelity is the greatest φ_min of a head.",
        check=_best_value,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
    Statement(
        label="Definition 3.12",
        quote="Consequently we define the best head as … arg max",
        says="The best head is the one that has it.",
        check=_best_head,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
        premise="it is a set: heads may tie",
    ),
)
