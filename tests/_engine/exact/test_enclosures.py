"""Floats that know their bounds."""

from __future__ import annotations

import pickle

from dagmix import WalkOperator, families
from dagmix._engine.chains.transition import LARGEST_EXACT
from dagmix.operators import Enclosure

LONG = 5000


def test_an_enclosure_lies_between_its_bounds() -> None:
    found = Enclosure.within(1.0000000000000615, 1e-12)
    assert found.lower < found == found.upper == 1


def test_enclosures_are_floats_that_know_their_bounds() -> None:
    found = WalkOperator(families.sliding_window(LONG, 100)).distance(99)
    assert isinstance(found, Enclosure)
    again = pickle.loads(pickle.dumps(found))  # noqa: S301 - our own
    assert (again, again.lower, again.upper) == (found, found.lower, found.upper)
    assert repr(found).startswith("Enclosure(0.")
    assert LARGEST_EXACT < LONG
