"""Tables in plain text, and JSON of what JSON has no number for."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import pytest

from dagmix._util.tables import Tabled, table, to_json, to_json_line


class Squares(Tabled):
    def _title(self) -> str:
        return "squares"

    def _columns(self) -> Sequence[str]:
        return ["[b]n", "n²"]

    def _rows(self) -> Sequence[Sequence[str]]:
        return [["1", "1"], ["2", "4"]]


def test_a_table_is_its_title_names_and_rows() -> None:
    """What looks like markup is text."""
    words = [line.split() for line in str(Squares()).splitlines() if line.strip(" ─")]
    assert words == [["squares"], ["[b]n", "n²"], ["1", "1"], ["2", "4"]]
    assert Squares()._repr_html_().count("<tr>") == 3
    assert table(["a"], [["1"], ["2"]]).row_count == 2


@pytest.mark.parametrize("write", [to_json, to_json_line])
def test_numbers_that_json_lacks_are_words(write: object) -> None:
    record = {"φ": [math.inf, -math.inf, math.nan, 0.5], "at": (1, "x", None)}
    text = write(record)  # type: ignore[operator]
    assert text.isascii()
    assert json.loads(text) == {"φ": ["inf", "-inf", "nan", 0.5], "at": [1, "x", None]}
