"""The table of bounds: every row, in text and in HTML."""

from __future__ import annotations

from fractions import Fraction

from dagmix import MultiHeadWalk, WalkOperator, bounds, families
from dagmix.paper import example_3_13


def test_tables() -> None:
    """Plain text, rich and HTML have every bound and the exact T beside each."""
    found = bounds.mixing_time(MultiHeadWalk([families.line(4)] * 8), Fraction(1, 100))
    text, html = str(found), found._repr_html_()
    assert "not guaranteed (e^(−pN) > ε)" in text
    assert "not applicable: ε is below e⁻²" in text
    assert len(found._rows()) == html.count("<tr>") - 1 == 9
    assert all(row[2] == str(found.time) for row in found._rows())
    assert "…" in found._title()
    assert "K = none" in str(bounds.mixing_time(MultiHeadWalk(example_3_13())))
    assert "7/2" not in html
    assert "guaranteed (e^(−pN) ≤ ε)" in str(bounds.mixing_time(WalkOperator(families.line(9))))
    rescued = bounds.mixing_time(WalkOperator(families.line(3)))
    assert "  by Theorem A (e^(−pN) > ε)" in str(rescued)
