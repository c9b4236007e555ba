"""Training: the recipe step by step, seeds together as alone, interruption and resumption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dagmix import errors

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")
model_module: Any = pytest.importorskip("dagmix.torch_bridge.model")
CONFIG = bridge.Config(heads=2, layers=2, width=8, hidden=8, vocabulary=5, length=4)
RECIPE = bridge.Recipe(sequences=25, batch=10, epochs=3)


def parameters(models: Any) -> dict[int, Any]:
    """Write each seed's parameters as one vector."""
    return {
        seed: torch.cat([value.flatten() for value in model.state_dict().values()])
        for seed, model in models.items()
    }


def test_an_epoch_is_adam_on_the_cross_entropy_of_each_batch() -> None:
    """One model, no stacking: PyTorch's own loop, with the same order and dropout."""
    training = bridge.Training("cycle", CONFIG, RECIPE, seeds=(3,))
    model, tokens = training.models()[3], training._tokens[0]
    stream = torch.Generator()
    stream.set_state(training._streams[0].get_state())
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(2):
        total = 0.0
        order = torch.randperm(25, generator=stream)
        for rows in (order[:10], order[10:20], order[20:]):
            batch = tokens[rows]
            keep = model_module.Keep.draw(CONFIG, len(rows), 4, stream)
            logits = model(batch, keep)
            targets = torch.stack([batch[:, (i - 1) % 4] for i in range(4)], dim=1)
            chances = logits.log_softmax(-1).gather(-1, targets[..., None])
            loss = -chances.mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach()) * len(rows)
        assert training._train_epoch() == pytest.approx([total / 25], rel=1e-5)
    found, expected = parameters(training.models())[3], parameters({3: model})[3]
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-6)


def test_seeds_together_are_each_as_alone() -> None:
    """Up to rounding: a batched product may sum in another order."""
    together = parameters(bridge.train("copy", CONFIG, RECIPE, seeds=(5, 0, 9)))
    assert list(together) == [5, 0, 9]
    for seed, found in together.items():
        alone = parameters(bridge.train("copy", CONFIG, RECIPE, seeds=(seed,)))[seed]
        torch.testing.assert_close(found, alone, rtol=0, atol=2e-6)
    assert (together[0] - together[5]).abs().max() > 0.1


def test_a_seed_starts_alike_whatever_the_task_and_heads() -> None:
    first = bridge.Training("copy", CONFIG, RECIPE, seeds=(0, 1))
    second = bridge.Training("cycle", replace(CONFIG, heads=4), RECIPE, seeds=(1,))
    assert torch.equal(first._tokens[1], second._tokens[0])
    assert torch.equal(parameters(first.models())[1], parameters(second.models())[1])
    assert not torch.equal(first._tokens[0], first._tokens[1])


def test_the_callers_random_numbers_are_left_alone() -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    bridge.train("copy", CONFIG, RECIPE)
    assert torch.equal(torch.get_rng_state(), before)


class Interruption(Exception):  # noqa: N818 - it stands for Ctrl-C
    """What stops a training in a test."""


def test_an_interrupted_training_ends_in_the_same_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit; stopped in the middle of the second epoch, it has the first."""
    whole = bridge.Training("cycle", CONFIG, RECIPE, seeds=(0, 1))
    losses = list(whole.run())
    path = tmp_path / "run.training"
    stopped = bridge.Training("cycle", CONFIG, RECIPE, seeds=(0, 1))
    steps = []

    def step(tokens: Any) -> Any:
        steps.append(tokens)
        if len(steps) == 5:
            raise Interruption
        return bridge.Training._step(stopped, tokens)

    monkeypatch.setattr(stopped, "_step", step)
    with pytest.raises(Interruption):
        list(stopped.run(path))
    assert stopped.epoch == 1
    resumed = bridge.Training("cycle", CONFIG, RECIPE, seeds=(0, 1))
    assert list(resumed.run(path)) == losses[1:]
    assert resumed.losses == losses
    expected = parameters(whole.models())
    for seed, found in parameters(resumed.models()).items():
        assert torch.equal(found, expected[seed])
    assert list(tmp_path.iterdir()) == [path]
    again = bridge.train("cycle", CONFIG, RECIPE, seeds=(0, 1), checkpoint=path)
    assert torch.equal(parameters(again)[1], expected[1])


@pytest.mark.parametrize(("task", "positions"), [("copy", slice(None)), ("cycle", slice(1, None))])
def test_the_tasks_are_learned(task: str, positions: slice) -> None:
    """On fresh sequences, but for the token that the cycle task hides."""
    config = bridge.Config(heads=2, layers=1, width=32, hidden=32, vocabulary=6, length=6)
    recipe = bridge.Recipe(sequences=500, batch=50, epochs=20, learning_rate=1e-2)
    model = bridge.train(task, config, recipe)[0]
    tokens = bridge.draw(config, 100, torch.Generator().manual_seed(99))
    right = model(tokens).argmax(-1) == bridge.TASKS[task](tokens)
    assert float(right[:, positions].double().mean()) > 0.99


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "copy"}, "task is 'cycle' there, 'copy' here"),
        ({"seeds": (1,)}, r"seeds is \[0\] there, \[1\] here"),
        ({"recipe": replace(RECIPE, epochs=4)}, "epochs is 3 there, 4 here"),
        ({"config": replace(CONFIG, heads=4)}, "heads is 2 there, 4 here"),
    ],
)
def test_the_checkpoint_of_another_training(change: Any, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.training"
    settings = {"task": "cycle", "config": CONFIG, "recipe": RECIPE, "seeds": (0,)}
    bridge.train(**settings, checkpoint=path)
    with pytest.raises(errors.FileError, match=f"a.training is of another training: {message}"):
        bridge.train(**(settings | change), checkpoint=path)


def damaged(state: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return state | {key: value}


DAMAGES: dict[str, tuple[str, Any]] = {
    "no streams": ("streams", []),
    "streams of text": ("streams", ["x"]),
    "other parameters": ("parameters", {}),
    "other shapes": ("parameters", None),
    "numbers": ("parameters", torch.zeros(())),
    "other dtype": ("parameters", torch.zeros((1, 5, 8), dtype=torch.complex64)),
    "no optimiser": ("optimiser", {}),
    "other moments": ("optimiser", None),
    "no losses": ("losses", None),
    "more losses than epochs": ("losses", [[1.0]] * 4),
    "losses of fewer seeds": ("losses", [[]]),
}


@pytest.mark.parametrize(("key", "value"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_training(key: str, value: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.training"
    training = bridge.Training("copy", CONFIG, RECIPE)
    next(iter(training.run(path)))
    state = torch.load(path, weights_only=True)
    if key == "parameters" and value != {}:
        value = torch.zeros(1, 77) if value is None else value
        value = state[key] | {"token_emb.weight": value}
    if key == "optimiser" and value is None:
        value = state[key]
        value["state"][0]["exp_avg"] = torch.zeros(77)
    torch.save(state | {key: value}, path)
    with pytest.raises(errors.FileError, match=r"a\.training is a damaged checkpoint: "):
        bridge.train("copy", CONFIG, RECIPE, checkpoint=path)


def test_a_model_is_no_checkpoint_of_a_training(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    bridge.save_transformer(bridge.Transformer(CONFIG), path)
    with pytest.raises(errors.FileError, match=r"model\.pt is not the checkpoint of a training"):
        bridge.train("copy", CONFIG, RECIPE, checkpoint=path)


def test_settings_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.training"
    bridge.train("copy", CONFIG, RECIPE, checkpoint=path)
    torch.save(torch.load(path, weights_only=True) | {"about": 1}, path)
    with pytest.raises(errors.FileError, match="task is None there, 'copy' here"):
        bridge.train("copy", CONFIG, RECIPE, checkpoint=path)
    about = bridge.Training("copy", CONFIG, RECIPE).about | {"colour": "red"}
    torch.save(torch.load(path, weights_only=True) | {"about": about}, path)
    with pytest.raises(errors.FileError, match=r"training: colour is 'red' there, None here$"):
        bridge.train("copy", CONFIG, RECIPE, checkpoint=path)


def test_the_recipe_of_a_checkpoint_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.training"
    next(iter(bridge.Training("copy", CONFIG, RECIPE).run(path)))
    state = torch.load(path, weights_only=True)
    state["optimiser"]["param_groups"] = [{"lr": "x"}]
    torch.save(state, path)
    found = bridge.train("copy", CONFIG, RECIPE, checkpoint=path)
    expected = bridge.train("copy", CONFIG, RECIPE)
    assert torch.equal(parameters(found)[0], parameters(expected)[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "sort"}, "the task is one of copy, cycle; got 'sort'"),
        ({"task": ["copy"]}, "the task is one of copy, cycle"),
        ({"seeds": (True,)}, "distinct integers"),
        ({"seeds": 5}, "distinct integers"),
        ({"device": "meta"}, "cannot compute on the device 'meta'"),
        ({"device": ["cpu"]}, "cannot compute on the device"),
        ({"seeds": ()}, r"one at least; got \(\)"),
        ({"seeds": (1, 1)}, r"distinct integers.*got \(1, 1\)"),
        ({"seeds": (-1,)}, r"from 0.*got \(-1,\)"),
        ({"seeds": (2**63,)}, r"to 2\*\*63 - 1.*got \(9223372036854775808,\)"),
        ({"seeds": (0.5,)}, r"integers.*got \(0.5,\)"),
        ({"device": "nowhere"}, "cannot compute on the device 'nowhere'"),
    ],
)
def test_trainings_that_cannot_be(change: Any, message: str) -> None:
    settings = {"task": "copy", "config": CONFIG, "recipe": RECIPE} | change
    with pytest.raises(errors.ConfigError, match=message):
        bridge.Training(**settings)


def test_the_defaults_are_the_papers() -> None:
    config, recipe = bridge.Config(), bridge.Recipe()
    assert (config.layers, config.width, config.hidden, config.dropout) == (4, 64, 128, 0.1)
    assert (config.vocabulary, config.length) == (256, 100)
    assert (recipe.sequences, recipe.batch, recipe.epochs) == (5000, 50, 200)
    assert recipe.learning_rate == 1e-3
    assert bridge.Training("copy").config == config
    assert bridge.Training("copy").recipe == recipe
