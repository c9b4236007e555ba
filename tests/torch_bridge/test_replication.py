"""The whole experiment on tiny models: files, measures, tables, commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracle import transformer as oracle

from dagmix import errors, proxies
from dagmix.cli import commands
from dagmix.paper import tables

torch = pytest.importorskip("torch")
bridge: Any = pytest.importorskip("dagmix.torch_bridge")
replication: Any = pytest.importorskip("dagmix.torch_bridge.replication")

CONFIG = bridge.Config(layers=2, width=8, hidden=8, vocabulary=5, length=6)
RECIPE = bridge.Recipe(sequences=20, batch=10, epochs=2)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the small default of the commands a tiny one."""
    monkeypatch.setattr(replication, "SMALL", (CONFIG, RECIPE))


def test_every_task_head_count_and_seed(tmp_path: Path) -> None:
    plan = bridge.Experiment(heads=(1, 2, 1), seeds=(0, 3), config=CONFIG, recipe=RECIPE)
    found = list(plan.run(tmp_path / "a" / "b"))
    expected = [
        f"{heads}_heads_{task}_seed{seed}.pt"
        for task in ("copy", "cycle")
        for heads in (1, 2)
        for seed in (0, 3)
    ]
    assert [path.name for path, _ in found] == expected
    alone = bridge.train("cycle", bridge.Config(**vars(CONFIG) | {"heads": 2}), RECIPE, (0, 3))
    kept = bridge.load_transformer(found[-1][0], 2)
    assert torch.equal(kept.pos_emb.weight, alone[3].pos_emb.weight)
    training = bridge.Training("cycle", kept.config, RECIPE, (0, 3))
    assert [loss for _, loss in found[-2:]] == list(training.run())[-1]


def test_a_finished_experiment_only_writes_its_models(tmp_path: Path) -> None:
    plan = bridge.Experiment(tasks=("copy",), heads=(2,), config=CONFIG, recipe=RECIPE)
    [(path, loss)] = plan.run(tmp_path)
    before = path.read_bytes()
    path.unlink()
    [again] = plan.run(tmp_path)
    assert again == (path, loss)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(errors.FileError, match="cannot be a folder for checkpoints"):
        next(bridge.Experiment(heads=(1,), config=CONFIG, recipe=RECIPE).run(path))


def test_a_checkpoint_is_measured_on_the_attention_of_the_definition(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = bridge.Transformer(bridge.Config(**vars(CONFIG) | {"heads": 2}))
    path = tmp_path / "2_heads_cycle.pt"
    bridge.save_transformer(model, path)
    tokens = np.array([[0, 1, 2, 3, 4, 0], [1, 1, 1, 1, 1, 1]])
    np.savez(tmp_path / "tokens.npz", tokens=tokens)
    state = model.state_dict()
    maps = np.array([oracle.forward(state, 2, one)[1] for one in tokens.tolist()])
    blocks = [state[f"layers.{i}.attn.out_proj.weight"].numpy().reshape(8, 2, 4) for i in range(2)]
    importance = np.sqrt([(block**2).sum(axis=(0, 2)) for block in blocks])
    for given in (
        tokens,
        torch.tensor(tokens),
        tmp_path / "tokens.npz",
        str(tmp_path / "tokens.npz"),
    ):
        found = bridge.measure(path, given)
        assert found.name == tables.Name(2, "cycle")
        for chain in ("published", "successors"):
            expected = proxies.hitting_time(maps, importance, chain=chain)
            np.testing.assert_allclose(found.hitting[chain], expected, rtol=1e-5)
        for first in (0, 1):
            expected = proxies.minimax_fidelity(maps, importance, first_step=first)
            np.testing.assert_allclose(found.fidelity[first], expected, rtol=1e-4)
            best = np.max(
                [proxies.minimax_fidelity(maps[:, :, h : h + 1], first_step=first) for h in (0, 1)],
                axis=0,
            )
            np.testing.assert_allclose(found.best[first], best, rtol=1e-4)


def test_sequences_are_drawn_where_none_are_given(tmp_path: Path) -> None:
    path = tmp_path / "2_heads_copy.pt"
    bridge.save_transformer(bridge.Transformer(bridge.Config(**vars(CONFIG) | {"heads": 2})), path)
    first, again = bridge.measure(path, samples=3, seed=4), bridge.measure(path, samples=3, seed=4)
    assert first.hitting["published"].shape == (3, 2)
    np.testing.assert_array_equal(first.hitting["published"], again.hitting["published"])
    default, zero = bridge.measure(path), bridge.measure(path, samples=50, seed=0)
    np.testing.assert_array_equal(default.fidelity[0], zero.fidelity[0])
    other = bridge.measure(path, samples=3, seed=5)
    assert (first.hitting["published"] != other.hitting["published"]).any()


@pytest.mark.usefixtures("tiny")
def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = ["train", str(tmp_path), "--tasks", "copy", "--heads", "1", "2", "--seeds", "2"]
    assert commands.main(train) == 0
    lines = capsys.readouterr().out.splitlines()
    models = sorted(tmp_path.glob("*.pt"))
    assert sorted(line.split()[0] for line in lines) == [str(path) for path in models]
    assert all(0 < float(line.split()[-1]) < 3 for line in lines)
    np.savez(tmp_path / "tokens.npz", tokens=np.arange(12).reshape(2, 6) % 5)
    command = ["tables", *map(str, models), "--tokens", str(tmp_path / "tokens.npz")]
    assert commands.main(command) == 0
    expected = tables.tables(bridge.measure(one, tmp_path / "tokens.npz") for one in models)
    assert capsys.readouterr().out == "\n\n".join(map(str, expected)) + "\n"
    assert [table.caption.split(".")[0] for table in expected] == [
        f"Table {number}" for number in (1, 1, 3, 3, 5, 5)
    ]
    each = [str(tmp_path / f"{k}.npz") for k in range(4)]
    for k, path in enumerate(each):
        np.savez(path, tokens=np.arange(6 * (k + 1)).reshape(k + 1, 6) % 5)
    assert commands.main(["tables", *map(str, models), "--tokens", *each, "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [one["samples"] for one in records] == [1, 2, 3, 4]
    assert commands.main(["tables", *map(str, models), "--samples", "3", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [(one["heads"], one["seed"], one["samples"]) for one in records] == [
        (heads, seed, 3) for heads in (1, 2) for seed in (0, 1)
    ]
    assert commands.main(["tables", str(models[0]), str(tmp_path / "." / models[0].name)]) == 2
    assert "a checkpoint is given twice" in capsys.readouterr().err
    for samples, message in [("0", "at least 1; got 0"), ("9" * 12, "samples take")]:
        assert commands.main(["tables", str(models[0]), "--samples", samples]) == 2
        assert message in capsys.readouterr().err
    assert commands.main([*command, str(tmp_path / "tokens.npz")]) == 2
    assert "--tokens takes one file, or one a checkpoint (4); got 2" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_an_interrupted_command_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    command = ["--tasks", "cycle", "--heads", "2", "--epochs", "3"]
    assert commands.main(["train", str(whole), *command]) == 0
    step, steps = bridge.Training._step, []

    def interrupted(training: Any, tokens: Any) -> Any:
        steps.append(tokens)
        if len(steps) == 4:
            raise KeyboardInterrupt
        return step(training, tokens)

    monkeypatch.setattr(bridge.Training, "_step", interrupted)
    assert commands.main(["train", str(stopped), *command]) == 2
    assert "goes on after the last whole epoch" in capsys.readouterr().err
    assert [path.suffix for path in stopped.iterdir()] == [".training"]
    assert commands.main(["train", str(stopped), *command]) == 0
    assert len(steps) == 4 + 4  # the second and third epoch, two batches each
    names = [f"2_heads_cycle{ending}" for ending in (".training", "_seed0.pt")]
    assert sorted(path.name for path in stopped.iterdir()) == names
    found, expected = (bridge.load_transformer(f / names[1], 2) for f in (stopped, whole))
    for name, value in expected.state_dict().items():
        assert torch.equal(found.state_dict()[name], value)


def test_the_published_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = []

    def run(plan: Any, _: Path) -> Any:
        plans.append(plan)
        return iter(())

    monkeypatch.setattr(replication.Experiment, "run", run)
    assert (
        commands.main(["train", str(tmp_path), "--paper", "--seeds", "10", "--device", "cuda"]) == 0
    )
    assert commands.main(["train", str(tmp_path)]) == 0
    paper, small = plans
    assert (paper.config, paper.recipe) == (bridge.Config(), bridge.Recipe())
    assert (list(paper.seeds), paper.device) == (list(range(10)), "cuda")
    assert (paper.heads, paper.tasks) == ((1, 4, 8, 16), ("copy", "cycle"))
    assert (small.config, small.recipe) == replication.SMALL
    assert (list(small.seeds), small.device) == ([0], "cpu")
    for more, strength in ([], 0.05), (["--strength", "0.2"], 0.2):
        given = ["train", str(tmp_path), "--regulariser", "fidelity", *more]
        assert commands.main(given) == 0
        assert plans[-1].recipe == replace(small.recipe, regulariser="fidelity", strength=strength)
    with pytest.raises(SystemExit, match="2"):
        commands.main(["train", str(tmp_path), "--strength", "0.2"])
