"""Every head of a layer alone: exact where it is, an interval where it is not."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import oracle
import pytest
from cases.attention_samples import sample
from cases.trained_like import KINDS, trained_like
from oracle.fidelity import Signals

from dagmix import DiffusionOperator
from dagmix.analysis import Attention, Layer
from dagmix.analysis.layers import as_json


def trained(layers: int = 2, n: int = 24) -> list[Layer]:
    return list(Attention(trained_like(layers, 5, n, seed=8)).layers())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_attention_as_trained_models_have_it(dtype: type) -> None:
    """Causal, positive, rows that sum to 1; the sink takes most, the identity keeps most."""
    tensor = trained_like(3, 5, 20, seed=1, dtype=dtype)
    assert tensor.shape == (3, 5, 20, 20)
    assert tensor.dtype == dtype
    assert ((tensor > 0) == np.tri(20, dtype=bool)).all()
    assert tensor.sum(axis=-1) == pytest.approx(np.ones((3, 5, 20)), abs=1e-6)
    assert (tensor == trained_like(3, 5, 20, seed=1, dtype=dtype)).all()
    at = {kind: tensor[0, h].astype(float) for h, kind in enumerate(KINDS)}
    assert np.median(at["sink"][1:, 0]) > 0.6
    assert np.median(np.diagonal(at["previous"], -1)) > 0.6
    assert np.median(np.diagonal(at["identity"])) > 0.9
    assert (tensor[1, 4] == trained_like(3, 5, 20, seed=1, dtype=dtype)[1, 4]).all()
    assert np.median(tensor[1, 4][1:, 0]) > 0.6  # the kinds move by one from layer to layer


def test_each_head_is_measured_alone() -> None:
    """The numbers are those of a model of one head; what is excluded is so by the best head."""
    for layer in trained():
        best = max(one.fidelity for one in layer.heads if one.fidelity is not None)
        assert best == layer.best_fidelity
        assert [one.head for one in layer.heads] == list(range(5))
        assert any(one.excluded for one in layer.heads)
        for one in layer.heads:
            tensor = trained_like(2, 5, 24, seed=8)[layer.layer, one.head]
            alone = DiffusionOperator.from_matrix(tensor, sink=23)
            minimax, (lower, upper) = alone.minimax_fidelity(), one.fidelity_bounds
            assert one.mixing_time == alone.successors().mixing_time() == one.mixing_time_bounds[0]
            assert lower <= minimax.lower <= minimax.upper <= upper
            assert one.excluded == (one.fidelity is None)
            assert upper < best if one.excluded else one.fidelity == minimax.value


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed for seed in range(60) if seed % 10])
def test_the_bounds_hold_for_the_rational_heads(seed: int) -> None:
    """Heads of short rationals; one of them has a weight everywhere, so that T is defined."""
    for drawn in sample(seed)[0]:
        n = drawn.shape[-1]
        everywhere = np.tri(n) / 256
        everywhere[range(n), range(n)] += 1 - everywhere.sum(axis=-1)
        heads = np.stack([*drawn, everywhere])
        (layer,) = Attention(heads[None]).layers()
        minima = [Signals(rational(head), n - 1).minimax()[0] for head in heads]
        for one, head, value in zip(layer.heads, heads, minima, strict=True):
            assert one.fidelity_bounds[0] <= value <= one.fidelity_bounds[1]
            assert one.excluded <= (value < max(minima))
            assert one.mixing_time == mixing_time(head)
        best = {h for h, value in enumerate(minima) if value == max(minima)}
        assert best <= set(layer.best_heads)


def rational(head: np.ndarray) -> oracle.Matrix:
    return [[Fraction(x) for x in row] for row in head.tolist()]


def mixing_time(head: np.ndarray) -> float:
    """T(¼) of the successors, stepped; infinite where a position has none or misses the last."""
    sums = head.sum(axis=0)
    sums[-1] = 1.0
    if not sums.all():
        return math.inf
    walk = head / sums
    walk[-1, -1] = 1.0
    reaches = np.linalg.matrix_power((walk > 0).astype(int), len(walk))[-1]
    if not reaches.all():
        return math.inf
    row, time = np.arange(len(walk)) == len(walk) - 1, 0
    while (1 - row).max() > 0.25:
        row, time = row @ walk, time + 1
    return time


def test_heads_are_in_the_json() -> None:
    (layer,) = json.loads(as_json(trained(layers=1)))
    assert [head["head"] for head in layer["heads"]] == list(range(5))
    assert {head["excluded"] for head in layer["heads"]} == {True, False}
    for head in layer["heads"]:
        assert len(head["mixing_time_bounds"]) == len(head["fidelity_bounds"]) == 2
        assert (head["fidelity"] is None) == head["excluded"]


def test_a_head_without_successors_somewhere_never_mixes() -> None:
    deaf = [[1, 0, 0], [1, 0, 0], [1, 0, 0]]
    heads = np.array([np.tri(3) / np.arange(1, 4)[:, None], deaf])
    (layer,) = Attention(heads[None]).layers()
    assert layer.heads[1].mixing_time == math.inf
    assert layer.heads[1].fidelity == 0
