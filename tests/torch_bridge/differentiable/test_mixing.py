"""Mixtures with derivatives: precision, and arrays that broadcast."""

from __future__ import annotations

from typing import Any

import pytest
from cases.tensors import causal, drawn

from dagmix import errors, proxies

torch = pytest.importorskip("torch")
measures: Any = pytest.importorskip("dagmix.torch_bridge.differentiable")
pytestmark = pytest.mark.filterwarnings("ignore::dagmix.errors.HorizonWarning")


def test_maxima_over_two_mapped_arrays_meet() -> None:
    """Weights with more dimensions than attention."""
    attention, weights = causal(drawn(0, 2, 4, 4)), drawn(1, 5, 3, 2).exp()
    found = torch.func.vmap(lambda w: measures.fidelities(attention, w, 9))(weights)
    torch.testing.assert_close(found, proxies.fidelities(attention, weights, 9))


def test_precision_is_that_of_the_proxies() -> None:
    attention = causal(drawn(0, 2, 4, 4)).float().requires_grad_()
    found = measures.minimax_fidelity(attention)
    found.backward()
    assert found.dtype == attention.grad.dtype == torch.float32
    half = measures.minimax_fidelity(attention.detach().half(), tolerance=1e-2)
    assert half.dtype == torch.float32
    assert measures.hitting_time(torch.eye(1, dtype=torch.int64)[None]).dtype == torch.float64


@pytest.mark.parametrize("weights", ["ab", [[1], [1, 2]], [None, 1], {1: 2}, [1 + 5j, 2]])
def test_weights_that_are_no_numbers(weights: Any) -> None:
    for given in (weights, torch.tensor(weights) if weights == [1 + 5j, 2] else weights):
        with pytest.raises((errors.KindError, errors.NumberError, errors.ShapeError)):
            measures.fidelities(causal(drawn(0, 2, 3, 3)), given)
