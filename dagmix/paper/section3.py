"""Section 3 of the paper, checked: diffusion, fidelity, the two worked examples."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from dagmix._engine.exact.scalars import HALF
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.paper.statements import Finding, Statement, Verdict, example_3_8, example_3_13

if TYPE_CHECKING:
    from sympy import Symbol

SCANNED = 40  # steps of brute force beside a supremum
EXPANDED = 4  # steps of Remark 3.7's expansion
NAMES = "uvwτ"

PRINTED = (  # the matrices of Example 3.13, in quarters
    ((4, 0, 0, 0), (2, 2, 0, 0), (0, 2, 2, 0), (0, 0, 2, 2)),
    ((2, 2, 0, 0), (0, 4, 0, 0), (2, 0, 2, 0), (0, 0, 2, 2)),
)
PRINTED_MIXTURE = ((3, 1, 0, 0), (1, 3, 0, 0), (1, 1, 2, 0), (0, 0, 2, 2))


def quarters(operator: DiffusionOperator) -> tuple[tuple[int, ...], ...]:
    """Return the matrix of an operator times 4, as tuples."""
    return tuple(tuple(int(4 * entry) for entry in row) for row in operator.exact.tolist())


def powers(operator: DiffusionOperator, steps: int) -> list[list[Fraction]]:
    """Return the sink's row of full matrix powers, t = 0, …, steps, entry by entry."""
    matrix = [[Fraction(str(entry)) for entry in row] for row in operator.exact.tolist()]
    size = range(len(matrix))
    power = [[Fraction(i == j) for j in size] for i in size]
    rows = []
    for _ in range(steps + 1):
        rows.append(power[operator.sink.index])
        power = [
            [sum((matrix[i][k] * power[k][j] for k in size), Fraction(0)) for j in size]
            for i in size
        ]
    return rows


def greatest(operator: DiffusionOperator, node: str) -> Fraction:
    """Return the maximum signal of a node over the first steps, by full powers."""
    return max(row[operator.nodes.row(node)] for row in powers(operator, SCANNED))


def symbols() -> tuple[Symbol, Symbol]:
    """Return β₀ and β₁."""
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    beta0, beta1 = sp.symbols("beta0 beta1", positive=True)
    return beta0, beta1


def _diffusion_matrix() -> Finding:
    operators = [DiffusionOperator(head) for head in example_3_13()]
    same = tuple(map(quarters, operators)) == PRINTED
    rows, columns = (
        [sum(line) for line in lines] for lines in (PRINTED[0], zip(*PRINTED[0], strict=True))
    )
    witness = f"rows sum to 1, columns to {', '.join(str(Fraction(c, 4)) for c in columns)}"
    return Finding("the matrices printed in Example 3.13", witness, same and set(rows) == {4})


def _signal() -> Finding:
    operator = DiffusionOperator(example_3_13()[0])
    rows = powers(operator, SCANNED)
    same = all(
        operator.signal(node, t) == rows[t][operator.nodes.row(node)]
        for node in NAMES
        for t in range(SCANNED + 1)
    )
    shown = ", ".join(str(operator.signal("v", t)) for t in range(6))
    return Finding(f"equal to full powers for t ≤ {SCANNED}", f"node v: {shown}, …", same)


def _node_fidelity() -> Finding:
    operator = DiffusionOperator(example_3_13()[0])
    fidelity, scanned = operator.node_fidelity("u"), greatest(operator, "u")
    approached = scanned < fidelity.value == 1
    computed = f"φ_u = {fidelity.value} in head 0 of Example 3.13, as a supremum"
    witness = f"φ_u(t) ≤ {float(scanned):.10f} for t ≤ {SCANNED}, below 1 at every t"
    return Finding(computed, witness, bool(fidelity.attained), approached)


def _optimal_time() -> Finding:
    operator = DiffusionOperator(example_3_13()[0])
    times = {node: tuple(operator.node_fidelity(node).times) for node in NAMES}
    column = [row[operator.nodes.row("v")] for row in powers(operator, SCANNED)]
    brute = tuple(t for t, signal in enumerate(column) if signal == max(column))
    one_each = all(len(found) == 1 for found in times.values())
    computed = f"v has its maximum at t in {{{', '.join(map(str, times['v']))}}}"
    witness = f"u has none ({len(times['u'])} maximising times)"
    return Finding(computed, witness, one_each, times["v"] == brute)


def _minimax() -> Finding:
    operator = DiffusionOperator(example_3_13()[0])
    found = operator.minimax_fidelity()
    each = {node: operator.node_fidelity(node).value for node in NAMES}
    computed = f"φ_min = {found.value} at {', '.join(map(str, found.nodes))}"
    least = found.value == min(each.values()) == greatest(operator, "v")
    witness = "φ = " + ", ".join(f"{node}: {value}" for node, value in each.items())
    return Finding(computed, witness, least)


def _mixture_matrix() -> Finding:
    mixture = MultiHeadDiffusion(example_3_13())
    same = quarters(mixture) == PRINTED_MIXTURE
    return Finding("the mixture printed in Example 3.13", "β = (½, ½)", same)


def _expansion() -> Finding:
    heads, weights = example_3_8(), symbols()
    mixture = MultiHeadDiffusion(heads, weights)
    matrices = [DiffusionOperator(head, sink="τ").exact for head in heads]
    same, terms = True, 0
    for t in range(1, EXPANDED + 1):
        total: Any = matrices[0] * 0
        for word in product(range(2), repeat=t):
            term: Any = matrices[0] ** 0
            for head in word:
                term = term * matrices[head] * weights[head]
            total, terms = total + term, terms + 1
        same = same and (total - mixture.exact**t).expand().is_zero_matrix
    computed = f"all {terms} products for t ≤ {EXPANDED} add up, as polynomials in β"
    one, two = matrices
    return Finding(computed, f"heads commute: {one * two == two * one}", bool(same))


def _example_3_8() -> Finding:
    heads, (beta0, beta1) = example_3_8(), symbols()
    signal = MultiHeadDiffusion(heads, [beta0, beta1]).signal("u", 2)
    alone = [DiffusionOperator(head, sink="τ") for head in heads]
    minima = [operator.minimax_fidelity().value for operator in alone]
    zero = all(operator.signal("u", 2) == 0 for operator in alone) and not any(minima)
    uniform = MultiHeadDiffusion(heads).minimax_fidelity()
    computed = f"(Δ̄²)[τ, u] = {signal}; φ_min of the heads {minima[0]}, {minima[1]}"
    witness = (
        f"uniform mixture: φ_min = {uniform.value} at {uniform.nodes[0]};"
        f" yet head 1 alone has φ_v = {alone[1].node_fidelity('v').value}"
    )
    return Finding(computed, witness, zero and signal == beta0 * beta1 / 4 and uniform.value > 0)


def _multi_node_fidelity() -> Finding:
    mixture = MultiHeadDiffusion(example_3_13())
    fidelity = mixture.node_fidelity("u")
    limit = fidelity.value == HALF and greatest(mixture, "u") < HALF
    computed = f"φ_u = {fidelity.value} in Example 3.13, as a supremum"
    import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

    t = sp.Symbol("t", integer=True, nonnegative=True)
    witness = f"φ_u(t) = {mixture.signal('u', t)}"
    return Finding(computed, witness, bool(fidelity.attained), limit)


def _multi_minimax() -> Finding:
    mixture = MultiHeadDiffusion(example_3_13())
    found = mixture.minimax_fidelity()
    least = found.value == min(mixture.node_fidelity(node).value for node in NAMES)
    computed = f"φ_min = {found.value}"
    return Finding(computed, f"at {', '.join(map(str, found.nodes))}", least)


def _best_value() -> Finding:
    mixture = MultiHeadDiffusion(example_3_13())
    best = mixture.best_head()
    each = [DiffusionOperator(head).minimax_fidelity().value for head in example_3_13()]
    computed = f"best φ_min of a head = {best.value}"
    return Finding(computed, f"heads: {', '.join(map(str, each))}", best.value == max(each))


def _best_head() -> Finding:
    best = MultiHeadDiffusion(example_3_13()).best_head()
    each = [DiffusionOperator(head).minimax_fidelity().value for head in example_3_13()]
    brute = tuple(h for h, value in enumerate(each) if value == max(each))
    names = ", ".join(str(head) for head in best.heads)
    computed = f"the best heads of Example 3.13 are {names}"
    return Finding(computed, f"each has {best.value}", len(best.heads) == 1, best.heads == brute)


def _example_3_13() -> Finding:
    mixture = MultiHeadDiffusion(example_3_13())
    single = [operator_value(head) for head in example_3_13()]
    multi, scanned = mixture.minimax_fidelity(), greatest(mixture, "u")
    values = [*single, multi.value] == [Fraction(3, 8), Fraction(3, 8), HALF]
    attained = all(mixture.node_fidelity(node).attained for node in multi.nodes)
    computed = f"φ_min = {single[0]}, {single[1]}; uniform mixture {multi.value}"
    gain = mixture.amplification()
    witness = f"amplification {gain}; u stays below ½ (t = {SCANNED}: {float(scanned):.12f})"
    return Finding(computed, witness, values and attained, values and scanned < HALF)


def operator_value(head: FeedforwardDAG) -> Fraction | float:
    """Return a head's minimax fidelity."""
    return DiffusionOperator(head).minimax_fidelity().value


SUPREMUM = "the maximum is read as a supremum"

STATEMENTS = (
    Statement(
        "Definition 3.1",
        "The diffusion matrix has 1 / indeg(i) for an edge j → i.",
        _diffusion_matrix,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 3.2",
        "The signal of j at the sink after t steps is (Δᵗ)[τ, j].",
        _signal,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 3.3",
        "Node fidelity is the maximum of the signal over t.",
        _node_fidelity,
        Verdict.WITH_PREMISE,
        SUPREMUM,
    ),
    Statement(
        "Definition 3.4",
        "The optimal time is the t of that maximum.",
        _optimal_time,
        Verdict.WITH_PREMISE,
        "it is a set, empty where the supremum is not attained",
    ),
    Statement(
        "Definition 3.5",
        "Minimax fidelity is the least node fidelity.",
        _minimax,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 3.6",
        "The multi-head diffusion is the convex mixture Σ β_h Δ_h.",
        _mixture_matrix,
        Verdict.VERIFIED,
    ),
    Statement(
        "Remark 3.7",
        "Powers of the mixture are sums over all sequences of heads.",
        _expansion,
        Verdict.VERIFIED,
    ),
    Statement(
        "Example 3.8",
        "Two heads of fidelity 0 whose mixture carries u to τ with β₀ β₁ / 4.",
        _example_3_8,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 3.9",
        "Multi-head node fidelity is the maximum of the mixture's signal.",
        _multi_node_fidelity,
        Verdict.WITH_PREMISE,
        SUPREMUM,
    ),
    Statement(
        "Definition 3.10",
        "Multi-head minimax fidelity is its least value.",
        _multi_minimax,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 3.11",
        "The best head's fidelity is the greatest φ_min of a head.",
        _best_value,
        Verdict.VERIFIED,
    ),
    Statement(
        "Definition 3.12",
        "The best head is the one that has it.",
        _best_head,
        Verdict.WITH_PREMISE,
        "it is a set: heads may tie",
    ),
    Statement(
        "Example 3.13",
        "Two heads with φ_min = 3/8 whose uniform mixture has ½.",
        _example_3_13,
        Verdict.WITH_PREMISE,
        SUPREMUM,
    ),
)
