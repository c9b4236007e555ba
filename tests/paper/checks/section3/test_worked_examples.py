"""The worked examples: rows that notice other operators."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dagmix import DiffusionOperator, MultiHeadDiffusion
from paper.corruption import Break, a_third, assert_noticed, changed, plus_one


def more(result: Any) -> Any:
    return replace(result, value=result.value + Fraction(1, 7))


CORRUPTIONS: dict[str, Break] = {
    "Example 3.8": changed(DiffusionOperator, "signal", plus_one),
    "Example 3.13": changed(DiffusionOperator, "minimax_fidelity", a_third),
    "Figure 3": changed(DiffusionOperator, "minimax_fidelity", a_third),
    "After Example 3.13": changed(MultiHeadDiffusion, "minimax_fidelity", more),
    "End of §3.1": changed(MultiHeadDiffusion, "amplification", lambda gain: 1 / gain),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)
