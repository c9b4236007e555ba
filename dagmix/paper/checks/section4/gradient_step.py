"""§5 of the paper: what can be optimised directly, by one gradient step."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Vec
from dagmix._engine.exact.convert import rational_matrix
from dagmix.operators.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.paper.checks.definitions import diffusion_matrix, identity, matrix, powers, walk_matrix
from dagmix.paper.examples import example_3_13
from dagmix.paper.statements import Finding, Statement, Verdict

LAYERS = (Fraction(3, 10), Fraction(1, 5))  # weight of head 0 in each of two layers
RATE = Fraction(1, 10)  # of the gradient step


def signal_and_slope(weight: Fraction) -> tuple[Fraction, Fraction]:
    """Return φ_min of β Δ₀ + (1 − β) Δ₁ in Example 3.13 and dφ_min/dβ, by the product rule.

    Only the piece that attains the minimum is differentiated, as Danskin's theorem allows.
    """
    mix = MultiHeadDiffusion(example_3_13(), (weight, 1 - weight))
    found = mix.minimax_fidelity()
    node = mix.nodes.row(found.nodes[0])
    (time,) = mix.node_fidelity(found.nodes[0]).times
    one, two = map(diffusion_matrix, example_3_13())
    before = powers(matrix(mix), time)
    slope = sum(
        (before[s] @ (one - two) @ before[time - 1 - s])[mix.sink.index, node] for s in range(time)
    )
    return Fraction(found.value), Fraction(slope)


def hitting_and_slope(weight: Fraction) -> tuple[Fraction, Fraction]:
    """Return Σ_j E_j[steps to τ] of the walks of Example 3.13 and its derivative in the weight."""
    mix = MultiHeadWalk(example_3_13(), (weight, 1 - weight))
    inner = [k for k in range(len(mix.nodes)) if k != mix.sink.index]
    one, two = (walk_matrix(head)[np.ix_(inner, inner)] for head in example_3_13())
    step = identity(len(inner)) - matrix(mix)[np.ix_(inner, inner)]
    visits = _inverse(step)
    change = visits @ (one - two) @ visits
    return Fraction(sum(mix.expected_hitting_times())), Fraction(change.sum())


def _inverse(square: Vec) -> Vec:
    found = rational_matrix(square).inv().table()
    return np.array([[Fraction(int(x.p), int(x.q)) for x in row] for row in found], dtype=object)


def task_loss(weights: tuple[Fraction, ...]) -> Fraction:
    """Return the loss of two layers on a task they have solved: the token is the same everywhere.

    The output at the last position is that token, whatever the attention, so the loss is 0.
    """
    layers = [matrix(MultiHeadDiffusion(example_3_13(), (w, 1 - w))) for w in weights]
    tokens = np.array([Fraction(1)] * 4, dtype=object)
    return Fraction((layers[1] @ (layers[0] @ tokens))[-1] - 1) ** 2


def _directly() -> Finding:
    found = [signal_and_slope(weight) for weight in LAYERS]
    stepped = tuple(w + RATE * slope for w, (_, slope) in zip(LAYERS, found, strict=True))
    after = [signal_and_slope(weight)[0] for weight in stepped]
    mean = [hitting_and_slope(weight) for weight in LAYERS]
    quicker = tuple(w - RATE * slope / 100 for w, (_, slope) in zip(LAYERS, mean, strict=True))
    means = [hitting_and_slope(weight)[0] for weight in quicker]
    raised = all(new > old for new, (old, _) in zip(after, found, strict=True))
    lowered = all(new < old for new, (old, _) in zip(means, mean, strict=True))
    losses = {task_loss(weights) for weights in (LAYERS, stepped, quicker)}
    steps = "; ".join(
        f"layer {k}: dφ_min/dβ = {slope}, φ_min {old} → {new}"
        for k, ((old, slope), new) in enumerate(zip(found, after, strict=True))
    )
    hits = ", ".join(f"{float(old):.4f} → {float(new):.4f}" for (old, _), new in
                     zip(mean, means, strict=True))  # fmt: skip
    directly = raised and lowered and losses == {Fraction(0)}
    return Finding(
        f"one gradient step on φ_min alone, two layers of Example 3.13's heads: {steps}",
        f"one on the sum of hitting times: {hits}; the loss on the task is 0 before and after",
        not directly,
        as_read=losses == {Fraction(0)},
    )


STATEMENTS = (
    Statement(
        label="§5",
        quote="This implies that mixing time and minimax fidelity can only be optimized as a"
        " consequence of improving downstream performance but not directly.",
        says="Neither measure can be optimised by itself.",
        check=_directly,
        documented=Verdict.FALSE,
        reading="it is said of training on the downstream loss alone: its gradient need not see"
        " either measure, as here, where it is zero",
    ),
)
