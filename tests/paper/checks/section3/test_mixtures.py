"""Fidelity of several heads: rows that notice other operators; equation (27) by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, MultiHeadDiffusion
from dagmix.paper.checks.section3 import mixtures
from paper.corruption import Break, a_third, assert_noticed, changed, other_fidelity, put


def heads_swapped(heads: Any, *arguments: Any, **named: Any) -> MultiHeadDiffusion:
    return MultiHeadDiffusion(heads[::-1], *arguments, **named)


def another_best(best: Any) -> Any:
    return replace(best, heads=(1,), value=best.value * 2)


CORRUPTIONS: dict[str, Break] = {
    "Definition 3.6": put(mixtures, "MultiHeadDiffusion", heads_swapped),
    "Remark 3.7": put(mixtures, "MultiHeadDiffusion", heads_swapped),
    "Definition 3.9": changed(DiffusionOperator, "node_fidelity", other_fidelity),
    "Definition 3.10": changed(DiffusionOperator, "minimax_fidelity", a_third),
    "Definition 3.11": changed(MultiHeadDiffusion, "best_head", another_best),
    "Definition 3.12": changed(MultiHeadDiffusion, "best_head", another_best),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_two_steps_expanded() -> None:
    """β₀² Δ₀² + β₀ β₁ (Δ₀ Δ₁ + Δ₁ Δ₀) + β₁² Δ₁², of which u → v → τ has β₀ β₁ / 4."""
    third = Fraction(1, 3)
    total = mixtures.expanded((third, 1 - third), 2)
    assert total[2, 0] == third * (1 - third) / 4
    assert (total.sum(axis=1) == 1).all()
