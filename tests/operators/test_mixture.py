"""What a mixture knows of its heads."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import sympy as sp

from dagmix import DiffusionOperator, MultiHeadDiffusion, MultiHeadWalk
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
