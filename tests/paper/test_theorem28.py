"""Theorem 2.8: what a search finds, written out."""

from __future__ import annotations

from dagmix.paper import theorem28
from dagmix.search import NotFound

NOTHING = NotFound(tried=1, complete=1, reached=(1, 0), out_of_budget=False)


def test_a_search_that_finds_nothing_is_written_out() -> None:
    assert theorem28.shown(NOTHING).startswith("not found up to n = 1")
