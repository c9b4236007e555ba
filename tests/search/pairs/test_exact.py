"""What is left of a search, decided exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dagmix import errors
from dagmix._engine.exact.algebraic import Algebraic
from dagmix.search.pairs import exact
from dagmix.search.pairs.masks import HALF, Edges, mask_of
from dagmix.search.pairs.pieces import Part, Task

LINE, STAR = ((0, 1), (1, 2)), ((0, 2), (1, 2))


def part(bar: float, *pairs: tuple[Edges, Edges], rank: float = 9.0) -> Part:
    keys = tuple((mask_of(one, 3) << HALF) | mask_of(two, 3) for one, two in pairs)
    return Part(0, 1, bar, keys, (rank,) * len(keys), 1, 0.0)


def test_the_best_of_all_parts_is_chosen() -> None:
    """35/36 of line and star is less than 1, and a rank below the bar is not evaluated at all."""
    for objective, value in (("amplification", 1), ("loss", Fraction(35, 36))):
        task = Task(objective, 3, "any", "even")
        found = exact.decided(task, [part(1.0, (LINE, STAR)), part(1.0, (LINE, LINE))], [])
        assert [one.value for one in found] == [value]
    parts = [part(2.0, (LINE, STAR), rank=1.0)]
    assert exact.decided(Task("loss", 3, "any", "even"), parts, []) == []


@pytest.mark.slow
def test_pairs_with_even_weights_are_among_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are added where they are not found anyway."""
    task = Task("speed-up", 3, "any", "best")
    (even,) = exact.decided(Task("speed-up", 3, "any", "even"), [part(1.0, (LINE, STAR))], [])
    assert [one.pair for one in exact.decided(task, [part(1.0)], [even])] == [even.pair]
    (found,) = exact.decided(task, [part(1.0, (LINE, STAR))], [even])
    assert found.value == found.bound == 1  # the star alone

    unsure = even._replace(value=Fraction(1), bound=Fraction(2))
    monkeypatch.setattr(exact, "_with_best_weights", lambda *_: unsure)
    with pytest.raises(errors.UndecidedError, match="between 1 and 2, another 1"):
        exact.decided(task, [part(1.0, (LINE, STAR))], [even])


def test_algebraic_numbers_are_scaled() -> None:
    root = Algebraic((-2, 0, 1), 1)
    twice = exact.scaled(root, Fraction(2, 3))
    assert twice == Algebraic((-8, 0, 9), 1)
    assert exact.scaled(Fraction(1, 2), Fraction(2, 3)) == Fraction(1, 3)
