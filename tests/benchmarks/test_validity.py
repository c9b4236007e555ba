"""The experiment on validity does what its page says: masks, gates, correlations, tables."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

torch = pytest.importorskip("torch")

from benchmarks import validity  # noqa: E402 - it needs torch
from dagmix.torch_bridge import TASKS, Transformer, draw  # noqa: E402

N = validity.CONFIG.length
PAGE = runpy.run_path(str(validity.OUT.with_suffix(".py")))
KEPT = PAGE["read"](validity.OUT.parent)


@pytest.fixture(scope="module")
def model() -> Any:
    torch.manual_seed(0)
    return Transformer(validity.CONFIG).eval()


@pytest.fixture(scope="module")
def tokens() -> Any:
    return draw(validity.CONFIG, 5, torch.Generator().manual_seed(1))


def test_answers_are_where_the_token_stands_that_is_asked_for(tokens: Any) -> None:
    for name, task in TASKS.items():
        places = validity.answers(name, tokens)
        assert (tokens.gather(-1, places) == task(tokens)).all()
    for row, places in zip(tokens.tolist(), validity.answers("induction", tokens), strict=True):
        earlier = [[k for k in range(i) if row[k] == row[i]] for i in range(N)]
        assert places.tolist() == [k[-1] + 1 if k else i for i, k in enumerate(earlier)]


def test_without_a_change_it_is_the_model(model: Any, tokens: Any) -> None:
    logits, attention = validity.run(model, tokens)
    whole, maps = model.trace(tokens)
    assert torch.allclose(logits, whole[:, -1], atol=1e-5)
    assert torch.allclose(attention, torch.stack(maps, 1))
    ones = torch.ones(1, validity.CONFIG.layers, validity.CONFIG.heads)
    assert torch.allclose(validity.run(model, tokens, gates=ones)[0], logits)


def test_a_head_is_zeroed_as_by_zeroing_its_columns(model: Any, tokens: Any) -> None:
    target = tokens[:, -1]
    found = validity.effects_of_heads(model, tokens, target)
    changed: Any = Transformer(validity.CONFIG).eval()
    changed.load_state_dict(model.state_dict())
    width = validity.CONFIG.width // validity.CONFIG.heads
    with torch.no_grad():
        changed.layers[1].attn.out_proj.weight[:, 2 * width : 3 * width] = 0
    gained = validity.losses(changed, tokens, target) - validity.losses(model, tokens, target)
    assert found[:, 1, 2] == pytest.approx(gained.detach().numpy(), abs=1e-5)


def test_nobody_else_attends_to_a_masked_source(model: Any, tokens: Any) -> None:
    _, attention = validity.run(model, tokens, blocked=3)
    others = [i for i in range(N) if i != 3]
    assert not attention[..., others, 3].any()
    assert torch.allclose(attention.sum(-1), torch.ones(attention.shape[:-1]))
    rows = validity.run(model, tokens)[1][:, 0, :, -1]
    rows[..., 3] = 0
    assert torch.allclose(attention[:, 0, :, -1], rows / rows.sum(-1, keepdim=True))


def test_spearman_is_scipy_s_and_nan_for_constants() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 5, (2, 4, 9)).astype(float)
    found = validity.spearman(one, other)
    assert found == pytest.approx([stats.spearmanr(*pair)[0] for pair in zip(one, other)])  # noqa: B905
    assert np.isnan(validity.spearman(np.ones(3), np.arange(3.0)))


def test_shapley_values_of_example_3_13_and_a_star() -> None:
    """65/144 in all, shared as 41341/221184 twice and 8579/110592."""
    table: dict[tuple[int, ...], float] = {(0,): 3 / 8, (1,): 3 / 8, (2,): 1 / 3}
    table |= {(0, 1): 1 / 2, (0, 2): 1323 / 4096, (1, 2): 1323 / 4096, (0, 1, 2): 65 / 144}
    values = {heads: np.array([value]) for heads, value in table.items()}
    expected = [41341 / 221184, 41341 / 221184, 8579 / 110592]
    assert validity.shapley(values, 3)[0].tolist() == pytest.approx(expected)
    left = [65 / 144 - 1323 / 4096, 65 / 144 - 1323 / 4096, 65 / 144 - 1 / 2]
    assert validity.without(values, 3)[0].tolist() == pytest.approx(left)


@pytest.mark.slow
def test_the_whole_experiment_in_small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(validity, "SAMPLES", 4)
    out = tmp_path / "validity.json"
    command = ["validity.py", "--models", "1", "--steps", "2", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", command)
    validity.main()
    made = json.loads(out.read_text())
    assert [one["task"] for one in made["models"]] == ["copy", "cycle", "induction"]
    for part in ("heads", "heads in a layer", "sources", "rank"):
        assert list(made["models"][0][part]) == list(KEPT["models"][0][part])
    assert made["about"].keys() == KEPT["about"].keys()


def test_intervals_over_models() -> None:
    mean, half = PAGE["interval"]([1.0, 2.0, 3.0])
    assert (mean, round(half, 3)) == (2.0, 2.484)
    models = [
        {"task": task, "part": {"m": value}}
        for task, known in (("copy", (1, 2, 3)), ("cycle", (0.5, 0.5)), ("induction", (None, 1)))
        for value in known
    ]
    row = PAGE["table"](models, "part", 0).splitlines()[-1]
    assert row == "| m | 2.00 ± 2.48 | **0.50 ± 0.00** |  |"


def test_the_data_of_the_page_is_of_as_many_models_of_each_task() -> None:
    asked = {(seed, task) for seed in range(validity.MODELS) for task in PAGE["TASKS"]}
    assert {(one["seed"], one["task"]) for one in KEPT["models"]} == asked
    assert len(KEPT["models"]) == len(asked)
    assert KEPT["about"]["steps"] == validity.STEPS
    assert KEPT["about"]["samples"] == validity.SAMPLES


def known(
    part: str, name: str, tasks: tuple[str, ...] = PAGE["TASKS"]
) -> dict[str, tuple[float, float]]:
    """Return the ends of the intervals of a measure by task."""
    found = {}
    for task in tasks:
        mean, half = PAGE["interval"](PAGE["values"](KEPT["models"], task, part, name))
        found[task] = (mean - half, mean + half)
    return found


def test_what_the_page_says_of_heads() -> None:
    names = [name for name in KEPT["models"][0]["heads"] if "other sequences" not in name]
    for part, expected in (
        ("heads", ["gradient", "norm", "norm with values"]),
        ("heads in a layer", ["gradient"]),
    ):
        ends = {name: known(part, name).values() for name in names}
        assert [name for name in names if all(low > 0 for low, _ in ends[name])] == expected
    assert known("heads in a layer", "norm")["induction"][0] > 0.6
    assert all(high < 0 for _, high in known("heads", "depth share").values())
    answer = known("heads", "depth share of the answer")
    assert answer["cycle"][0] > 0.6
    assert answer["induction"][0] < 0 < answer["induction"][1]
    assert known("heads", "fidelity, Shapley")["copy"][1] < 0
    assert known("heads", "fidelity, Shapley")["cycle"][0] > 0
    for task in ("cycle", "induction"):
        assert known("heads", "time, without")[task][1] < 0


def test_what_the_page_says_of_sources() -> None:
    tasks = ("cycle", "induction")
    for name in KEPT["models"][0]["rank"]:
        ends = known("rank", name, tasks)
        if name.startswith("rollout"):
            assert ends["cycle"][1] == 1
            assert ends["induction"][1] < 2.5
        else:
            assert ends["induction"][0] > 4
