"""What results say in one word: the value, all graphs, how many."""

from __future__ import annotations

from fractions import Fraction

from dagmix.design import best_graphs


def test_the_value_is_what_was_asked_for() -> None:
    third, half = Fraction(1, 3), Fraction(1, 2)
    assert best_graphs(4, objective="fidelity").value == half
    assert best_graphs(4, objective="mixing").value == 2
    found = best_graphs(4)
    assert found.value == ((2, third), (5, half))
    assert found.graphs == (*found.front[0].graphs, *found.front[1].graphs)
    assert found.count == len(found.graphs) == 2
    assert "proved=True" in repr(found)
