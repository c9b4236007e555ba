"""TokenRank on batches beside the operator's, which is exact."""

from __future__ import annotations

import numpy as np
import pytest

from dagmix import MultiHeadDiffusion, errors
from dagmix.proxies import token_rank


@pytest.mark.parametrize("causal", [True, False])
def test_a_batch_is_what_each_mixture_is(causal: bool) -> None:  # noqa: FBT001
    draw = np.random.default_rng(8)
    attention = draw.random((3, 2, 5, 5)) ** 6
    attention = np.tril(attention) if causal else attention
    attention /= attention.sum(axis=-1, keepdims=True)
    weights = np.array([1.0, 3.0])
    for alpha in (0.5, "99/100", 1 - 2.0**-30):
        found = token_rank(attention, weights, alpha, causal=causal)
        assert found.sum(axis=-1) == pytest.approx(np.ones(3), rel=1e-12)
        for heads, row in zip(attention, found, strict=True):
            mix = MultiHeadDiffusion.from_attention(heads, weights, target=4, causal=causal)
            assert row == pytest.approx(mix.token_rank(alpha), rel=1e-12)


def test_without_a_restart_the_first_token_has_it_all() -> None:
    """As α comes near 1 causal attention leads to position 0."""
    uniform = np.tril(np.ones((1, 4, 4))) / np.arange(1, 5)[:, None]
    assert token_rank(uniform, alpha=1 - 2.0**-40)[0] == pytest.approx(1.0, abs=1e-10)
    expected = [2000000 / 2036867, 20000 / 2036867, 100 / 20167, 1 / 301]
    assert token_rank(uniform) == pytest.approx(expected, rel=1e-13)
    with pytest.raises(errors.NumberError, match="alpha"):
        token_rank(uniform, alpha=1)


@pytest.mark.slow
def test_torch_gives_what_numpy_gives() -> None:
    torch = pytest.importorskip("torch")
    attention = np.random.default_rng(9).random((2, 2, 5, 5))
    attention /= attention.sum(axis=-1, keepdims=True)
    found = token_rank(torch.tensor(attention), causal=False)
    assert found.numpy() == pytest.approx(token_rank(attention, causal=False), rel=1e-14)
    causal = np.tril(attention) / np.tril(attention).sum(axis=-1, keepdims=True)
    assert token_rank(torch.tensor(causal)).numpy() == pytest.approx(token_rank(causal), rel=1e-14)
