"""Tables 1 to 6 as printed: their shape, and what their captions and text say of them."""

from __future__ import annotations

from fractions import Fraction

from dagmix.paper import printed


def test_tables_have_a_row_for_each_head_count() -> None:
    for table in (printed.MIXING, printed.FIDELITY):
        for rows in table.values():
            assert [len(row) for row in rows] == [len(printed.LAYERS)] * len(printed.HEADS)
    for pairs in printed.BEST_AND_COMBINED.values():
        assert [len(row) for row in pairs] == [len(printed.LAYERS)] * len(printed.SEVERAL)


def test_steps_are_at_most_the_cut_off_and_percent_at_most_100() -> None:
    cells = [cell for rows in printed.MIXING.values() for row in rows for cell in row]
    assert all(0 < cell.mean <= 100 and 0 < cell.deviation < 5 for cell in cells)
    shares = [cell for rows in printed.FIDELITY.values() for row in rows for cell in row]
    assert all(0 <= cell.mean < 1 for cell in shares)


def test_some_cells_by_hand() -> None:
    assert printed.MIXING["cycle"][1][2] == (45.7709, 1.9865)
    assert printed.FIDELITY["copy"][3] == ((0.58, 0.06), (0.49, 0.07), (0.34, 0.07), (0.25, 0.07))
    pair = printed.BEST_AND_COMBINED["copy"][0][2]
    assert pair == (Fraction(21, 100), Fraction(19, 100), (False, False))
