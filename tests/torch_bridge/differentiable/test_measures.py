"""Measures with derivatives: the proxies' values, derivatives that are right, and `torch.func`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from cases.tensors import causal, drawn

from dagmix import errors, proxies

torch = pytest.importorskip("torch")
measures: Any = pytest.importorskip("dagmix.torch_bridge.differentiable")
pytestmark = pytest.mark.filterwarnings("ignore::dagmix.errors.HorizonWarning")
CHAINS = ("successors", "published", "successors_per_head")
# The heads u → v → w → τ and v → u → w → τ of Example 3.13, diffusion, nodes u, v, w, τ.
HEADS = torch.tensor(
    [
        [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5]],
        [[0.5, 0.5, 0, 0], [0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 0, 0.5, 0.5]],
    ],
    dtype=torch.float64,
)


@pytest.mark.slow
def test_values_are_the_proxies() -> None:
    """On 200 batches, every question and way of reading in turn, to 1e-12."""
    for seed in range(200):
        heads, n = 1 + seed % 3, 1 + seed % 7
        attention = causal(drawn(seed, 2, heads, n, n))
        gated = seed % 5 == 0 and heads < n
        shape = (2, heads, n) if gated else (2, heads)
        weights = None if seed % 4 == 0 else drawn(seed, *shape).exp()
        target = n // 2 if seed % 2 else None
        chain = CHAINS[seed % (2 if gated else 3)]
        steps = (None, 0, 9)[seed % 3]
        questions = {
            "hitting_time": (attention, weights, steps, chain),
            "fidelities": (attention, weights, 8, seed % 2),
            "minimax_fidelity": (attention, weights, 8, seed % 2),
        }
        name = list(questions)[seed // 3 % 3]
        found = getattr(measures, name)(*questions[name], target=target)
        expected = getattr(proxies, name)(*questions[name], target=target)
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_values_of_bidirectional_attention_are_the_proxies() -> None:
    attention, given = drawn(3, 2, 5, 5).softmax(dim=-1), {"target": 1, "causal": False}
    for name in ("hitting_time", "fidelities", "minimax_fidelity"):
        found = getattr(measures, name)(attention, **given)
        torch.testing.assert_close(found, getattr(proxies, name)(attention, **given))


@pytest.mark.parametrize("shape", [(2,), (2, 4)])
@pytest.mark.parametrize("target", [None, 2])
def test_derivatives_of_fidelities(shape: tuple[int, ...], target: int | None) -> None:
    def asked(scores: Any, weights: Any) -> Any:
        return measures.fidelities(causal(scores), weights.exp(), 9, target=target)

    points = [drawn(seed, *size).requires_grad_() for seed, size in ((1, (2, 4, 4)), (2, shape))]
    assert torch.autograd.gradcheck(asked, points)


@pytest.mark.parametrize(
    ("weight", "value", "derivative"),
    [
        ("1/5", "29/80", "-1/16"),
        ("3/10", "59/160", "3/16"),
        ("7/20", "489/1280", "27/64"),
        ("39/100", "2571/6400", "39/64"),
        ("1/4", "23/64", "-1/16"),  # the times 4 and 5 attain it: that of the earlier
    ],
)
def test_example_3_13_as_a_function_of_its_weight(weight: str, value: str, derivative: str) -> None:
    beta = torch.tensor(float(Fraction(weight)), dtype=torch.float64, requires_grad=True)
    shares = torch.stack([beta, 1 - beta])
    found = measures.minimax_fidelity(HEADS, shares, 8, causal=False, target=3)
    found.backward()
    assert found.item() == pytest.approx(float(Fraction(value)), rel=1e-15)
    assert beta.grad.item() == pytest.approx(float(Fraction(derivative)), rel=1e-13)


def test_at_a_tie_of_positions_the_derivative_is_their_mean() -> None:
    """Uniform attention: (n − 1) sources with the same fidelity."""
    star = torch.eye(4, dtype=torch.float64)
    star[3] = 0.25
    attention = star[None].requires_grad_()
    each = measures.fidelities(attention, horizon=3)
    assert each[0] == each[1] == each[2]
    gradients = [torch.autograd.grad(one, attention, retain_graph=True)[0] for one in each[:3]]
    least = measures.minimax_fidelity(attention, horizon=3)
    (found,) = torch.autograd.grad(least, attention)
    torch.testing.assert_close(found, sum(gradients) / 3)


@pytest.mark.slow
def test_functions_of_torch_func() -> None:
    attention, weights = causal(drawn(0, 3, 2, 4, 4)), drawn(1, 3, 2).exp()

    def asked(attention: Any, weights: Any) -> Any:
        return measures.minimax_fidelity(attention, weights, 9)

    expected = asked(attention, weights)
    mapped = torch.func.vmap(asked)
    torch.testing.assert_close(mapped(attention, weights), expected)
    one = torch.func.vmap(asked, in_dims=(None, 0))(attention[0], weights)
    torch.testing.assert_close(one, asked(attention[0].expand(3, 2, 4, 4), weights))
    of_times = torch.func.vmap(lambda a: measures.hitting_time(a, weights[0], 9), in_dims=1)
    torch.testing.assert_close(
        of_times(attention[:, None].expand(3, 2, 2, 4, 4)),
        measures.hitting_time(attention, weights[0], 9).expand(2, 3),
    )
    tracked = attention.clone().requires_grad_()
    asked(tracked, weights).sum().backward()
    gradients = torch.func.vmap(torch.func.grad(asked))(attention, weights)
    torch.testing.assert_close(gradients, tracked.grad)
    jacobian = torch.func.jacrev(lambda w: measures.fidelities(attention[0], w, 9))(weights[0])
    assert jacobian.shape == (4, 2)
    assert (jacobian @ weights[0]).abs().max() < 1e-13  # a scale of all weights changes nothing


REFUSED: list[tuple[Callable[[], Any], type[errors.DagmixError], str]] = [
    (lambda: measures.fidelities([[[1.0]]]), errors.KindError, "torch tensor here; got list"),
    (lambda: measures.hitting_time(HEADS, chain="none"), errors.KindError, "chain is one of"),
    (
        lambda: measures.hitting_time(HEADS, max_steps=None, causal=False, target=3),
        errors.KindError,
        "bidirectional attention is asked with max_steps",
    ),
    (lambda: measures.fidelities(HEADS), errors.CausalError, "no query i sees a later key"),
    (lambda: measures.fidelities(HEADS.neg()), errors.NumberError, "not negative"),
    (
        lambda: measures.hitting_time(causal(drawn(0, 2, 3, 3)), torch.ones(2, 3), chain=CHAINS[2]),
        errors.KindError,
        "mixes walks",
    ),
]


@pytest.mark.parametrize(("asked", "error", "message"), REFUSED)
def test_bad_input(asked: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        asked()


def test_proxies_are_read_without_gradients_and_refuse_transforms() -> None:
    attention = causal(drawn(0, 2, 4, 4)).requires_grad_()
    assert not proxies.hitting_time(attention).requires_grad
    for transform in (torch.func.grad, torch.func.jacrev, torch.func.vmap):
        with pytest.raises(errors.KindError, match=r"torch_bridge\.differentiable"):
            transform(proxies.hitting_time)(attention)


def test_steps_below_the_longest_path_are_warned_of_where_they_are_asked() -> None:
    with pytest.warns(errors.HorizonWarning, match="horizon=1 is less than n - 1 = 3") as caught:
        measures.fidelities(causal(drawn(0, 2, 4, 4)), horizon=1)
    assert caught[0].filename == __file__


def test_the_paths_of_the_example() -> None:
    """HEADS is what Definition 2.1 makes of the two paths."""
    for head, path in zip(HEADS, ("uvwτ", "vuwτ"), strict=True):
        places = ["uvwτ".index(node) for node in path]
        expected = torch.eye(4, dtype=torch.float64)
        for sender, receiver in pairwise(places):
            expected[receiver, [sender, receiver]] = 0.5
        assert torch.equal(head, expected)
