"""Training for a measure of the mixture: what is added, what it does, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from dagmix import errors, proxies

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")
regularisers: Any = pytest.importorskip("dagmix.torch_bridge.regularisers")
CONFIG = bridge.Config(heads=2, layers=2, width=8, hidden=8, vocabulary=5, length=6)


def recipe(**changes: Any) -> Any:
    return bridge.Recipe(
        **{"sequences": 40, "batch": 10, "epochs": 2, "learning_rate": 1e-2, **changes}
    )


def measured(model: Any) -> tuple[float, float]:
    """Return the mean logarithm of φ_min, and the mean hitting time."""
    attention = torch.stack(model.trace(bridge.draw(CONFIG, 20))[1])
    least = proxies.minimax_fidelity(attention).log().mean()
    return float(least), float(proxies.hitting_time(attention).mean())


def test_what_is_added() -> None:
    layers = bridge.Transformer(CONFIG).trace(bridge.draw(CONFIG, 3))[1]
    each = [proxies.minimax_fidelity(layer).log() for layer in layers]
    found = regularisers.penalty(recipe(regulariser="fidelity", strength=0.3), layers)
    torch.testing.assert_close(found, -0.3 * torch.stack(each).mean())
    found = regularisers.penalty(recipe(regulariser="mixing", strength=0.3), layers)
    times = [proxies.hitting_time(layer) for layer in layers]
    torch.testing.assert_close(found, 0.3 * torch.stack(times).mean())


def test_a_fidelity_of_zero_is_no_infinite_loss() -> None:
    unheard = torch.eye(3).expand(1, 1, 3, 3).clone().requires_grad_()
    found = regularisers.penalty(recipe(regulariser="fidelity", strength=1.0), [unheard])
    found.backward()
    assert found.item() == pytest.approx(-math.log(torch.finfo(torch.float32).tiny))
    assert not unheard.grad.any()


@pytest.mark.slow
def test_what_is_trained_for_is_had() -> None:
    changes: list[dict[str, Any]] = [{}]
    changes += [{"regulariser": name, "strength": 0.5} for name in ("fidelity", "mixing")]
    plain, fidelity, mixing = (
        measured(bridge.train("copy", CONFIG, recipe(**change))[0]) for change in changes
    )
    assert fidelity[0] > plain[0] + 0.1
    assert mixing[1] < plain[1] - 0.1


def test_the_loss_that_is_told_is_the_cross_entropy() -> None:
    """With a tiny strength nothing else changes; what is added would be seen."""
    told = [
        next(bridge.Training("copy", CONFIG, recipe(**change)).run())[0]
        for change in ({}, {"regulariser": "mixing", "strength": 1e-12})
    ]
    assert told[0] == pytest.approx(told[1], rel=1e-5)


def test_one_head_is_no_mixture() -> None:
    config = bridge.Config(heads=1, layers=1, width=8, hidden=8, vocabulary=5, length=6)
    with pytest.raises(errors.ConfigError, match="this model has one head"):
        bridge.Training("copy", config, recipe(regulariser="mixing", strength=1.0))


def test_another_strength_is_another_training(tmp_path: Path) -> None:
    path = tmp_path / "training"
    first = recipe(regulariser="mixing", strength=0.1)
    next(bridge.Training("copy", CONFIG, first).run(path))
    other = bridge.Training("copy", CONFIG, recipe(regulariser="mixing", strength=0.2))
    with pytest.raises(errors.FileError, match=r"strength is 0\.1 there, 0\.2 here"):
        next(other.run(path))
    with pytest.raises(errors.FileError, match="regulariser is 'mixing' there, None here"):
        next(bridge.Training("copy", CONFIG, recipe()).run(path))


def test_a_plain_training_is_told_as_ever() -> None:
    assert "strength" not in bridge.Training("copy", CONFIG, recipe()).about


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_loss_that_is_no_number_stops(epoch: int, tmp_path: Path) -> None:
    """The epoch is named, and the checkpoint is of the one before."""
    path = tmp_path / "training"
    training = bridge.Training("copy", CONFIG, recipe(), seeds=(4, 7))
    run = training.run(path)
    for _ in range(epoch - 1):
        next(run)
    before = path.read_bytes() if path.exists() else None
    with torch.no_grad():
        training._parameters["pos_emb.weight"][1] = torch.nan  # seed 7's
    kept = "no checkpoint" if epoch == 1 else "is of epoch 1"
    with pytest.raises(errors.NumberError, match=f"epoch {epoch} has nan for seed 7; .*{kept}"):
        next(run)
    assert (path.read_bytes() if path.exists() else None) == before
    assert training.epoch == epoch - 1
