"""Sentences of §3.1 and §4 of the paper, its Figure 3 and its algorithms, checked."""

from __future__ import annotations

from fractions import Fraction

from dagmix import families
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.paper.section3 import operator_value
from dagmix.paper.statements import Finding, Statement, Verdict, example_3_13

POSITIONS = 100  # the paper's sequence length
WALKS = 500  # simulated walks from each initial state in Algorithm 1
UNIFORM = 4  # positions of the uniform causal attention that the algorithms are tried on


def _rise_and_decay() -> Finding:
    signals = DiffusionOperator(example_3_13()[0]).signals(8)[:, 1].tolist()
    falls = [t for t in range(1, len(signals)) if signals[t] < signals[t - 1]]
    rises = [t for t in range(1, len(signals)) if signals[t] > signals[t - 1]]
    shown = ", ".join(map(str, signals))
    peaks = bool(rises and falls) and max(rises) < min(falls)
    return Finding("node v of Example 3.13 rises, then decays", shown, peaks)


def _single_graph() -> Finding:
    fork = FeedforwardDAG([("u", "w"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
    alone, mixed = operator_value(fork), MultiHeadDiffusion(example_3_13()).minimax_fidelity()
    holds = alone < mixed.value
    computed = f"u→w, v→w, w→τ alone has φ_min = {alone}"
    return Finding(computed, f"Example 3.13's mixture has {mixed.value}", holds, holds)


def _surpass() -> Finding:
    gains = [MultiHeadDiffusion(families.lane_pair(k)).amplification() for k in (4, 8, 12)]
    example = MultiHeadDiffusion(example_3_13()).amplification()
    lanes = ", ".join(f"{float(gain):.3g}" for gain in gains)
    grows = example > 1 and gains == sorted(gains)
    return Finding(
        f"amplification {example} in Example 3.13", f"lane pair, k = 4, 8, 12: {lanes}", grows
    )


def _figure_3() -> Finding:
    heads = [operator_value(head) for head in example_3_13()]
    mixed = MultiHeadDiffusion(example_3_13()).minimax_fidelity().value
    other = FeedforwardDAG([("u", "w"), ("v", "w"), ("v", "τ"), ("w", "τ")], nodes="uvwτ")
    drawn = MultiHeadDiffusion([example_3_13()[0], other]).minimax_fidelity().value
    computed = f"peaks of the heads as printed: {heads[0]}, {heads[1]}; mixture {mixed}"
    witness = f"with head 1 = u→w, v→w, v→τ, w→τ: {operator_value(other)}; mixture {drawn}"
    return Finding(computed, witness, [*heads, mixed] == [Fraction(3, 8)] * 2 + [Fraction(1, 2)])


def uniform_attention() -> DiffusionOperator:
    """Return causal attention that gives every position the same weight."""
    return DiffusionOperator(families.complete(UNIFORM))


def column_sums(operator: DiffusionOperator) -> list[Fraction]:
    """Return the sums of the columns of an operator."""
    matrix = operator.exact
    return [Fraction(str(sum(matrix[:, j]))) for j in range(UNIFORM)]


def _algorithm_1() -> Finding:
    attention = uniform_attention()
    sums = column_sums(attention)
    walk = attention.successors()
    normal = [Fraction(str(sum(walk.exact[:, j]))) for j in range(UNIFORM)]
    mean = sum(walk.expected_hitting_times()) / UNIFORM
    computed = f"divided by them, a walk with mean hitting time {mean}"
    witness = f"uniform attention, n = {UNIFORM}: rows of P sum to {', '.join(map(str, sums))}"
    return Finding(computed, witness, set(sums) == {1}, set(normal) == {1})


def _algorithm_2() -> Finding:
    attention = uniform_attention()
    transposed = attention.exact.T
    read = {(transposed**t)[UNIFORM - 1, j] for t in range(5) for j in range(UNIFORM - 1)}
    value = attention.minimax_fidelity().value
    computed = f"(Aᵗ)[τ, j] gives φ_min = {value}"
    witness = f"entries (τ, j) of powers of Aᵀ for j < τ: {', '.join(map(str, read))}"
    return Finding(computed, witness, read != {0}, value == Fraction(1, UNIFORM))


def _too_expensive() -> Finding:
    walk = DiffusionOperator(families.complete(POSITIONS)).successors()
    time, mean = int(walk.mixing_time()), float(sum(walk.expected_hitting_times()) / POSITIONS)
    exact = time * walk.adjacency.edges
    sampled = round(WALKS * POSITIONS * mean)
    computed = f"uniform attention, n = {POSITIONS}: T(¼) = {time}, from {exact} products"
    witness = f"the simulation draws about {sampled} random steps"
    return Finding(computed, witness, exact > sampled, exact > sampled)


STATEMENTS = (
    Statement("After Definition 3.4", "The signal may rise to a peak and then decay.",
              _rise_and_decay, Verdict.VERIFIED),
    Statement("After Example 3.13", "A single graph limits fidelity to a single pathway.",
              _single_graph, Verdict.FALSE),
    Statement("End of §3.1", "The mixture can surpass the best head.", _surpass, Verdict.VERIFIED),
    Statement("Figure 3", "The peaks of Example 3.13: 3/8, 3/8, and ½ for the mixture.",
              _figure_3, Verdict.VERIFIED),
    Statement("§4.2", "The worst case is too expensive to compute.", _too_expensive, Verdict.FALSE),
    Statement("Algorithm 1", "The rows of P = Σ w_h A_hᵀ are distributions to sample from.",
              _algorithm_1, Verdict.WITH_PREMISE, "each is divided by its sum"),
    Statement("Algorithm 2", "Entry (τ, j) of powers of Σ w_h A_hᵀ is the signal of j.",
              _algorithm_2, Verdict.WITH_PREMISE, "powers of Σ w_h A_h are meant"),
)  # fmt: skip
