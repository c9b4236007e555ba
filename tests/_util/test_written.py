"""Numbers as tables show them."""

from __future__ import annotations

from fractions import Fraction

from dagmix._util.written import as_html, shown


def test_numbers_in_tables() -> None:
    """Short fractions and integers as they are, long ones to six digits, of any size."""
    assert shown(Fraction(-2, 3)) == "-2/3"
    assert shown(10**30) == str(10**30)
    assert shown(Fraction(1, 3 * 10**400)) == "3.33333e-401"
    assert shown(1 / 3) == "0.333333"


def test_fractions_too_long_to_write_are_rounded() -> None:
    """Python writes no integer of more than 4,300 digits."""
    assert shown(Fraction(1, 10**5000)) == "1e-5000"
    assert shown(Fraction(-2, 3)) == "-2/3"
    assert shown(Fraction(1, 10**17)) == "1/100000000000000000"
    assert shown(Fraction(1, 10**18)) == "1e-18"


def test_tables_in_html_show_what_they_are_given() -> None:
    assert as_html("a & b", ["<th>"], [["<b>"], ["2"]]) == (
        "<table><caption>a &amp; b</caption><tr><th>&lt;th&gt;</th></tr>"
        "<tr><td>&lt;b&gt;</td></tr><tr><td>2</td></tr></table>"
    )
