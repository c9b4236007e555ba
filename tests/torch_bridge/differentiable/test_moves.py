"""Chains with derivatives: hitting times, positions that miss the sink, columns of zeros."""

from __future__ import annotations

from typing import Any

import pytest
from cases.tensors import causal, drawn

from dagmix import errors, proxies

torch = pytest.importorskip("torch")
measures: Any = pytest.importorskip("dagmix.torch_bridge.differentiable")
pytestmark = pytest.mark.filterwarnings("ignore::dagmix.errors.HorizonWarning")
CHAINS = ("successors", "published", "successors_per_head")


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("steps", [9, None])
def test_derivatives_of_hitting_times(chain: str, steps: int | None) -> None:
    """As differences of values have them, in attention and in weights."""

    def asked(scores: Any, weights: Any) -> Any:
        times = measures.hitting_time(causal(scores), weights.exp(), steps, chain)
        return times if steps or chain != "published" else times.nan_to_num(posinf=0.0)

    points = [drawn(seed, *shape).requires_grad_() for seed, shape in ((1, (2, 4, 4)), (2, (2,)))]
    assert torch.autograd.gradcheck(asked, points)


def test_a_position_that_misses_the_sink_has_no_derivative() -> None:
    attention = torch.eye(3, dtype=torch.float64)[None].requires_grad_()
    found = measures.hitting_time(attention, max_steps=None)
    found.backward()
    assert found == torch.inf
    assert not attention.grad.isnan().any()


def test_missing_the_sink_later_counts() -> None:
    """0 goes to 1, which never leaves: both have ∞, 2 does not."""
    path = [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 1, 0], [0, 0, 0.5, 0.5]]
    attention = torch.tensor([path], dtype=torch.float64)
    assert measures.hitting_time(attention, max_steps=None) == torch.inf
    assert (
        proxies.hitting_times(attention, max_steps=None).isinf().tolist()
        == [True] * 2 + [False] * 2
    )


def test_a_column_of_zeros_is_refused() -> None:
    attention = torch.tensor([[[1.0, 0, 0], [1, 0, 0], [1, 0, 0]]])
    with pytest.raises(errors.StochasticError, match="no column is all zeros"):
        measures.hitting_time(attention)
