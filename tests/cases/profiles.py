"""The model of two heads in β, and its profile of φ_min, for every small pair once."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, all_pairs, heads
from cases.pairs_of_heads import Pair as Heads
from dagmix import MultiHeadDiffusion
from dagmix.operators.mixture import MultiHead
from dagmix.optimal import FidelityProfile
from dagmix.optimal.two_heads.kernels import TwoDiffusions

FOURS = random.Random(4).sample(all_pairs(4), 12)  # noqa: S311 - reproducible, not secret
PAIRS = [*all_pairs(2), *all_pairs(3), *FOURS, EXAMPLE_8, EXAMPLE_13]


def two_heads(mixed: MultiHead) -> TwoDiffusions:
    (_, first), (_, second) = mixed.parts
    return TwoDiffusions((first, second), mixed.sink.index)


@cache
def profile(pair: Heads) -> Any:
    mixed = MultiHeadDiffusion(heads(pair))
    return FidelityProfile(two_heads(mixed), mixed.nodes)


def of_arrays(*arrays: list[list[Any]]) -> Any:
    mixed = MultiHeadDiffusion(arrays, sink=len(arrays[0]) - 1)
    return FidelityProfile(two_heads(mixed), mixed.nodes)
