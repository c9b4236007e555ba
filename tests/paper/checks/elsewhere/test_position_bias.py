"""Who is least heard through uniform layers: the last row beside powers and a closed form."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from dagmix import DiffusionOperator
from dagmix.paper.checks.elsewhere import position_bias
from paper.corruption import Break, assert_noticed, put

HALF = Fraction(1, 2)
CORRUPTIONS: dict[str, Break] = {
    # ρ of nearly 0 and one of many layers: another chain, whose least heard position is elsewhere
    "Beside the paper, 2603.10123": put(
        DiffusionOperator, "signal", lambda _, j, __: Fraction(abs(j - 3) + 1)
    ),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


@pytest.mark.parametrize("residual", [Fraction(0), HALF, Fraction(9, 10)])
@pytest.mark.parametrize(("n", "depth"), [(1, 2), (4, 1), (4, 2), (6, 3)])
def test_the_last_row_is_the_closed_form(n: int, depth: int, residual: Fraction) -> None:
    """Σ_k (−1)^(k−j) C(n−1, k−1) C(k−1, j−1) (ρ + (1 − ρ)/k)ᴸ, positions from 1."""
    expected = [
        sum(
            (-1) ** (k - j)
            * comb(n - 1, k - 1)
            * comb(k - 1, j - 1)
            * (residual + (1 - residual) / k) ** depth
            for k in range(j, n + 1)
        )
        for j in range(1, n + 1)
    ]
    assert position_bias.heard(n, depth, residual) == expected
