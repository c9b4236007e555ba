"""Limits at a face: against φ_min near it, of pairs whose classes are left and of others."""

from __future__ import annotations

from fractions import Fraction

import pytest
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, Pair, all_pairs, heads, minimax

from dagmix import MultiHeadDiffusion
from dagmix.optimal.two_heads.faces import Face


def face(pair: Pair, base: int) -> Face:
    mixed = MultiHeadDiffusion(heads(pair))
    parts = [part for _, part in mixed.parts]
    return Face(parts[base], parts[1 - base], mixed.sink.index)


def test_example_3_8_jumps_to_one_at_one_face() -> None:
    """One head alone has φ_min = 0; with a little of the other, both nodes are nearly all heard."""
    there, here = (face(EXAMPLE_8, base) for base in (1, 0))
    assert not there.keeps_classes
    assert there.limit(Fraction(0)).value == 1
    assert not here.keeps_classes
    assert here.limit(Fraction(0)).value == 0
    assert minimax(EXAMPLE_8, Fraction(1, 100)) > Fraction(19, 20)


@pytest.mark.parametrize("pair", [*all_pairs(3)[::5], EXAMPLE_13])
def test_the_limit_is_what_weights_near_the_face_have(pair: Pair) -> None:
    near = Fraction(1, 2**12)
    for base, beta in ((0, 1 - near), (1, near)):
        found, alone = face(pair, base), minimax(pair, Fraction(1 - base))
        here = MultiHeadDiffusion(heads(pair), [beta, 1 - beta]).minimax_fidelity().value
        limit = found.limit(alone)
        lower, upper = (alone, alone) if found.keeps_classes else (limit.lower, limit.upper)
        assert lower - Fraction(1, 100) <= here <= upper + Fraction(1, 100)
