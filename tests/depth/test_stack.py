"""Stacks of layers beside the oracle's products, and the laws of rollout."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp
from cases.stacks import FIRST, SECOND, drawn, exact, stacked, uniform
from oracle import mixture
from oracle.depth import Layer, dobrushin, rollouts, with_residual

from dagmix import (
    DiffusionOperator,
    LayerStack,
    MultiHeadDiffusion,
    errors,
    families,
)
from dagmix._engine.exact.enclosures import Enclosure
from dagmix.paper import example_3_13

if TYPE_CHECKING:
    from oracle import Matrix

HALF, ONE = Fraction(1, 2), [Fraction(1)]
F, S = exact(FIRST), exact(SECOND)


def single(matrices: list[Matrix], residual: Fraction | int) -> list[Layer]:
    return [Layer(ONE, [matrix], Fraction(residual)) for matrix in matrices]


def fractions(*texts: str) -> list[Fraction]:
    return [Fraction(text) for text in texts]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (single([F, S], HALF), fractions("7/24", "5/24", "1/2")),
        (single([F, S], 0), fractions("7/12", "1/4", "1/6")),
        (single([uniform(4)], HALF), fractions("1/8", "1/8", "1/8", "5/8")),
        (single([uniform(4)] * 2, HALF), fractions("49/192", "37/192", "31/192", "25/64")),
        (
            single([uniform(4)] * 3, HALF),
            fractions("1747/4608", "1015/4608", "721/4608", "125/512"),
        ),
        (single([uniform(4)] * 2, 0), fractions("25/48", "13/48", "7/48", "1/16")),
    ],
)
def test_values_known_by_hand(layers: list[Layer], expected: list[Fraction]) -> None:
    """The last row of the rollout; the oracle has it too."""
    stack = stacked(layers)
    assert [stack.signal(j) for j in stack.nodes] == expected
    assert rollouts(layers)[-1][-1] == expected


@pytest.mark.parametrize("seed", range(12))
def test_a_stack_is_what_the_oracle_multiplies(seed: int) -> None:
    """Signals of all depths, rollout, fidelities and contraction, in all fields."""
    layers = drawn(seed, 4, 1 + seed % 4, 2, causal=seed % 3 > 0)
    products = rollouts(layers)
    table = [matrix[-1] for matrix in products]
    stack = stacked(layers)
    assert stack.signals().tolist() == table
    assert [[stack.signal(j, t) for j in stack.nodes] for t in range(len(table))] == table
    assert stack.rollout().exact.tolist() == products[-1]
    peaks = [max(row[j] for row in table) for j in range(4)]
    for j, peak in enumerate(peaks):
        found = stack.node_fidelity(j)
        assert (found.value, found.exact, found.attained) == (peak, True, True)
        assert found.times == tuple(t for t, row in enumerate(table) if row[j] == peak)
    weakest = stack.minimax_fidelity()
    assert (weakest.value, weakest.exact) == (min(peaks), True)
    assert weakest.nodes == tuple(j for j in range(4) if peaks[j] == min(peaks))
    last = stack.minimax_fidelity(len(layers))
    assert last.value == min(table[-1])
    assert stack.contraction() == dobrushin(products[-1])


@pytest.mark.parametrize("seed", range(6))
def test_floats_hold_their_bounds(seed: int) -> None:
    """A float residual makes all answers floats; the exact ones are within the bounds."""
    layers = drawn(seed, 5, 3, 2)
    exactly = stacked(layers)
    stack = LayerStack(exactly.layers, [float(one.residual) for one in layers])
    near = LayerStack(exactly.layers, [Fraction(float(one.residual)) for one in layers])
    for j in stack.nodes:
        signal = stack.signal(j)
        assert isinstance(signal, float)
        assert signal == pytest.approx(float(near.signal(j)), rel=1e-14)
        found, true = stack.node_fidelity(j), near.node_fidelity(j).value
        assert found.lower <= true <= found.upper
        assert found.upper - found.lower <= 1e-13
        flow = stack.flow(j)
        assert isinstance(flow, Enclosure)
        assert flow.lower <= near.flow(j) <= flow.upper <= flow.lower + 1e-13
    for t in (None, 2):
        least, lowest = stack.minimax_fidelity(t), near.minimax_fidelity(t).value
        assert least.lower <= lowest <= least.upper
    assert stack.signals().dtype == np.float64
    shrunk = stack.contraction()
    assert isinstance(shrunk, Enclosure)
    assert shrunk.lower <= near.contraction() <= shrunk.upper
    walked = stack.successors().distance()
    assert isinstance(walked, Enclosure)
    assert walked.lower <= near.successors().distance() <= walked.upper
    rolled = stack.rollout()
    assert np.abs(rolled.matrix - near.rollout().matrix).max() < 1e-15
    assert rolled.exact == near.rollout().exact, "it stands for the exact product"


@pytest.mark.parametrize("seed", range(4))
def test_laws_of_a_stack(seed: int) -> None:
    """Rows sum to 1; contraction is submultiplicative; premixing heads changes nothing."""
    layers = drawn(seed, 4, 3, 3)
    stack = stacked(layers)
    assert [sum(row) for row in stack.rollout().exact.tolist()] == [1] * 4
    assert [sum(row) for row in stack.signals()] == [1] * 4
    whole: Fraction | float = 1
    for layer, residual in zip(stack.layers, stack.residuals, strict=True):
        whole *= LayerStack([layer], residual).contraction()
    assert stack.contraction() <= whole
    mixed = single([mixture(one.weights, one.heads) for one in layers], 0)
    premixed = stacked(
        [a._replace(residual=b.residual) for a, b in zip(mixed, layers, strict=True)]
    )
    assert premixed.signals().tolist() == stack.signals().tolist()
    assert [premixed.flow(j) for j in range(4)] == [stack.flow(j) for j in range(4)]
    again = stacked(single([with_residual(one) for one in layers], 0))
    assert again.signals().tolist() == stack.signals().tolist(), "the stream is in the layer"


def test_equal_layers_are_steps_of_one_diffusion() -> None:
    """With ρ = 0 the signal at depth t is that of the mixture after t steps."""
    mix = MultiHeadDiffusion(example_3_13())
    stack = LayerStack([mix] * 5, residual=0)
    assert stack.signals().tolist() == mix.signals(5).tolist()
    assert stack.node_fidelity("v").value == max(mix.signal("v", t) for t in range(6))
    assert stack.rollout().signal("v", 1) == mix.signal("v", 5)


def test_a_symbolic_residual_gives_polynomials() -> None:
    rho = sp.Symbol("rho")
    layers = [DiffusionOperator.from_matrix(m, sink=2) for m in (F, S)]
    stack = LayerStack(layers, residual=rho)
    signal: Any = stack.signal(0)
    assert sp.Poly(stack.signal(2), rho).degree() == 2
    assert [signal.subs(rho, x) for x in (0, sp.Rational(1, 2))] == [
        sp.Rational(7, 12),
        sp.Rational(7, 24),
    ]
    assert stack.rollout().exact[2, 0] == signal
    assert stack.rollout().subs({rho: HALF}).signal(0, 1) == Fraction(7, 24)
    assert stack.subs({rho: HALF}) == LayerStack(layers)
    assert LayerStack(layers, 0.5).subs({rho: HALF}).residuals == (0.5, 0.5)
    assert sp.expand(sum(stack.signals()[2]) - 1) == 0
    for ask in (
        lambda: stack.flow(0),
        lambda: stack.node_fidelity(0),
        stack.minimax_fidelity,
        stack.contraction,
        lambda: stack.heaviest_pathways(0, 1),
        stack.successors().distance,
    ):
        with pytest.raises(errors.SymbolicError, match=r"subs"):
            ask()
    with pytest.raises(errors.SymbolicError, match="float"):
        LayerStack(layers, [rho, 0.5])
    with pytest.raises(errors.WeightError, match="layer 1"):
        LayerStack(layers, [rho, 1])


def test_attention_is_read_layer_by_layer() -> None:
    """Importances differ by layer; errors name the layer."""
    a = np.array([F, S], dtype=float)
    attention = np.stack([a, a[::-1]])
    stack = LayerStack.from_attention(attention, [[1.0, 0.0], [3.0, 1.0]], residual="1/2")
    expected = stacked(
        [
            Layer(fractions("1", "0"), [F, S], HALF),
            Layer(fractions("3/4", "1/4"), [S, F], HALF),
        ]
    )
    assert [stack.signal(j) for j in range(3)] == pytest.approx(
        [float(expected.signal(j)) for j in range(3)], rel=1e-12
    )
    assert LayerStack.from_attention(attention, target=1).nodes == (0, 1)
    assert LayerStack.from_attention(attention, nodes=iter("abc")).nodes == ("a", "b", "c")
    for wrong, weights, error in (
        (attention[0], None, errors.ShapeError),
        (attention, [[1.0, 0.0]], errors.ShapeError),
        (attention, [1.0, 1.0], errors.ShapeError),
        (attention[:0], None, errors.ShapeError),
        (attention * [[[[1.0]]], [[[0.5]]]], None, errors.StochasticError),
        (attention, [[1.0, 1.0], [0.0, 0.0]], errors.WeightError),
    ):
        with pytest.raises(error) as caught:
            LayerStack.from_attention(wrong, weights)
        assert error is errors.ShapeError or "layer 1" in str(caught.value)


def test_a_stack_is_a_value() -> None:
    """Frozen, hashable, equal by content, pickled through its constructor."""
    line = DiffusionOperator(families.line(3))
    stack = LayerStack([line, line], [0, HALF])
    for thing in (stack, stack.rollout(), stack.successors()):
        again = pickle.loads(pickle.dumps(thing))  # noqa: S301 - our own bytes
        assert again == thing
        assert hash(again) == hash(thing)
    assert stack != LayerStack([line, line])
    assert stack != 7
    assert "2 layers, 3 nodes" in repr(stack)
    assert "ρ = Fraction(1, 2)" in LayerStack([line])._repr_html_()
    with pytest.raises(AttributeError):
        stack.nodes = "ab"  # type: ignore[assignment]


def test_long_contexts_are_stepped_as_ranges() -> None:
    """20,000 tokens that see all before: bounds beside the closed form, no pair is listed."""
    n = 20_000
    stack = LayerStack([DiffusionOperator(families.complete(n))] * 3, "1/2")
    last, least = stack.signal(n - 1), stack.signal(n - 2)
    share = [Fraction(1, 2) + Fraction(1, 2 * k) for k in (n, n - 1)]
    # A complete symmetric sum: three layers, one of them the step from n − 1 to n − 2.
    moved = Fraction(1, 2 * n) * sum(share[0] ** a * share[1] ** (2 - a) for a in range(3))
    for found, true in ((last, share[0] ** 3), (least, moved)):
        assert isinstance(found, Enclosure)
        assert found.lower <= true <= found.upper
        assert found.upper - found.lower < 1e-9 * found
    with pytest.raises(errors.ShapeError, match="too large"):
        stack.rollout()


def test_tables_that_do_not_fit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagmix.depth.stack.LARGEST_DENSE", 8)
    with pytest.raises(errors.ShapeError, match="table of 3 depths of 3 nodes"):
        LayerStack([DiffusionOperator(families.line(3))] * 2).signals()
