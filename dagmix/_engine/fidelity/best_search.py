"""The greatest φ_min of several operators, as few of them searched to the end as possible.

Every search has bounds of its φ_min from the start (`quick_bounds`), and the lower one rises with
the best signals so far. A search whose upper bound is below another's lower bound is given up.
Near-identity heads need long searches, and reach some node with a small probability: where another
head is better, most are given up before they make a step.
"""

from __future__ import annotations

from collections.abc import Iterable

from dagmix._engine.fidelity.minimax import MinimaxSearch


def find_greatest(searches: Iterable[MinimaxSearch]) -> None:
    """Finish every search that may have the greatest minimum or tie with it.

    The most promising goes on, round by round; costly rounds come last. What is excluded has
    found None, and an `upper` below another's `lower`.
    """
    searches = list(searches)
    best = max(search.lower for search in searches)
    running = searches
    while running := [one for one in running if one.found is None and one.upper >= best]:
        leader = min(running, key=lambda one: (one.is_costly, -one.upper))
        leader.go_on()
        best = max(best, leader.lower)
