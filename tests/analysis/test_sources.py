"""Any target and any source of a layer, against brute force in rationals."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import oracle
import pytest
from cases.attention_files import save
from cases.attention_samples import attention, both_ways, sample
from oracle import proxies

from dagmix import errors
from dagmix.analysis import Attention
from dagmix.cli import commands

Options = dict[str, Any]
STEPS = 60  # past which the signals of so few positions hardly change


def check(found: Any, delta: oracle.Matrix, target: int, source: int) -> None:
    """Compare a layer's measures of a source with powers, and its times with linear equations."""
    rows = [power[target] for _, power in zip(range(STEPS), oracle.powers(delta), strict=False)]
    least = float(max(row[source] for row in rows[:40]))
    assert found.source.fidelity >= least * (1 - 1e-12)
    if found.source.attained is True:
        best = max(float(row[source]) for row in rows)
        assert found.source.fidelity == pytest.approx(best, rel=1e-12)
        assert float(rows[found.source.times[0]][source]) == pytest.approx(best, rel=1e-12)
    walk = oracle.successors_to(delta, target)
    times = oracle.hitting_times(walk, target)
    expected = math.inf if times[source] is math.inf else float(times[source])
    assert found.source.hitting_time == pytest.approx(expected, rel=1e-9)
    mean = math.inf if math.inf in times else float(sum(times) / len(times))
    assert found.hitting_time == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("seed", [1, 3, 6, 7])
def test_a_source_of_causal_attention(seed: int) -> None:
    tensor, weights = sample(seed)
    rng = np.random.default_rng(seed)
    target = int(rng.integers(tensor.shape[-1]))
    source = int(rng.integers(target + 1))
    found = Attention(tensor[:, None], weights[:, None], target=target)
    for number, layer in enumerate(found.layers(source=source)):
        whole = proxies.mixed(tensor[number].tolist(), weights[number].tolist())
        check(layer, proxies.cut(whole, target), target, source)
        assert (layer.target, layer.source and layer.source.label) == (target, source)


@pytest.mark.parametrize("seed", [1, 7, 10])
def test_a_source_of_bidirectional_attention(seed: int) -> None:
    """As an encoder has it: nothing is cut, and the walk stops at the target."""
    tensor, weights = both_ways(seed)
    n = tensor.shape[-1]
    target, source = seed % n, (seed + 1) % n
    found = Attention(tensor[:, None], weights[:, None], target=target, causal=False)
    for number, layer in enumerate(found.layers(source=source)):
        whole = proxies.mixed(tensor[number].tolist(), weights[number].tolist())
        check(layer, whole, target, source)


def test_targets_and_sources_are_labels() -> None:
    """A cut at a token is a cut at its position, of every sample."""
    tensor = np.stack([attention(2, 5, seed) for seed in (0, 1)])[:, None]
    words = ["a", "b", "a", "c", "d"]
    named = Attention.of(tensor, tokens=words, target="a (2)")
    plain = Attention(tensor[..., :3, :3])
    for one, two in zip(named.layers(source="b"), plain.layers(source=1), strict=True):
        assert (one.mixing_time, one.fidelity) == (two.mixing_time, two.fidelity)
        assert one.source is not None
        assert two.source is not None
        assert (one.source.label, one.source.fidelity) == ("b", two.source.fidelity)
        assert one.nodes == tuple(words[position] for position in two.positions)
    with pytest.raises(errors.UnknownNodeError, match=r"sample \[0\], layer 0: unknown node 'c'"):
        named.layer((0,), 0, source="c")


@pytest.mark.parametrize("more", [{}, {"null": "node"}, {"attention_mask": np.ones((1, 4))}])
def test_of_takes_the_target_everywhere(more: Options) -> None:
    tensor = attention(2, 4, 0)[None, None]
    found = Attention.of(tensor, target=2, **more)
    assert found.mixture((0,), 0).sink.node == 2
    with pytest.raises(errors.UnknownNodeError, match="unknown node -1"):
        Attention.of(tensor, target=-1, **more)
    with pytest.raises(errors.SinkError, match="name a target="):
        Attention.of(tensor, causal=False, **more)
    with pytest.raises(errors.UnknownNodeError, match="unknown node 7"):
        Attention.of(tensor, target=7, causal=False, **more)


def test_every_sample_has_the_target() -> None:
    padded = np.tri(3) / np.arange(1, 4)[:, None]
    mask = [[1, 1, 1], [1, 1, 0]]
    batch = np.stack([padded, padded])[:, None, None]
    with pytest.raises(errors.UnknownNodeError, match="unknown node 2; the nodes are 0, 1"):
        Attention.of(batch, attention_mask=mask, target=2)
    found = Attention.of(batch, attention_mask=mask, target=1)
    assert [layer.positions for layer in found.layers()] == [(0, 1)] * 2


# --- on the command line ---


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return save(tmp_path / "a.npy", attention=np.stack([attention(2, 6, 0)] * 2)[None])


def test_the_command_line_asks_the_same(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--target", "4", "--source", "1", "--pathways", "2"]
    assert commands.main(["analyze", str(path), *options, "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    for record, layer in zip(records, Attention.of(path, target=4).layers(source=1), strict=True):
        assert layer.source is not None
        assert record["source"]["fidelity"] == layer.source.fidelity
        assert (record["target"], record["mixing_time"]) == (4, layer.mixing_time)
        assert record["pathways"]["source"] == 1
        assert {tuple(p["nodes"])[-1] for p in record["pathways"]["heaviest"]} == {4}
    assert commands.main(["analyze", str(path), *options]) == 0
    out = capsys.readouterr().out
    assert "steps to position 4: T(¼)" in out
    assert "From the source to the target" in out
    assert "Heaviest pathways from the source to position 4, with" in out


def test_another_question_does_not_go_on(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    asked = ["analyze", str(path), "--lines", str(out), "--target", "4", "--source", "1"]
    assert commands.main(asked) == 0
    assert commands.main([*asked, "--resume"]) == 0
    others = ["--target=3"], ["--source=2"], ["--no-causal"]
    for other in others:
        assert commands.main([*asked, "--resume", *other]) == 2
        assert "line 1, is no line of this run" in capsys.readouterr().err
    first = json.loads(out.read_text(encoding="ascii").splitlines()[0])
    assert [first["asked"][key] for key in ("target", "causal", "source")] == [4, True, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--no-causal"], "--no-causal needs --target"),
        (["--target=6"], "unknown node 6; the nodes are 0, 1, 2, 3, 4, 5"),
        (["--target=-1"], "unknown node -1"),
        (["--target=2", "--source=3"], "unknown node 3; the nodes are 0, 1, 2"),
        (["--source=-1"], "unknown node -1"),
        (["--source=6"], "unknown node 6"),
        (["--target=2", "--no-causal", "--source=6"], "unknown node 6"),
    ],
)
def test_what_is_no_position_is_refused_at_once(
    options: list[str], message: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["analyze", str(path), *options]) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert not printed.out


def test_an_encoder_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tensor, _ = both_ways(1)
    path = save(tmp_path / "encoder.npy", attention=tensor[:, None])
    assert commands.main(["analyze", str(path), "--every-position"]) == 2
    assert "(--no-causal, --target)" in capsys.readouterr().err
    asked = ["analyze", str(path), "--every-position", "--target", "0", "--no-causal", "--json"]
    assert commands.main(asked) == 0
    records = json.loads(capsys.readouterr().out)
    layers = list(Attention(tensor[:, None], target=0, causal=False).layers())
    assert [one["hitting_time"] for one in records] == [one.hitting_time for one in layers]
