"""Tables of intervals against sets of pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dagmix._engine.adjacency.interval_tables import interval_table, minus, united


@given(st.data())
def test_tables_unite_and_subtract(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 9))
    runs = st.lists(st.tuples(*(st.integers(0, n - 1),) * 3), max_size=10)

    def drawn() -> tuple[Any, set[tuple[int, int]]]:
        found = data.draw(runs)
        rows, starts, stops = (np.array([run[k] for run in found], dtype=int) for k in range(3))
        return interval_table(n, rows, starts, stops), {
            (r, p) for r, a, b in found for p in range(a, b)
        }

    def listed(one: Any) -> set[tuple[int, int]]:
        rows, places = one.expanded()
        assert len(rows) == len({*zip(rows.tolist(), places.tolist(), strict=True)})
        return {*zip(rows.tolist(), places.tolist(), strict=True)}

    (one, first), (two, second) = drawn(), drawn()
    assert listed(one) == first
    assert listed(united([one, two])) == first | second
    assert listed(minus(one, two)) == first - second
    assert listed(one.transposed()) == {(p, r) for r, p in first}
    assert listed(one.mirrored()) == {(n - 1 - r, n - 1 - p) for r, p in first}
