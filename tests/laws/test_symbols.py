"""Answers with symbolic weights, at drawn weights and times, beside brute force in fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

import oracle
import pytest
import sympy as sp
from cases.strategies import mixtures
from cases.subjects import graph
from hypothesis import given, settings

from dagmix import (
    DiffusionOperator,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    errors,
    families,
)
from dagmix.errors import NoClosedForm
from dagmix.paper import example_3_8, example_3_13

if TYPE_CHECKING:
    from cases.zoo import Mixture

A, B, Z = sp.symbols("a b z")
T = sp.Symbol("t", integer=True, nonnegative=True)
STEPS = 11
HALF = sp.Rational(1, 2)


def symbolic(mix: Mixture, kind: Any) -> tuple[Any, dict[sp.Expr, sp.Expr]]:
    """Return a drawn mixture with symbols as weights, and the drawn ones as their values."""
    free = [A, B][: len(mix.heads) - 1]
    heads = [graph(mix.n, edges, loops=mix.loops) for edges in mix.heads]
    values = dict(zip(free, map(sp.Rational, mix.weights), strict=False))
    return kind(heads, [*free, 1 - sum(free)], sink=mix.n - 1), values


def signals(delta: oracle.Matrix) -> list[list[Fraction]]:
    return [power[-1] for power in islice(oracle.powers(delta), STEPS)]


def survival(W: oracle.Matrix) -> list[list[Fraction]]:
    return [[1 - x for x in power[-1]] for power in islice(oracle.powers(W), STEPS)]


def agrees(form: Any, values: dict[sp.Expr, sp.Expr], expected: list[Fraction]) -> bool:
    """Tell whether a form has the expected values, or a denominator that is 0 at these weights."""
    at = [form.subs({**values, T: t}) for t in range(STEPS)]
    return any(x.has(sp.nan, sp.zoo, sp.oo) for x in at) or at == list(map(sp.Rational, expected))


@pytest.mark.slow
@settings(max_examples=6)
@given(mixtures(common=True, max_nodes=4))
def test_closed_forms_of_heads_that_share_an_order(mix: Mixture) -> None:
    """In weights and time at once; d(t) is the maximum of the survivals."""
    diffusion, values = symbolic(mix, MultiHeadDiffusion)
    expected = signals(mix.diffusion())
    for j in range(mix.n):
        assert agrees(diffusion.signal(j, T), values, [row[j] for row in expected])
    walk, _ = symbolic(mix, MultiHeadWalk)
    assert agrees(walk.distance(T), values, [max(row) for row in survival(mix.walk())])


@pytest.mark.slow
@settings(max_examples=6)
@given(mixtures(max_nodes=4))
def test_answers_in_any_order(mix: Mixture) -> None:
    """Tables, hitting times, the least probability of a move, and closed forms where there are."""
    walk, values = symbolic(mix, MultiHeadWalk)
    diffusion, _ = symbolic(mix, MultiHeadDiffusion)
    W, found = mix.walk(), walk.distances(3).tolist()
    expected = signals(mix.diffusion())
    assert [x.subs(values) for x in found] == [max(row) for row in survival(W)[:4]]
    assert found == [walk.distance(t) for t in range(4)]
    table = [[x.subs(values) for x in row] for row in diffusion.signals(3).tolist()]
    assert table == expected[:4]
    times = [x.subs(values) for x in walk.expected_hitting_times().tolist()]
    assert times == oracle.hitting_times(W, mix.n - 1)
    moves = [1 - W[j][j] for j in range(mix.n - 1)]
    assert walk.forward_probability().subs(values) == min(moves, default=1)
    for j in range(mix.n):
        try:
            form = diffusion.signal(j, T)
        except NoClosedForm:
            continue
        assert agrees(form, values, [row[j] for row in expected])


@pytest.mark.slow
@settings(max_examples=6)
@given(mixtures(max_nodes=4))
def test_coefficients_of_generating_functions(mix: Mixture) -> None:
    """Numerator = denominator · Σ_t x_t zᵗ: with symbolic weights, and with numbers."""
    kinds = (MultiHeadDiffusion, signals(mix.diffusion())), (MultiHeadWalk, survival(mix.walk()))
    for kind, rows in kinds:
        operator, values = symbolic(mix, kind)
        for j in range(mix.n):
            series = sp.Poly([sp.Rational(row[j]) for row in reversed(rows)], Z)
            for one, at in ((operator, values), (operator.subs(values), {})):
                top, bottom = sp.fraction(one.generating_function(j, Z).subs(at))
                top, bottom = sp.Poly(top, Z), sp.Poly(bottom, Z)
                assert (series * bottom - top).rem(sp.Poly(Z**STEPS, Z)).is_zero


def test_example_3_13_for_all_weights() -> None:
    """The eigenvalues are 1 and ½, three times, whatever β is: u is right in β and t at once."""
    mix: Any = MultiHeadDiffusion(example_3_13(), [B, 1 - B])
    u, v, w, sink = (mix.signal(node, T) for node in "uvwτ")
    known = B + (T * (T - 1) * (1 - 2 * B) / 2 - B * T - B) / 2**T
    swapped, double = known.subs(B, 1 - B), T / 2**T
    for form, expected in ((u, known), (v, swapped), (w, double), (sink, HALF**T)):
        assert [sp.expand((form - expected).subs(T, t)) for t in range(6)] == [0] * 6
    uniform = HALF - (T + 1) / 2 ** (T + 1)
    assert [(u - uniform).subs({B: HALF, T: t}) for t in range(6)] == [0] * 6
    assert sp.cancel(mix.generating_function("u", Z) - u_series()) == 0


def u_series() -> sp.Expr:
    """Return entry [τ, u] of (I − zΔ)⁻¹ as SymPy inverts it."""
    matrix = sp.Matrix([[1 + B, 1 - B, 0, 0], [B, 2 - B, 0, 0], [1 - B, B, 1, 0], [0, 0, 1, 1]]) / 2
    return (sp.eye(4) - Z * matrix).inv()[3, 0]


@pytest.mark.slow
def test_example_3_8_for_all_weights() -> None:
    """β₁ and β₂ may be free: then x_t[u] is a polynomial in both, of their sum 1 the signal."""
    mix: Any = MultiHeadDiffusion(example_3_8(), [A, B])
    known = (A + B) ** T - (A * (A + B / 2) ** T - B * (B + A / 2) ** T) / (A - B)
    assert all(sp.cancel((mix.signal("u", T) - known).subs(T, t)) == 0 for t in range(6))
    assert sp.expand(mix.signal("u", 2) - A * B / 4) == 0
    walk = MultiHeadWalk(example_3_8(), [A, B])
    assert walk.expected_hitting_times().tolist() == [sp.factor(2 / A + 2 / B), 2 / B, 0]
    assert walk.forward_probability() == sp.Min(A / 2, B / 2)


def test_eigenvalues_that_coincide_at_some_weights() -> None:
    """At β = ½ the form of Example 3.8 has a denominator 0; `subs` first gives the form there."""
    mix: Any = MultiHeadDiffusion(example_3_8(), [B, 1 - B])
    assert mix.signal("u", T).subs({B: HALF, T: 3}).has(sp.nan, sp.zoo)
    there = mix.subs({B: "1/2"})
    form: Any = there.signal("u", T)
    assert [form.subs(T, t) for t in range(4)] == [there.signal("u", t) for t in range(4)]
    series = mix.generating_function("u", Z).subs(B, HALF)
    assert sp.factor(series) == there.generating_function("u", Z)


def test_symbols_without_self_loops() -> None:
    """The eigenvalue 0 brings terms at single times, and no power of 0."""
    heads = [graph(3, edges, loops=False) for edges in (((0, 1), (1, 2)), ((0, 2), (1, 2)))]
    mix: Any = MultiHeadDiffusion(heads, [B, 1 - B])
    form: Any = mix.signal(1, T)
    assert form.has(sp.KroneckerDelta)
    assert [sp.cancel(form.subs(T, t) - mix.signal(1, t)) for t in range(5)] == [0] * 5


def test_a_rational_walk_in_a_symbol_t() -> None:
    """Of the line the first node is the slowest; of others the Max of several has the values."""
    assert sp.simplify(WalkOperator(families.line(3)).distance(T) - (T + 1) / 2**T) == 0
    walk: Any = MultiHeadWalk(families.express_pair(5), ["1/3", "2/3"])
    assert [walk.distance(T).subs(T, t) for t in range(9)] == [walk.distance(t) for t in range(9)]
    alone = WalkOperator(families.line(1))
    assert (alone.distance(T), alone.generating_function(0, Z)) == (0, 0)
    missed = WalkOperator(example_3_8()[0], sink="τ")
    assert missed.distance(T) == missed.distance(3) == 1


def test_steps_that_can_be_none() -> None:
    t = sp.Symbol("t")
    walk = WalkOperator.from_matrix([["1/2", 0], ["1/2", 1]])
    diffusion = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
    none = [t > 1, sp.Matrix([t]), sp.ImmutableMatrix([t]), sp.FiniteSet(t), t + sp.oo]
    none += [sp.Symbol("t", negative=True), sp.Symbol("t", integer=False)]
    for steps in none:
        with pytest.raises(errors.StepError, match="an integer, at least 0, or an expression"):
            walk.distance(steps)
        with pytest.raises(errors.StepError, match="an integer, at least 0, or an expression"):
            diffusion.signal(0, steps)
