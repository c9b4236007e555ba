"""Exact suprema over gates: attained or a limit, and what is left open."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from oracle import diffusion_matrix

from dagmix import DiffusionOperator
from dagmix._engine.chains.composites import BackwardMatrix
from dagmix._engine.chains.gates import exact_suprema
from dagmix._engine.chains.gates.exact_suprema import Supremum, as_hit, stepped
from dagmix._engine.chains.gates.hits import by_policies
from dagmix._engine.chains.gates.steps import GateSteps

CYCLE = [["1/2", "1/2", 0], ["1/2", "1/2", 0], [0, "1/2", "1/2"]]


def steps_of(*matrices: object) -> GateSteps:
    heads = [BackwardMatrix(DiffusionOperator.from_matrix(M, sink=2).transition) for M in matrices]
    return GateSteps(heads, greatest=True, exact=True)


def test_a_limit_that_stepping_does_not_tell_is_enclosed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One head, a cycle of two nodes, each ½ in the long run: less at every step before."""
    monkeypatch.setattr(exact_suprema, "MOST_STEPS", 8)
    found = stepped(steps_of(CYCLE), 2, 0, np.arange(3))
    assert (found.attained, found.upper) == (None, Fraction(1, 2))
    assert 0.4 < found.lower < Fraction(1, 2)
    assert stepped(steps_of(CYCLE), 2, 2, np.arange(3)).attained


def test_a_hit_is_attained_if_no_way_to_it_holds() -> None:
    """0 → 1 → 2 backward in two steps without loops, and only nearly with a loop at 1."""
    bare = np.array(diffusion_matrix(3, [(0, 1), (1, 2)], loops=False), dtype=object)
    lazy = np.array(diffusion_matrix(3, [(0, 1), (1, 2)]), dtype=object)
    found = as_hit(np.array([lazy, bare]), by_policies(np.array([lazy, bare]), 0), 2, 0)
    assert found == Supremum(Fraction(1), Fraction(1), attained=True, time=2)
    slow = as_hit(lazy[None], by_policies(lazy[None], 0), 2, 0)
    assert slow == Supremum(Fraction(1), Fraction(1), attained=False, time=None)
