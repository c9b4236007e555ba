"""Fidelities that the theory names: families with closed forms, and the paper's examples."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy as sp

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, families

HALF = Fraction(1, 2)
T = sp.Symbol("t", integer=True, nonnegative=True)
LINE = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
SWAPPED = FeedforwardDAG([("v", "u"), ("u", "w"), ("w", "τ")], nodes="uvwτ")
WIDE = FeedforwardDAG([("u", "w"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
EX_3_8 = [FeedforwardDAG([("u", "v")], nodes="uvτ"), FeedforwardDAG([("v", "τ")], nodes="uvτ")]


@pytest.mark.parametrize("n", [3, 4, 5, 8, 16, 40])
def test_line(n: int) -> None:
    """φ_min = C(2n−4, n−2) / 4^(n−2) at the second node, at t = 2n−5 and 2n−4."""
    diffusion = DiffusionOperator(families.line(n))
    minimax, second = diffusion.minimax_fidelity(), diffusion.node_fidelity(1)
    assert minimax.value == Fraction(math.comb(2 * n - 4, n - 2), 4 ** (n - 2))
    assert minimax.nodes == (1,) if n > 3 else 1 in minimax.nodes
    assert (second.value, second.times) == (minimax.value, (2 * n - 5, 2 * n - 4))


@pytest.mark.parametrize("n", [2, 3, 4, 8, 20])
def test_complete(n: int) -> None:
    """φ_min = 1/n, but 1 at n = 2."""
    minimax = DiffusionOperator(families.complete(n)).minimax_fidelity()
    assert minimax.value == (1 if n == 2 else Fraction(1, n))


@pytest.mark.parametrize(
    ("n", "normalised"), [(8, 1.6790), (16, 2.1370), (32, 2.8846), (64, 3.9915)]
)
def test_sliding_window(n: int, normalised: float) -> None:
    """n · φ_min of a window of two predecessors."""
    value = DiffusionOperator(families.sliding_window(n, 2)).minimax_fidelity().value
    assert isinstance(value, Fraction)
    assert float(n * value) == pytest.approx(normalised, abs=5e-5)


def power_series(factors: list[tuple[Fraction, Fraction]], order: int) -> list[Fraction]:
    """Coefficients of Π (a z) / (1 − b z) over the pairs (a, b), below z^order."""
    series = [Fraction(1)] + [Fraction(0)] * (order - 1)
    for a, b in factors:
        previous, grown = Fraction(0), [Fraction(0)]
        for coefficient in series[:-1]:
            previous = b * previous + a * coefficient
            grown.append(previous)
        series = grown
    return series


def lane_series(k: int, slope: Fraction) -> list[Fraction]:
    """Signal of the first node beside the lane: 1/(1 − z/2) and k factors."""
    third = Fraction(1, 3)
    factors = [(third, third)] + [(slope, slope)] * (k - 1)
    shifted = power_series([*factors, (Fraction(1), HALF)], 8 * k + 8)  # one z too many
    return shifted[1:]


@pytest.mark.parametrize("k", [2, 3, 8])
def test_lane_pair(k: int) -> None:
    """Peaks of [zᵗ] (z/3)ᵏ/((1−z/3)ᵏ(1−z/2)); in the mixture k−1 factors have 5/12 for 1/3."""
    heads = families.lane_pair(k)
    assert len(heads[0].nodes) == 2 * k + 2
    alone, together = max(lane_series(k, Fraction(1, 3))), max(lane_series(k, Fraction(5, 12)))
    mix = MultiHeadDiffusion(heads)
    assert [DiffusionOperator(head).minimax_fidelity().value for head in heads] == [alone] * 2
    assert mix.minimax_fidelity().value == together
    assert (mix.best_head().value, mix.best_head().heads) == (alone, (0, 1))
    assert mix.amplification() == together / alone


def test_lane_pair_in_numbers() -> None:
    """k = 8: 0.001172 alone and 0.011851 together; k = 32: × 50 471."""
    eight = MultiHeadDiffusion(families.lane_pair(8))
    assert float(eight.best_head().value) == pytest.approx(0.001172, abs=5e-7)
    assert float(eight.minimax_fidelity().value) == pytest.approx(0.011851, abs=5e-7)
    assert MultiHeadDiffusion(families.lane_pair(32)).amplification() == pytest.approx(
        50471, abs=0.5
    )


def test_example_3_8() -> None:
    """φ_u = 1 as a supremum, φ_v = 27/64 at t = 3 and 4; a single head hears nothing of u."""
    mix = MultiHeadDiffusion(EX_3_8)
    u, v = mix.node_fidelity("u"), mix.node_fidelity("v")
    assert (u.value, u.attained, u.times, u.onwards) == (1, False, (), False)
    assert (v.value, v.attained, v.times, v.onwards) == (Fraction(27, 64), True, (3, 4), False)
    assert mix.minimax_fidelity().nodes == ("v",)
    assert (mix.best_head().value, mix.best_head().heads) == (0, (0, 1))
    assert mix.amplification() == math.inf
    second = DiffusionOperator(EX_3_8[1], sink="τ")
    assert (second.node_fidelity("v").value, second.node_fidelity("v").attained) == (1, False)
    deaf = second.node_fidelity("u")
    assert (deaf.value, deaf.attained, deaf.times, deaf.onwards) == (0, True, (0,), True)


def test_example_3_8_for_all_weights() -> None:
    """(Δ̄²)[τ, u] = β₁β₂/4."""
    b1, b2 = sp.symbols("beta1 beta2", positive=True)
    mix = MultiHeadDiffusion(EX_3_8, weights=[b1, b2])
    assert sp.expand(mix.signal("u", 2) - b1 * b2 / 4) == 0
    third = mix.subs({b1: Fraction(1, 3), b2: Fraction(2, 3)})
    assert third == MultiHeadDiffusion(EX_3_8, weights=["1/3", "2/3"])


def test_example_3_13() -> None:
    """3/8, 3/8 and together ½; u comes ever closer to ½, w has it at t = 1 and 2."""
    for head, node in ((LINE, "v"), (SWAPPED, "u")):
        phi = DiffusionOperator(head).node_fidelity(node)
        assert (phi.value, phi.times) == (Fraction(3, 8), (3, 4))
    mix = MultiHeadDiffusion([LINE, SWAPPED])
    assert (mix.minimax_fidelity().value, mix.minimax_fidelity().nodes) == (HALF, ("u", "v", "w"))
    for node in "uv":
        phi = mix.node_fidelity(node)
        assert (phi.value, phi.attained, phi.times) == (HALF, False, ())
    w = mix.node_fidelity("w")
    assert (w.value, w.attained, w.times, w.onwards) == (HALF, True, (1, 2), False)
    assert mix.amplification() == Fraction(4, 3)


def test_example_3_13_in_closed_form() -> None:
    """(Δ̄ᵗ)[τ, u] = ½ − (t+1)/2^(t+1), though the mixture has a cycle."""
    mix = MultiHeadDiffusion([LINE, SWAPPED])
    form = mix.signal("u", T)
    assert sp.simplify(form - (sp.Rational(1, 2) - (T + 1) / 2 ** (T + 1))) == 0
    head = DiffusionOperator(LINE).signal("v", T)
    assert sp.simplify(head - T * (T - 1) / 2 ** (T + 1)) == 0


@pytest.mark.parametrize(
    ("beta", "least"),
    [
        (Fraction(0), Fraction(3, 8)),
        (Fraction(1, 5), Fraction(29, 80)),
        (Fraction(1, 4), Fraction(23, 64)),
        (Fraction(1, 3), Fraction(3, 8)),
        (HALF, HALF),
        (Fraction(2, 3), Fraction(3, 8)),
        (Fraction(3, 4), Fraction(23, 64)),
        (Fraction(1), Fraction(3, 8)),
    ],
)
def test_example_3_13_over_the_weights(beta: Fraction, least: Fraction) -> None:
    """Mixing helps exactly for β₁ between ⅓ and ⅔, and does worst at ¼ and ¾."""
    mix = MultiHeadDiffusion([LINE, SWAPPED], weights=[beta, 1 - beta])
    assert mix.minimax_fidelity().value == least
    assert mix.best_head().value == Fraction(3, 8)
    assert (mix.amplification() > 1) == (Fraction(1, 3) < beta < Fraction(2, 3))


@pytest.mark.parametrize("beta", [Fraction(1, 7), Fraction(2, 5), HALF])
def test_signal_of_u_over_the_weights(beta: Fraction) -> None:
    """x_t[u] = β₁(1 − (t+1)2⁻ᵗ) + (1 − 2β₁) t(t−1) 2^(−t−1)."""
    mix = MultiHeadDiffusion([LINE, SWAPPED], weights=[beta, 1 - beta])
    for t in range(20):
        rise = beta * (1 - Fraction(t + 1, 2**t))
        assert mix.signal("u", t) == rise + (1 - 2 * beta) * Fraction(t * (t - 1), 2 ** (t + 1))


def test_one_graph_can_do_as_well() -> None:
    """u→w, v→w, w→τ alone has φ_min = ½."""
    assert DiffusionOperator(WIDE).minimax_fidelity().value == HALF


def test_figure_3() -> None:
    """With the published script's head 2: 3/8, ¼ and together 5/12."""
    drawn = FeedforwardDAG([("u", "w"), ("v", "w"), ("v", "τ"), ("w", "τ")], nodes="uvwτ")
    heads = [DiffusionOperator(head).minimax_fidelity().value for head in (LINE, drawn)]
    assert heads == [Fraction(3, 8), Fraction(1, 4)]
    assert MultiHeadDiffusion([LINE, drawn]).minimax_fidelity().value == Fraction(5, 12)


def test_which_steps_count() -> None:
    """From t = 0 the sink hears itself fully; from t = 1 it contributes its own weight."""
    star = FeedforwardDAG([(j, 5) for j in range(5)])
    diffusion = DiffusionOperator(star)
    assert diffusion.node_fidelity(5).value == 1
    sink = diffusion.node_fidelity(5, first_step=1)
    assert (sink.value, sink.times) == (Fraction(1, 6), (1,))
    assert diffusion.minimax_fidelity(first_step=1).nodes == (5,)
    assert diffusion.minimax_fidelity().value == Fraction(1, 5)


def test_one_node() -> None:
    """φ_min = 1, always."""
    diffusion = DiffusionOperator(FeedforwardDAG([], nodes=["a"]))
    for first in (0, 1, 5):
        phi = diffusion.node_fidelity("a", first_step=first)
        assert (phi.value, phi.attained, phi.times, phi.onwards) == (1, True, (first,), True)
        minimax = diffusion.minimax_fidelity(first_step=first)
        assert (minimax.value, minimax.nodes) == (1, ("a",))


@pytest.mark.parametrize("q", [100, 300])
def test_a_line_that_seldom_moves(q: int) -> None:
    """Each node moves with probability 1/(2q): two moves out of t, best at t = 4q−1 and 4q."""
    rest = FeedforwardDAG([], nodes="uvwτ")
    mix = MultiHeadDiffusion([LINE, rest], weights=[Fraction(1, q), 1 - Fraction(1, q)])
    move = Fraction(1, 2 * q)
    peak = math.comb(4 * q, 2) * move**2 * (1 - move) ** (4 * q - 2)
    phi = mix.node_fidelity("v")
    assert (phi.value, phi.times) == (peak, (4 * q - 1, 4 * q))
    assert mix.minimax_fidelity().value == peak
