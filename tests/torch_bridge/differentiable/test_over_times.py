"""Rows reduced over time: their derivative against its formula, and what is kept for it."""

from __future__ import annotations

from typing import Any

import pytest
from cases.tensors import causal, drawn

torch = pytest.importorskip("torch")
measures: Any = pytest.importorskip("dagmix.torch_bridge.differentiable")
pytestmark = pytest.mark.filterwarnings("ignore::dagmix.errors.HorizonWarning")


def test_second_derivatives() -> None:
    def asked(scores: Any) -> Any:
        return measures.hitting_time(causal(scores), max_steps=5)

    assert torch.autograd.gradgradcheck(asked, drawn(1, 2, 3, 3).requires_grad_())


def test_the_derivative_is_the_sum_over_the_steps_of_all_paths() -> None:
    """∂(Āᵗ)[τ, j] / ∂Ā[i, k] = Σ_s (Āˢ)[τ, i] (Āᵗ⁻¹⁻ˢ)[k, j], made tangent to the rows' sums."""
    line = torch.diag(torch.full((4,), 0.75)) + torch.diag(torch.full((3,), 0.25), -1)
    line[0, 0], t = 1.0, 5
    line = line.double().requires_grad_()
    measures.fidelities(line[None], horizon=t, first_step=t)[1].backward()
    powers = [torch.linalg.matrix_power(line.detach(), k) for k in range(t)]
    plain = sum(powers[s][3, :, None] * powers[t - 1 - s][:, 1] for s in range(t))
    tangent = plain - (plain * line.detach()).sum(dim=-1, keepdim=True)
    torch.testing.assert_close(line.grad, tangent.tril())


def test_fewer_numbers_are_kept_than_rows() -> None:
    """What is saved for the derivative does not grow with the horizon."""
    attention = causal(drawn(0, 2, 6, 6)).requires_grad_()

    def kept(horizon: int) -> int:
        sizes: list[int] = []

        def keep(tensor: Any) -> Any:
            sizes.append(tensor.numel())
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            measures.minimax_fidelity(attention, horizon=horizon).backward()
        return sum(sizes)

    assert kept(100) == kept(1000)
