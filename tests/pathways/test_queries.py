"""Pathways against the enumeration of all of them, and the laws that they obey."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from itertools import product as tuples
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import pytest
import sympy as sp
from cases.strategies import mixtures
from cases.subjects import mixed_diffusion, mixed_walk
from cases.zoo import Mixture, sampled_mixtures
from hypothesis import given
from hypothesis import strategies as st
from oracle import pathways as oracle_pathways

from dagmix import (
    DagmixError,
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    Work,
    errors,
    families,
    pathways,
)
from dagmix.paper import example_3_8, example_3_13

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle.pathways import Path

    from dagmix.operators.mixture import MultiHead

B1, B2 = sp.symbols("beta1 beta2", positive=True)
EVEN = [Fraction(1, 2)] * 2


def walks(mix: Mixture) -> list[oracle.Matrix]:
    """One walk matrix for each head."""
    return [oracle.walk_matrix(mix.n, edges, loops=mix.loops) for edges in mix.heads]


def agree(
    mix: MultiHead,
    heads: list[oracle.Matrix],
    weights: Any,
    source: int,
    t: int,
    target: int | None = None,
) -> None:
    """Compare every question about a rational mixture with the enumeration."""
    sink = len(heads[0]) - 1 if target is None else target
    every = oracle_pathways.pathways(heads, weights, sink, source, t)
    for k in (1, 2, 5, len(every) + 1):
        found = pathways.heaviest(mix, source, t, k, target)
        assert (found.source, found.sink) == (source, sink)
        expected = oracle_pathways.ordered(every)[:k]
        assert [(p.nodes, p.heads, p.weight) for p in found] == [p[:3] for p in expected]
        assert found.signal == sum(p.weight for p in every)
    counts = pathways.by_head_counts(mix, source, t, target)
    assert counts.coefficients == oracle_pathways.grouped(every, uses(len(heads)), lambda p: p.bare)
    assert counts.signal == sum(p.weight for p in every)
    assert list(counts.coefficients) == sorted(counts.coefficients, reverse=True)
    orders = pathways.by_composition(mix, source, t, target)
    expected_orders = dict.fromkeys(tuples(range(len(heads)), repeat=t), Fraction(0))
    expected_orders |= oracle_pathways.grouped(every, lambda p: p.heads, lambda p: p.weight)  # type: ignore[arg-type]
    assert list(orders.items()) == list(expected_orders.items())
    assert cross_share(mix, source, t, target) == share_of(every)


def uses(count: int) -> Callable[[Path], tuple[int, ...]]:
    """How often each head occurs."""
    return lambda path: tuple(path.heads.count(h) for h in range(count))


def share_of(every: list[Path]) -> Fraction | None:
    """Share of the pathways with two heads or more; None where there is no pathway."""
    whole = sum(p.weight for p in every)
    cross = sum((p.weight for p in every if len(set(p.heads)) > 1), Fraction(0))
    return cross / whole if whole else None


def cross_share(mix: MultiHead, source: Any, t: int, target: Any = None) -> Fraction | float | None:
    """Give the share, None where it is refused as 0 / 0."""
    try:
        return pathways.cross_head_share(mix, source, t, target)
    except DagmixError as error:
        assert "0 / 0" in str(error)  # noqa: PT017 - every other error fails here
        return None


@pytest.mark.slow
@given(mixtures(max_nodes=4), st.integers(0, 3), st.data())
def test_pathways_are_those_of_the_enumeration(mix: Mixture, t: int, data: st.DataObject) -> None:
    """The heaviest, the polynomial, the sequences and the share, for diffusions and walks."""
    source = data.draw(st.integers(0, mix.n - 1))
    agree(mixed_diffusion(mix), mix.diffusions(), mix.weights, source, t)
    agree(mixed_walk(mix), walks(mix), mix.weights, source, t)
    target = data.draw(st.integers(0, mix.n - 1))
    agree(mixed_diffusion(mix), mix.diffusions(), mix.weights, source, t, target)
    agree(mixed_walk(mix), walks(mix), mix.weights, source, t, target)


@pytest.mark.parametrize("common", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_heads_that_miss_the_sink_or_weigh_nothing(seed: int, *, common: bool) -> None:
    """Heads of weight 0 stay in the polynomial and in the sequences, and carry nothing."""
    for mix in sampled_mixtures(seed, 2, common=common, sure=False):
        for source in range(mix.n):
            agree(mixed_diffusion(mix), mix.diffusions(), mix.weights, source, seed % 4)


def test_the_examples_of_the_paper() -> None:
    """Example 3.8: β₁β₂/4, all of it cross-head; Example 3.13's signal of v after three steps."""
    mix = MultiHeadDiffusion(example_3_8())
    (only,) = pathways.heaviest(mix, "u", 2, 9)
    assert (only.nodes, only.heads, only.exact) == (("u", "v", "τ"), (0, 1), Fraction(1, 16))
    assert pathways.by_head_counts(mix, "u", 2).coefficients == {(1, 1): Fraction(1, 4)}
    assert pathways.cross_head_share(mix, "u", 2) == 1
    assert pathways.cross_head_share(MultiHeadDiffusion(example_3_13()), "v", 3) == Fraction(3, 4)


@pytest.mark.parametrize("t", range(1, 5))
def test_equal_heads_share_by_number(t: int) -> None:
    """Two equal heads of even weights have the cross-head share 1 − 2^{1−t}."""
    mix = MultiHeadDiffusion([families.complete(4)] * 2)
    assert pathways.cross_head_share(mix, 0, t) == 1 - Fraction(2, 2**t)


@given(mixtures(max_nodes=5), st.integers(0, 9), st.data())
def test_what_is_known_at_any_length(mix: Mixture, t: int, data: st.DataObject) -> None:
    """Polynomial, sequences (where few) and signal agree; the share is that of the counts."""
    delta, source = mixed_diffusion(mix), data.draw(st.integers(0, mix.n - 1))
    signal = delta.signal(source, t)
    counts = pathways.by_head_counts(delta, source, t)
    assert counts.signal == sum(counts.contributions.values()) == signal
    cross = sum(x for c, x in counts.contributions.items() if len(c) - c.count(0) > 1)
    assert cross_share(delta, source, t) == (cross / Fraction(signal) if signal else None)
    found = pathways.heaviest(delta, source, t, 6)
    weights = [one.exact for one in found]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) <= signal
    assert len(weights) == 6 or sum(weights) == signal


def test_symbolic_weights() -> None:
    """The polynomial is the signal as SymPy expands it, and takes other weights."""
    mix = MultiHeadDiffusion(example_3_13(), weights=[B1, B2])
    for node, t in tuples("uvwτ", range(5)):
        counts = pathways.by_head_counts(mix, node, t)
        plain = dict(zip(sp.symbols("beta0 beta1"), (B1, B2), strict=True))
        assert sp.expand(counts.signal - mix.signal(node, t)) == 0
        assert sp.expand(counts.polynomial.subs(plain) - mix.signal(node, t)) == 0
        assert counts.at(EVEN) == MultiHeadDiffusion(example_3_13()).signal(node, t)
        assert counts.at(["1/2", 0.5]) == counts.at(EVEN)


# --- floats ------------------------------------------------------------------------------------


def attention(seed: int, heads: int = 3, n: int = 4) -> np.ndarray:
    """Causal softmax of random scores, (heads, n, n); even seeds have a few values only."""
    rng = np.random.default_rng(seed)
    scores = 2 * rng.normal(size=(heads, n, n))
    if seed % 2 == 0:
        scores = np.rint(scores / 2)
    weights = np.where(np.tri(n, dtype=bool), np.exp(scores), 0.0)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def exact_heads(tensor: np.ndarray) -> list[oracle.Matrix]:
    """Each entry is the rational it is, each row is divided by its exact sum."""
    rows = [[[Fraction(float(x)) for x in row] for row in head] for head in tensor]
    return [[[x / sum(row) for x in row] for row in head] for head in rows]


def convex(importance: list[float]) -> list[Fraction]:
    """Return the exact weights of a list of importances."""
    exact = [Fraction(x) for x in importance]
    return [x / sum(exact) for x in exact]


@pytest.mark.parametrize("seed", range(12))
def test_floats_are_the_rationals_they_stand_for(seed: int) -> None:
    """Order and weights of the heaviest are exact; everything else is within its bound."""
    importance = [0.1, 0.1, 0.3] if seed % 3 else [0.0, 1.5, 1.5]
    tensor = attention(seed)
    heads, n, t = *tensor.shape[:2], 3
    mix = MultiHeadDiffusion.from_attention(tensor, importance)
    near = t * (n + 3 * heads + n + 6) * 2.0**-53
    for source in range(n):
        every = oracle_pathways.pathways(exact_heads(tensor), convex(importance), n - 1, source, t)
        found = pathways.heaviest(mix, source, t, 30)
        expected = oracle_pathways.ordered(every)[:30]
        assert [(p.nodes, p.heads, p.exact) for p in found] == [p[:3] for p in expected]
        assert [p.weight for p in found] == [float(p.weight) for p in expected]
        coefficients = pathways.by_head_counts(mix, source, t).coefficients
        bare = oracle_pathways.grouped(every, uses(heads), lambda p: p.bare)
        assert within(coefficients, bare, near)
        orders = pathways.by_composition(mix, source, t)
        assert len(orders) == heads**t
        by_order = oracle_pathways.grouped(every, lambda p: p.heads, lambda p: p.weight)
        assert within(
            {h: x for h, x in orders.items() if x}, {h: x for h, x in by_order.items() if x}, near
        )
        whole, share = share_of(every), pathways.cross_head_share(mix, source, t)
        assert isinstance(share, float)
        assert whole is not None
        assert abs(Fraction(share) - whole) <= 2 * near * whole


def within(found: dict[Any, Any], expected: dict[Any, Fraction], near: float) -> bool:
    """Tell whether floats have the keys and, up to a relative error, the values expected."""
    return set(found) == set(expected) and all(
        isinstance(x, float) and abs(Fraction(x) - expected[c]) <= near * expected[c]
        for c, x in found.items()
    )


def test_a_float_weight_on_rational_heads() -> None:
    """Coefficients do not depend on the weights and stay exact; the rest are floats."""
    mix = MultiHeadDiffusion(example_3_13(), weights=[0.5, 0.5])
    exact = MultiHeadDiffusion(example_3_13())
    counts = pathways.by_head_counts(mix, "v", 3)
    assert counts.coefficients == pathways.by_head_counts(exact, "v", 3).coefficients
    assert all(isinstance(x, Fraction) for x in counts.coefficients.values())
    assert pathways.cross_head_share(mix, "v", 3) == 0.75
    assert isinstance(pathways.cross_head_share(mix, "v", 3), float)
    shares = pathways.by_composition(mix, "v", 3)
    assert shares == pathways.by_composition(exact, "v", 3)
    assert all(isinstance(x, float) for x in shares.values())
    (first,) = pathways.heaviest(mix, "v", 3, 1)
    assert (first.weight, type(first.weight), first.exact) == (1 / 32, float, Fraction(1, 32))


def test_ties_that_floats_do_not_see() -> None:
    """Loops at one node commute, whatever order their float product is rounded in."""
    loops = np.array([0.1, 0.3, 0.7])
    tensor = np.stack([[[1, 0], [1 - x, x]] for x in loops])
    mix = MultiHeadDiffusion.from_attention(tensor)
    found = pathways.heaviest(mix, 1, 5, 3**5)
    by_count = [tuple(p.heads.count(h) for h in range(3)) for p in found]
    assert len(found) == 3**5
    for one, two in pairwise(range(3**5)):
        same = by_count[one] == by_count[two]
        assert same == (found[one].exact == found[two].exact)
        assert not same or found[one].heads < found[two].heads


def test_weights_that_floats_confuse() -> None:
    """Pathways that differ by less than a rounding come in their exact order."""
    third = Fraction(1, 3)
    tiny = Fraction(1, 10**30)
    rows = [
        [["1", 0, 0], [third, 1 - third, 0], [third + sign * tiny, third, third - sign * tiny]]
        for sign in (-1, 1)
    ]
    heads = [DiffusionOperator.from_matrix(matrix, nodes="abc", sink="c") for matrix in rows]
    first, second = pathways.heaviest(MultiHeadDiffusion(heads), "a", 1, 2)
    assert (first.heads, second.heads) == ((1,), (0,))
    assert first.exact - second.exact == tiny


@pytest.mark.slow
def test_pathways_lighter_than_any_float() -> None:
    """On a line of 4 nodes 3,000 steps leave less than 2⁻²⁹⁰⁰; the order is exact all the same."""
    mix = MultiHeadDiffusion([families.line(4)] * 2, ["1/3", "2/3"])
    first, second = pathways.heaviest(mix, 1, 3000, 2)
    assert first.exact == Fraction(1, 2**3000) * Fraction(2, 3) ** 3000
    assert set(first.heads) == {1}
    assert first.weight == first.exact
    assert second.exact == first.exact
    assert first.nodes < second.nodes
    assert pathways.cross_head_share(mix, 1, 3000) == 1 - Fraction(1 + 2**3000, 3**3000)


def test_shares_of_a_signal_below_any_float() -> None:
    """(1e-5)⁷⁰ is 0 as a float: shares of it are not known, and the table prints."""
    mix = MultiHeadDiffusion([np.array([[1, 0], [1 - 1e-5, 1e-5]])], sink=1)
    found = pathways.heaviest(mix, 1, 70, 1)
    assert found[0].exact > 0 == found.signal
    assert all(map(math.isnan, found.shares))
    assert "nan" in str(found)


def test_entries_lighter_than_any_float() -> None:
    """Entries of 10⁻⁴⁰⁰ and 2·10⁻⁴⁰⁰ are told apart."""
    tiny = Fraction(1, 10**400)
    heads = [
        DiffusionOperator.from_matrix([[1, 0], [x, 1 - x]], nodes="aτ", sink="τ")
        for x in (tiny, 2 * tiny)
    ]
    found = pathways.heaviest(MultiHeadDiffusion(heads), "a", 1, 3)
    assert [(p.heads, p.exact) for p in found] == [((1,), tiny), ((0,), tiny / 2)]


@pytest.mark.parametrize("least", [1e-310, 1e-280, 1e-200])
def test_attention_near_underflow(least: float) -> None:
    """Entries, or products, below the range of floats are settled exactly."""
    rows = [[1.0, 0, 0], [least, 1, 0], [0, least, 1]]
    other = [[1.0, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]]
    mix = MultiHeadDiffusion.from_attention([rows, other, rows], [1.0, 1e-160, 1.0])
    heads, weights = exact_heads(np.array([rows, other, rows])), convex([1.0, 1e-160, 1.0])
    every = oracle_pathways.pathways(heads, weights, 2, 0, 3)
    found = pathways.heaviest(mix, 0, 3, 100)
    expected = oracle_pathways.ordered(every)
    assert [(p.nodes, p.heads, p.exact) for p in found] == [p[:3] for p in expected]
    pair = MultiHeadDiffusion.from_attention([rows, rows], [0.3, 0.7])
    every = oracle_pathways.pathways(heads[::2], convex([0.3, 0.7]), 2, 0, 3)
    share = pathways.cross_head_share(pair, 0, 3)
    assert share == pytest.approx(float(share_of(every) or 0), rel=1e-14)


def test_floats_that_are_no_pathway() -> None:
    """Where there is no pathway there is no polynomial, no list, and the share is 0 / 0."""
    mix = MultiHeadDiffusion.from_attention([np.eye(3), np.eye(3)])
    assert pathways.by_head_counts(mix, 0, 2).terms == ()
    assert pathways.by_head_counts(mix, 0, 2).polynomial == 0
    assert len(pathways.heaviest(mix, 0, 2, 3)) == 0
    assert set(pathways.by_composition(mix, 0, 2).values()) == {0.0}
    assert cross_share(mix, 0, 2) is None


def test_steps_of_none() -> None:
    """Of 0 steps there is one pathway, from the sink to itself, which uses no head."""
    mix = MultiHeadDiffusion(example_3_8())
    (only,) = pathways.heaviest(mix, "τ", 0, 3)
    assert only == pathways.Pathway(("τ",), (), Fraction(1), Fraction(1))
    assert pathways.by_composition(mix, "τ", 0) == {(): 1}
    assert pathways.cross_head_share(mix, "τ", 0) == 0


# --- bad input ---------------------------------------------------------------------------------

MIX = MultiHeadDiffusion(example_3_8())
SYMBOLIC = MultiHeadDiffusion(example_3_8(), weights=[B1, B2])
FREE = DiffusionOperator.from_matrix(
    [[1, 0], [sp.Symbol("a"), 1 - sp.Symbol("a")]], nodes="uτ", sink="τ"
)
SYMBOLIC_HEAD = MultiHeadDiffusion([FREE, FeedforwardDAG([("u", "τ")])], weights=["0", "1"])
MANY = MultiHeadDiffusion([families.complete(20)] * 16)
BAD: dict[str, tuple[Callable[[], object], type[DagmixError], str]] = {
    "k": (lambda: pathways.heaviest(MIX, "u", 2, 0), errors.NumberError, "k is an integer.*0"),
    "k half": (lambda: pathways.heaviest(MIX, "u", 2, 1.5), errors.NumberError, "1.5"),
    "single": (
        lambda: pathways.heaviest(DiffusionOperator(families.line(3)), 0, 2, 1),  # type: ignore[arg-type]
        errors.KindError,
        "MultiHeadDiffusion or MultiHeadWalk; got DiffusionOperator",
    ),
    "heads": (
        lambda: MultiHeadDiffusion([FeedforwardDAG([("u", "v")]), FeedforwardDAG([("u", "w")])]),
        errors.HeadsError,
        "same nodes",
    ),
    "weights at": (
        lambda: pathways.by_head_counts(MIX, "u", 2).at([1]),
        errors.WeightError,
        "2 heads; got 1",
    ),
    "symbols, share": (
        lambda: pathways.cross_head_share(SYMBOLIC, "u", 2),
        errors.SymbolicError,
        "head 0 is beta1: use .subs",
    ),
    "symbols, order": (
        lambda: pathways.by_composition(SYMBOLIC, "u", 2),
        errors.SymbolicError,
        "subs",
    ),
    "symbols, heaviest": (
        lambda: pathways.heaviest(SYMBOLIC, "u", 2, 1),
        errors.SymbolicError,
        "subs",
    ),
    "symbolic head": (
        lambda: pathways.by_head_counts(SYMBOLIC_HEAD, "u", 2),
        errors.SymbolicError,
        "head 0 has symbols",
    ),
    "large polynomial": (
        lambda: pathways.by_head_counts(MANY, 0, 12),
        errors.SizeError,
        "17383860 terms over 20 nodes takes 608435100 numbers; at most 16777216",
    ),
    "large table": (
        lambda: pathways.by_composition(MANY, 0, 10**9),
        errors.SizeError,
        r"16\^1000000000 head sequences",
    ),
    "long table": (
        lambda: pathways.by_composition(MultiHeadDiffusion([families.line(4)]), 0, 10**8),
        errors.SizeError,
        r"1\^100000000",
    ),
    "long list": (
        lambda: pathways.heaviest(MIX, "u", 10**9, 10),
        errors.SizeError,
        "10 heaviest pathways of 1000000000 steps",
    ),
    "long share": (
        lambda: pathways.cross_head_share(MIX, "u", 10**9),
        errors.SizeError,
        "1000000000 steps",
    ),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(call: Callable[[], object], error: type[DagmixError], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "ask",
    [
        pathways.by_head_counts,
        pathways.cross_head_share,
        pathways.by_composition,
        lambda mix, source, t: pathways.heaviest(mix, source, t, 1),
    ],
)
def test_sources_and_steps(ask: Callable[..., object]) -> None:
    for t in (-1, 0.5, "x"):
        with pytest.raises(errors.StepError, match="t must be an integer"):
            ask(MIX, "u", t)
    with pytest.raises(errors.UnknownNodeError, match="xyz"):
        ask(MIX, "xyz", 2)


def test_pathways_of_bidirectional_attention_end_at_its_target() -> None:
    """Everything adds up to the signal at the target, by default and by name."""
    tensor = np.array([[[0.5, 0.5, 0], [0.25, 0.25, 0.5], [0, 0.5, 0.5]], np.eye(3)])
    mix = MultiHeadDiffusion.from_attention(tensor, target=1, causal=False)
    for source, t in tuples(range(3), range(1, 4)):
        signal = mix.signal(source, t)
        assert pathways.by_head_counts(mix, source, t).signal == pytest.approx(signal)
        assert sum(pathways.by_composition(mix, source, t).values()) == pytest.approx(signal)
        found = pathways.heaviest(mix, source, t, 100)
        assert found == pathways.heaviest(mix, source, t, 100, 1)
        assert float(sum(one.exact for one in found)) == pytest.approx(signal)
    with pytest.raises(errors.UnknownNodeError, match="-1"):
        pathways.heaviest(mix, 0, 1, 1, target=-1)
    with pytest.raises(DagmixError, match="leads from 2 to 0"):
        pathways.cross_head_share(mix, 2, 1, target=0)


ASKED: dict[str, Callable[..., Any]] = {
    "heaviest": lambda mix, **given: pathways.heaviest(mix, "v", 6, 4, **given),
    "by_head_counts": lambda mix, **given: pathways.by_head_counts(mix, "v", 6, **given),
    "by_composition": lambda mix, **given: pathways.by_composition(mix, "v", 6, **given),
    "cross_head_share": lambda mix, **given: pathways.cross_head_share(mix, "v", 6, **given),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_budget_is_enough_or_says_how_far_it_got(ask: Callable[..., Any]) -> None:
    """Work counts steps: with all of them the answer is the same, with fewer there is none."""
    mix = MultiHeadDiffusion(example_3_13())
    whole = ask(mix)
    assert ask(mix, budget=Work(6)) == ask(mix, budget=1e6) == whole
    for steps in range(6):
        message = f"the budget ended with {steps} of 6 steps begun"
        with pytest.raises(errors.BudgetError, match=message):
            ask(mix, budget=Work(steps))
    with pytest.raises(errors.BudgetError, match="0 of 6"):
        ask(mix, budget=0)
    with pytest.raises(errors.NumberError, match="a budget is"):
        ask(mix, budget=-1)


@pytest.mark.parametrize("name", ["heaviest", "by_head_counts", "by_composition"])
def test_a_budget_ends_in_the_middle_of_a_step(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps may be long: the clock is read for every row, or node, of one."""
    mix, read = MultiHeadDiffusion(example_3_13()), [0]

    def now() -> float:
        read[0] += 1
        return float(read[0])

    monkeypatch.setattr("dagmix._util.budget.time.monotonic", now)
    with pytest.raises(errors.BudgetError, match=r"with [234] of 6 steps begun"):
        ASKED[name](mix, budget=9)
