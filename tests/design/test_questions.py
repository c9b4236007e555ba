"""What is asked and what answers it better; what cannot be asked."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dagmix.design.questions import front_of, may_be_best, read_question
from dagmix.errors import DagmixError, EpsilonError, NumberError, ObjectiveError, SizeError

THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("given", "error", "named"),
    [
        ((0, None, None, "mixing"), NumberError, "n is an integer, at least 1; got 0"),
        ((4, 2, None, "mixing"), SizeError, "n - 1 = 3 edges besides self-loops; got edges = 2"),
        ((4, -1, None, "mixing"), NumberError, "edges"),
        ((4, None, 0, "mixing"), NumberError, "in_degree is an integer, at least 1; got 0"),
        ((4, None, None, "speed"), ObjectiveError, "'pareto'; got 'speed'"),
        ((4, None, None, ["pareto"]), ObjectiveError, "got"),
        ((4, None, None, "mixing", 1), EpsilonError, "got 1"),
    ],
)
def test_bad_input(given: tuple[Any, ...], error: type[DagmixError], named: str) -> None:
    with pytest.raises(error) as caught:
        read_question(*given)
    assert named in str(caught.value)


def test_limits_that_do_not_limit() -> None:
    assert read_question(4, 100, 100, "mixing") == read_question(4, None, None, "mixing")
    assert read_question(1, 0, 0, "mixing") == read_question(1, None, None, "mixing")


def test_partial_graphs_leave_an_edge_for_each_node_to_come() -> None:
    question = read_question(4, 4, 2, "mixing")
    codes = np.array([[0, 1, 1], [0, 1, 3]])
    assert question.admits(codes).tolist() == [True, True]
    assert read_question(4, 3, 2, "mixing").admits(codes).tolist() == [True, False]
    assert read_question(4, 4, 1, "mixing").admits(codes).tolist() == [False, False]


def test_fronts() -> None:
    points = [(2, THIRD), (2, Fraction(1, 4)), (3, THIRD), (5, Fraction(1, 2)), (2, THIRD)]
    assert front_of(points) == ((2, THIRD), (5, Fraction(1, 2)))
    assert front_of([]) == ()


def test_ties_and_what_floats_cannot_tell_are_kept() -> None:
    above, below = float(np.nextafter(1 / 3, 1)), float(np.nextafter(1 / 3, 0))
    times, fidelities = np.array([2, 2, 3, 3]), np.array([1 / 3, below, above, below])
    assert may_be_best(times, fidelities, [(2, THIRD)]).tolist() == [True, False, True, False]
    assert may_be_best(np.array([2, 3]), np.ones(2), [(2, Fraction(1))]).tolist() == [True, False]
