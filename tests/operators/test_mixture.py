"""What a mixture knows of its heads."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from dagmix import MultiHeadWalk
from dagmix.paper import example_3_13


def test_mixtures_know_their_parts() -> None:
    """The exact weights, in order, those of floats divided by their exact sum."""
    walk = MultiHeadWalk(example_3_13(), weights=[0.1, 0.9])
    exact = [weight for weight, _ in walk.parts]
    assert sum(exact) == 1
    assert all(isinstance(weight, Fraction) for weight in exact)
    assert [len({weight}) for weight in exact] == [1, 1]
    assert all(a < b for a, b in pairwise(exact))
