"""Padding, cut or refused, and rows that a learned sink logit keeps below 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_files import save
from cases.attention_samples import attention

from dagmix import errors, proxies
from dagmix.analysis import Attention
from dagmix.analysis.padding import cut

LENGTHS, LONGEST = (5, 3, 1), 5
ALONE = [np.stack([attention(2, n, seed + n) for seed in (0, 10)]) for n in LENGTHS]


def batch(side: str) -> tuple[Any, Any]:
    """Return (batch, layers, heads, n, n), padded as models do it, and its mask.

    On the right pads attend to the tokens alike; on the left to everything.
    """
    tensor, mask = np.zeros((3, 2, 2, LONGEST, LONGEST)), np.zeros((3, LONGEST), dtype=int)
    for sample, (one, n) in enumerate(zip(ALONE, LENGTHS, strict=True)):
        place = slice(n) if side == "right" else slice(LONGEST - n, None)
        tensor[sample, ..., place] = 1 / n
        if side == "left":
            tensor[sample, ..., : LONGEST - n, :] = 1 / LONGEST
        tensor[sample, ..., place, place] = one
        mask[sample, place] = 1
    return tensor, mask


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_mask_leaves_every_sample_its_tokens(side: str) -> None:
    tensor, mask = batch(side)
    for given in (mask.astype(bool), mask.tolist(), mask.astype(float)):
        for one, alone in zip(
            Attention.of(tensor, attention_mask=given).tensor, ALONE, strict=True
        ):
            np.testing.assert_array_equal(one, alone)
    found = Attention.of(tensor, attention_mask=mask)
    assert isinstance(found.tensor, list)
    assert [layer.sample for layer in found.layers()] == [(k,) for k in (0, 0, 1, 1, 2, 2)]
    assert len(found) == 6


@pytest.mark.parametrize("side", ["right", "left"])
def test_padding_is_seen_without_a_mask(side: str) -> None:
    tensor, _ = batch(side)
    with pytest.raises(errors.PaddingError, match=rf"sample \[1\]: .*{side} padding"):
        Attention.of(tensor)
    for one in (tensor[1], tensor[1, 0]):  # of one sample, of one layer
        with pytest.raises(errors.PaddingError, match=rf"sample \[\]: .*{side} padding"):
            Attention.of(one)
    assert len(Attention.of(tensor[:1])) == 2


def test_the_number_of_pads_is_named() -> None:
    tensor, _ = batch("right")
    with pytest.raises(errors.PaddingError, match="the last 2 positions"):
        Attention.of(tensor[1:2])
    both_ways = tensor[1:2, ..., ::-1, ::-1]
    with pytest.raises(errors.PaddingError, match=r"the first 2 positions .* left padding"):
        Attention.of(both_ways)


def test_a_mask_of_ones_keeps_what_looks_padded() -> None:
    tensor, mask = batch("right")
    found = Attention.of(tensor, attention_mask=np.ones_like(mask))
    for one, expected in zip(found.tensor, tensor, strict=True):
        np.testing.assert_array_equal(one, expected)


def test_a_key_that_one_head_gives_weight_to_is_no_pad() -> None:
    """Nor is a last position that others give weight to: all heads, layers and queries count."""
    tensor, _ = batch("right")
    tensor[1, 1, 0, 4] = [0.5, 0, 0, 0, 0.5]
    tensor[2, 0, 1, 3] = [0, 0, 0, 0, 1]
    assert len(Attention.of(tensor[1:])) == 4


def test_one_sample_may_have_one_mask() -> None:
    tensor, mask = batch("left")
    (found,) = Attention.of(tensor[1], attention_mask=mask[1]).tensor
    np.testing.assert_array_equal(found, ALONE[1])


def test_samples_once_cut_are_samples_again() -> None:
    """The list is no list of layers, also where lengths agree; a plain list is refused."""
    tensor, mask = batch("right")
    samples = cut(tensor[:, :, :, :1, :1], mask[:, :1])
    for found in (Attention(samples), Attention.of(samples), Attention.of(samples, null="node")):
        assert [layer.layer for layer in found.layers()] == [0, 1] * 3
    with pytest.raises(errors.KindError, match="cut by a mask before"):
        Attention.of(samples, attention_mask=mask)
    with pytest.raises(errors.KindError, match=r"an array; got list: Attention\.of"):
        Attention(list(samples))
    with pytest.raises(errors.ShapeError, match="same layers and heads, at least one"):
        Attention(type(samples)())
    with pytest.raises(errors.ShapeError, match=r"got \[\(1, 2\), \(2, 2\)\]"):
        Attention(type(samples)([tensor[0], tensor[0, :1]]))


MASKS = {
    "shape": ([[1, 1]] * 3, errors.ShapeError, r"\(batch, n\) = \(3, 5\); got \(3, 2\)"),
    "dimensions": (np.ones((3, 1, 5)), errors.ShapeError, r"got \(3, 1, 5\)"),
    "value": ([[1, 1, 1, 1, 2]] * 3, errors.PaddingError, "got 2 in sample 0 at position 4"),
    "empty": ([[1] * 5, [0] * 5, [1] * 5], errors.PaddingError, "leaves sample 1 none"),
    "seen": ([[0, 1, 1, 1, 1]] * 3, errors.PaddingError, "sample 0: its tokens give weight"),
    "masked": (np.ma.ones((3, 5)), errors.KindError, "attention_mask has all of its entries"),
}


@pytest.mark.parametrize(("mask", "error", "message"), MASKS.values(), ids=MASKS)
def test_masks_that_cannot_be(mask: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        Attention.of(batch("right")[0], attention_mask=mask)


def test_a_mask_is_for_one_axis_of_samples() -> None:
    with pytest.raises(errors.ShapeError, match=r"\(batch, layers, heads, n, n\); got \(1, 3"):
        Attention.of(batch("right")[0][None], attention_mask=np.ones((1, 5)))


def test_a_null_node_holds_the_rest() -> None:
    """The law: a softmax over the keys and the sink logit is the matrix with that node."""
    scores, logit = np.random.default_rng(0).normal(size=(2, 3, 4, 4)), 0.3
    weights = np.exp(scores) * np.tri(4)
    whole = weights.sum(-1, keepdims=True) + np.exp(logit)
    found = Attention.of(weights / whole, null="node").tensor
    np.testing.assert_allclose(found[..., 1:, 1:], weights / whole, rtol=1e-15)
    np.testing.assert_allclose(found[..., 1:, :1], np.exp(logit) / whole, rtol=1e-12)
    np.testing.assert_array_equal(found[..., 0, :], np.broadcast_to([1, 0, 0, 0, 0], (2, 3, 5)))
    assert Attention.of(np.array([[[0.5]]]), null="node").tensor.tolist() == [
        [[[1, 0], [0.5, 0.5]]]
    ]


def test_the_null_is_a_value_of_zero() -> None:
    """What all other positions send to the last is what they send without renormalising."""
    bare = np.array([[[0.5, 0, 0], [0.25, 0.5, 0], [0.25, 0.25, 0.25]]])
    mixture = Attention.of(bare, null="node").mixture((), 0)
    assert mixture.nodes == ("null", 0, 1, 2)
    for t in range(4):
        expected = np.linalg.matrix_power(bare[0], t)[-1]
        found = [float(mixture.signal(j, t)) for j in range(3)]
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_rows_may_be_renormalised() -> None:
    bare = np.array([[[[0.5, 0], [0.25, 0.25]]]], dtype=np.float32)
    found = Attention.of(bare, null="renormalise").tensor
    assert found.dtype == np.float32
    assert found.tolist() == [[[[1, 0], [0.5, 0.5]]]]
    with pytest.raises(errors.StochasticError, match="a row of zeros"):
        Attention.of(np.array([[[[1.0, 0], [0, 0]], [[1, 0], [0, 1]]]]), null="renormalise")


def test_a_row_above_one_stays_an_error() -> None:
    with pytest.raises(errors.StochasticError, match=r"row 1 sums to 1\.5"):
        list(Attention.of(np.array([[[1.5]]]), null="node").layers())


def test_null_is_one_of_three() -> None:
    with pytest.raises(errors.KindError, match="'refuse', 'node', 'renormalise'; got 'x'"):
        Attention.of(ALONE[0], null="x")


def test_padding_and_nulls_go_together() -> None:
    """Cut first: the proxies of every sample are those that it has alone."""
    tensor, mask = batch("right")
    found = Attention.of(tensor / 2, attention_mask=mask, null="node", tokens="abcde")
    for sample, one in enumerate(ALONE):
        alone = Attention.of(one / 2, null="node")
        expected = proxies.fidelities(alone.tensor)
        np.testing.assert_array_equal(proxies.fidelities(found.tensor[sample]), expected)
        assert found.mixture((sample,), 0).nodes == ("null", *"abcde"[: LENGTHS[sample]])


SUFFIXES = [".npz", ".npy", ".h5", ".zarr", ".safetensors"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_with_a_padded_sample_is_refused(suffix: str, tmp_path: Path) -> None:
    """The second of three samples has two pads on the right; those of the others are tokens."""
    padded, _ = batch("right")
    whole = np.stack([np.stack([attention(2, LONGEST, k) for k in (s, s + 10)]) for s in range(3)])
    path = save(tmp_path / f"whole{suffix}", attention=whole)
    assert len(Attention.of(path)) == 6
    whole[1] = padded[1]
    whole[1, 0, :, :, -1] = 0  # every head of the first layer, and so of the second
    path = save(tmp_path / f"padded{suffix}", attention=whole)
    with pytest.raises(errors.PaddingError, match=r"sample \[1\]: the last 2 positions"):
        Attention.of(str(path))


def test_a_layer_that_gives_the_last_position_weight_shows_that_it_is_a_token(
    tmp_path: Path,
) -> None:
    """No layer has to: in the first the last position attends to others only."""
    tensor = np.stack([attention(2, 4, seed) for seed in (1, 2)])
    tensor[0, :, -1] = [0.5, 0.5, 0, 0]
    read = Attention.of(save(tmp_path / "a.npy", attention=tensor))
    assert np.array_equal(read.tensor[1], tensor[1])


@pytest.mark.parametrize("asked", [{"attention_mask": [[1] * 4]}, {"null": "node"}])
def test_what_needs_all_of_a_file_says_so(asked: dict[str, Any], tmp_path: Path) -> None:
    path = save(tmp_path / "a.npy", attention=attention(2, 4, 1)[None])
    with pytest.raises(errors.KindError, match="a file is read a layer at a time"):
        Attention.of(path, **asked)
