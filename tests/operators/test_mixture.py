"""What a mixture knows of its heads."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sympy as sp
from cases.trained_like import trained_like

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, errors
from dagmix.paper import example_3_13


def test_mixtures_know_their_parts() -> None:
    """The exact weights, in order, those of floats divided by their exact sum."""
    walk = MultiHeadWalk(example_3_13(), weights=[0.1, 0.9])
    exact = [weight for weight, _ in walk.parts]
    assert sum(exact) == 1
    assert all(isinstance(weight, Fraction) for weight in exact)
    assert [len({weight}) for weight in exact] == [1, 1]
    assert all(a < b for a, b in pairwise(exact))


def test_subs_is_simultaneous() -> None:
    """In the weights, in heads that are operators, and in those given as matrices or lists."""
    a, b, c = sp.symbols("a b c")
    head, other = ([[1, 0], [x, 1 - x]] for x in (a, b))
    for pairs, (x, y) in (
        ({a: b, b: a}, (b, a)),
        ({b: a, a: b}, (b, a)),
        ({a: b, b: c}, (b, c)),
        ({a: "1/3", b: "1/5"}, (Fraction(1, 3), Fraction(1, 5))),
    ):
        expected = MultiHeadDiffusion([[[1, 0], [x, 1 - x]], [[1, 0], [y, 1 - y]]], [x, 1 - x])
        matrices = map(DiffusionOperator.from_matrix, (head, other))
        for heads in ([head, other], [sp.Matrix(head), other], matrices):
            mix = MultiHeadDiffusion(heads, [a, 1 - a])
            assert mix.subs(pairs).exact == expected.exact
            assert mix.subs(pairs).weights == expected.weights


def test_subs_keeps_what_has_no_symbols() -> None:
    a = sp.Symbol("a")
    heads = [*example_3_13(), [[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]]
    mix = MultiHeadDiffusion(heads, [a, 1 - a, 0], sink="τ").subs({a: "1/2"})
    assert mix.heads == tuple(heads)
    assert mix.weights == (Fraction(1, 2), Fraction(1, 2), 0)


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("seed", range(6))
def test_the_best_head_is_that_of_heads_that_are_all_certified(seed: int, first: int) -> None:
    mix = MultiHeadDiffusion.from_attention(trained_like(1, 8, 24, seed)[0])
    each = [head.minimax_fidelity(first) for head in mix.heads]
    best = mix.best_head(first)
    assert best.lower == max(one.lower for one in each)
    assert best.upper == max(one.upper for one in each)
    assert best.value == max(one.value for one in each)
    assert best.heads == tuple(h for h, one in enumerate(each) if one.upper >= best.lower)
    for one, certified in zip(best.alone, each, strict=True):
        assert one.lower <= certified.upper
        assert certified.lower <= one.upper
        assert not one.excluded or one.upper < best.lower
    assert [h for h, one in enumerate(best.alone) if one.excluded]


def test_a_rational_head_is_excluded_too() -> None:
    """The least probability of ever reaching a node is 1/32, φ_min of the other head 1/2."""
    rare = DiffusionOperator.from_matrix([[1, 0, 0], [1, 0, 0], ["31/32", "1/32", 0]])
    line = DiffusionOperator(FeedforwardDAG([(0, 1), (1, 2)]))
    best = MultiHeadDiffusion([rare, line]).best_head()
    assert (best.value, best.heads, best.exact) == (Fraction(1, 2), (1,), True)
    assert [one.excluded for one in best.alone] == [True, False]
    assert best.alone[0].lower <= Fraction(1, 32) <= best.alone[0].upper < Fraction(1, 2)
    assert best.alone[0].value == best.alone[0].lower


def test_twelve_attention_heads_are_told_in_three_lines() -> None:
    """Few graphs as the call that makes them; labels never as markup, and never at length."""
    uniform = np.tri(20) / np.arange(1, 21)[:, None]
    mix = MultiHeadDiffusion.from_attention(np.stack([uniform] * 12), weights=range(1, 13))
    assert repr(mix).splitlines() == [
        "<MultiHeadDiffusion: 12 heads on 20 nodes, sink 19, float",
        " heads: 12 × DiffusionOperator",
        " weights: 1/78, 1/39, 1/26, 2/39, 5/78, 1/13, …>",
    ]
    assert repr(MultiHeadWalk(example_3_13())).startswith("MultiHeadWalk((FeedforwardDAG([(")
    name = "<b>" * 40
    named = MultiHeadDiffusion([FeedforwardDAG([("&", name)])] * 13)
    head, *rest = repr(named).splitlines()
    assert head.startswith("<MultiHeadDiffusion: 13 heads on 2 nodes, sink '<b><b>")
    assert len(head) < 150
    assert rest == [" heads: 13 × FeedforwardDAG", " weights: 1/13 each>"]
    assert "<b>" not in named._repr_html_()


def test_mixtures_are_tables_in_notebooks() -> None:
    """A row a head, up to 32 of them."""
    html = MultiHeadWalk(example_3_13(), ["1/3", "2/3"])._repr_html_()
    caption = "MultiHeadWalk: 2 heads on 4 nodes, sink &#x27;τ&#x27;, rational"
    assert html.startswith(f"<table><caption>{caption}</caption>")
    assert "<tr><td>1</td><td>2/3</td><td>FeedforwardDAG([" in html
    many = MultiHeadDiffusion([example_3_13()[0]] * 50)._repr_html_()
    assert many.count("<tr>") == 1 + 32 + 1
    assert "<td>…</td>" in many


@pytest.mark.parametrize("heads", ["ab", {"a": 1}])
def test_heads_that_are_no_sequence(heads: Any) -> None:
    with pytest.raises(errors.HeadsError, match="heads come as a sequence"):
        MultiHeadWalk(heads)
