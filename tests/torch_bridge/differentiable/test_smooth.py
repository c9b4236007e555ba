"""The smooth minimax fidelity: its bounds, its derivative, its refusals."""

from __future__ import annotations

import math
from typing import Any

import pytest
from cases.tensors import causal, drawn

from dagmix import errors, proxies

torch = pytest.importorskip("torch")
measures: Any = pytest.importorskip("dagmix.torch_bridge.differentiable")


@pytest.mark.parametrize("sharpness", [0.5, 30.0, 1e4])
def test_the_value_is_within_its_bounds(sharpness: float) -> None:
    attention = causal(drawn(1, 50, 2, 6, 6))
    exact = proxies.minimax_fidelity(attention, horizon=9, first_step=2)
    found = measures.smooth_fidelity(attention, horizon=9, first_step=2, sharpness=sharpness)
    assert found.below == math.log(6) / sharpness
    assert found.above == math.log(8) / sharpness
    assert (found.value >= exact - found.below - 1e-15).all()
    assert (found.value <= exact + found.above + 1e-15).all()


def test_both_bounds_are_attained() -> None:
    """One position that is the sink for ever; and equal fidelities, each at one time of one."""
    alone = measures.smooth_fidelity(
        torch.ones(1, 1, 1, dtype=torch.float64), horizon=3, sharpness=2.0
    )
    assert alone.value.item() == pytest.approx(1 + alone.above, rel=1e-15)
    pair = torch.tensor([[[1.0, 0.0], [0.5, 0.5]]], dtype=torch.float64)
    equal = measures.smooth_fidelity(pair, horizon=1, first_step=1, sharpness=2.0)
    assert equal.value.item() == pytest.approx(0.5 - equal.below, rel=1e-15)


def test_its_derivative() -> None:
    def asked(scores: Any) -> Any:
        return measures.smooth_fidelity(causal(scores), horizon=6, sharpness=20.0).value

    scores = drawn(2, 2, 4, 4)
    assert torch.autograd.gradcheck(asked, scores.requires_grad_())


@pytest.mark.parametrize("sharpness", [0.0, -1.0, math.inf, math.nan, True, "5", None, 10**400])
def test_a_sharpness_is_positive_and_finite(sharpness: float) -> None:
    with pytest.raises(errors.NumberError, match="a positive number, at most 1e"):
        measures.smooth_fidelity(torch.eye(2)[None], horizon=1, sharpness=sharpness)
