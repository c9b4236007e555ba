"""Layers in this process and in several: the same answers in the same order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_files import save
from cases.attention_samples import attention
from cases.signals import heed_ctrl_c

from dagmix import DagmixError
from dagmix._util.files import open_attention
from dagmix.analysis import Attention
from dagmix.cli import commands, layerwise
from dagmix.cli.layerwise import Measured, Question

TENSOR = np.stack([attention(2, 8, seed) for seed in range(6)]).reshape(2, 3, 2, 8, 8)


@pytest.fixture
def question(tmp_path: Path) -> Question:
    path = save(tmp_path / "a.npy", attention=TENSOR)
    return Question(Attention(*open_attention(path)), 0, None, 4)


def test_answers_are_the_layers_of_the_tensor(question: Question) -> None:
    found = layerwise.answers(question, question.places(), 1)
    layers = [one.layer for one in found if isinstance(one, Measured)]
    assert layers == list(Attention(TENSOR).layers())
    assert list(question.places()) == [(one.sample, one.layer) for one in layers]


@pytest.mark.slow
def test_processes_change_nothing(question: Question) -> None:
    """More layers than are handed out at once."""
    places = list(question.places())
    alone = list(layerwise.answers(question, places, 1))
    assert list(layerwise.answers(question, places, 2)) == alone


@pytest.mark.slow
def test_another_thread_may_ask(question: Question) -> None:
    """Signals are the matter of the first thread alone."""
    places = list(question.places())
    with ThreadPoolExecutor(1) as threads:
        found = threads.submit(lambda: list(layerwise.answers(question, places[:1], 2))).result()
    assert found == [question.answer(places[0])]


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0, 0.3, 1])
def test_ctrl_c_is_one_line_from_all_processes(delay: float, tmp_path: Path) -> None:
    """It goes to all of them, those that are about to begin too: the file is opened just before."""
    path = save(tmp_path / "a.npy", attention=np.stack([attention(2, 64, 0)] * 2000)[:, None])
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "dagmix", "analyze", str(path), "--lines", str(out)]
    options: dict[str, Any] = {"stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    options["preexec_fn"] = heed_ctrl_c
    with subprocess.Popen([*command, "--jobs", "2"], **options) as run:  # noqa: S603 - our own command
        while not out.exists():
            time.sleep(0.001)
        time.sleep(delay)
        os.killpg(run.pid, signal.SIGINT)
        _, written = run.communicate()
    assert (run.returncode, written) == (130, "dagmix: interrupted\n")


def interrupted_at_once(reached: list[str]) -> None:
    with layerwise._interrupts_deferred():
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the end")


def test_ctrl_c_while_processes_begin_is_not_lost(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes at the end of that, with signals that can be blocked and without."""
    for system in ("posix", "other"):
        if system == "other":
            monkeypatch.delattr(signal, "pthread_sigmask")
        before = signal.getsignal(signal.SIGINT)
        reached = list[str]()
        with pytest.raises(KeyboardInterrupt):
            interrupted_at_once(reached)
        assert reached == ["the end"]
        assert signal.getsignal(signal.SIGINT) is before
    assert len(list(layerwise.answers(question, list(question.places())[:1], 1))) == 1


def test_what_a_process_does(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends it without a word; its question comes once."""
    handlers = []
    monkeypatch.setattr(signal, "signal", lambda *given: handlers.append(given))
    layerwise._begin(question)
    assert handlers == [(signal.SIGINT, signal.SIG_DFL)]
    assert layerwise._answer(((1,), 2)) == question.answer(((1,), 2))


class Deadly(Question):
    """A question over which a process dies, as where memory runs out."""

    def answer(self, place: layerwise.Place) -> Measured | DagmixError:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(place)


@pytest.mark.slow
def test_a_process_that_is_killed_is_named(question: Question) -> None:
    deadly = Deadly(question.attention, 0, None, 4)
    with pytest.raises(DagmixError, match="a process of --jobs was killed"):
        list(layerwise.answers(deadly, question.places(), 2))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--jobs", "0"], "--jobs is at least 1; got 0"),
        (["--resume"], "--resume goes on with the file of --lines"),
        (["--lines", "out.jsonl", "--json"], "--lines goes without --json and --plot"),
        (["--lines", "out.jsonl", "--plot", "a.png"], "--lines goes without --json and --plot"),
    ],
)
def test_options_that_do_not_go_together(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["analyze", *options]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "zarr", None)
    (tmp_path / "a.zarr").mkdir()
    assert commands.main(["analyze", str(tmp_path / "a.zarr")]) == 2
    assert "needs zarr: pip install 'dagmix[files]'" in capsys.readouterr().err


def test_a_missing_file_is_not_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["analyze", "nowhere.zarr::attention"]) == 2
    assert capsys.readouterr().err == "dagmix: nowhere.zarr: not found\n"
