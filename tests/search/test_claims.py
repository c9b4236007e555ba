"""Claims that a search is made for: what they are given, and what a broken one says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from dagmix import FeedforwardDAG, errors
from dagmix.search import Claim, Witness, smallest_witness

ODD = (Fraction(1, 3), Fraction(2, 3))
Heads = tuple[FeedforwardDAG, ...]


def test_weights_and_epsilon_reach_the_claim() -> None:
    def claim(heads: Heads, weights: tuple[Fraction, ...], epsilon: Fraction) -> bool:
        assert (weights, epsilon) == (ODD, Fraction(1, 10))
        return len(heads[0].nodes) < 3

    found = smallest_witness(claim, weights=["1/3", "2/3"], epsilon="0.1")
    assert isinstance(found, Witness)
    assert (found.weights, found.epsilon, found.tried) == (ODD, Fraction(1, 10), 3)


def raises(heads: Heads, weights: object, epsilon: object) -> bool:
    if len(heads[0].nodes) < 3:
        return True
    message = f"cannot say for {weights} and {epsilon}"
    raise KeyError(message)


def answers_nothing(*_: object) -> Any:
    return None


def test_answers_may_be_numpys() -> None:
    """As those of comparisons are; what is neither True nor False is refused as ever."""

    def claim(heads: Heads, *_: object) -> Any:
        return np.int64(len(heads[0].nodes)) < 3

    found = smallest_witness(claim)
    assert isinstance(found, Witness)
    assert (len(found.heads[0].nodes), found.tried) == (3, 3)
    with pytest.raises(errors.ClaimError, match=r"answered np\.int64"):
        smallest_witness(lambda *_: np.int64(1))  # type: ignore[arg-type] # what is refused


@pytest.mark.parametrize(
    ("claim", "named"),
    [
        (raises, ["raises", "KeyError", "cannot say", "(0, 1), (1, 2)", "1/2, 1/2", "ε = 1/4"]),
        (answers_nothing, ["answers_nothing", "None", "nodes=(0,)"]),
    ],
)
def test_a_broken_claim_is_named_with_the_candidate(claim: Claim, named: list[str]) -> None:
    with pytest.raises(errors.ClaimError) as caught:
        smallest_witness(claim)
    assert all(word in str(caught.value) for word in named), str(caught.value)
