"""Graphs to start from are within the limits, and the line always is."""

from __future__ import annotations

import numpy as np
import pytest

from dagmix.design.questions import read_question
from dagmix.design.starts import meets, starts


@pytest.mark.parametrize("n", [3, 4, 9, 30])
@pytest.mark.parametrize("limits", [(None, None), (None, 1), (None, 3), (40, None)])
def test_starts_meet_the_limits(n: int, limits: tuple[int | None, int | None]) -> None:
    question = read_question(n, *limits, "mixing")
    found = list(starts(question))
    assert all(meets(question, matrix) for matrix in found)
    assert all((np.tril(matrix) == matrix).all() for matrix in found)
    assert (found[0] == np.eye(n) + np.eye(n, k=-1)).all()
    assert len(found) > 1 or limits[1] == 1


@pytest.mark.parametrize(("limits", "met"), [((3, 2), True), ((2, 2), False), ((3, 1), False)])
def test_edges_and_in_degrees_are_limited(limits: tuple[int, int], met: bool) -> None:  # noqa: FBT001 - a case of the table
    assert meets(read_question(3, *limits, "mixing"), np.tri(3)) is met


def test_every_node_but_the_sink_sends() -> None:
    assert not meets(read_question(3, None, None, "mixing"), np.eye(3))
