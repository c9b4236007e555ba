"""Sums over heads: what is refused before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagmix import MultiHeadDiffusion, errors, pathways
from dagmix.errors import WeightError
from dagmix.paper import example_3_8
from dagmix.pathways import head_polynomials

if TYPE_CHECKING:
    from collections.abc import Callable


def test_weights_of_a_polynomial_come_as_a_sequence() -> None:
    counts = pathways.by_head_counts(MultiHeadDiffusion(example_3_8()), "u", 2)
    for wrong in (None, 3, {0: 1, 1: 2}, "12"):
        with pytest.raises(WeightError, match="weights come as a sequence"):
            counts.at(wrong)


# --- bad input ---------------------------------------------------------------------------------

MIX = MultiHeadDiffusion(example_3_8())


def test_sizes_are_refused_just_above_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows times nodes may reach the limit: C(t + H, H), Hᵗ, t H and t k rows."""
    cases: list[tuple[Callable[[], object], int]] = [
        (lambda: pathways.by_head_counts(MIX, "u", 3), 10 * 3),
        (lambda: pathways.by_composition(MIX, "u", 3), 8 * 3),
        (lambda: pathways.cross_head_share(MIX, "u", 3), 6 * 3),
        (lambda: pathways.heaviest(MIX, "u", 3, 5), 15 * 3),
    ]
    for ask, numbers in cases:
        monkeypatch.setattr(head_polynomials, "LARGEST_TABLE", numbers)
        ask()
        monkeypatch.setattr(head_polynomials, "LARGEST_TABLE", numbers - 1)
        with pytest.raises(errors.SizeError):
            ask()
