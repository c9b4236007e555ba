"""Searches in pieces: stopped, started again, in several processes, on damaged files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from dagmix import errors
from dagmix._util.budget import Meter
from dagmix.search.pairs import pieces

if TYPE_CHECKING:
    from pathlib import Path

TASK = pieces.Task("slow-down", 4, "any", "even")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 100)


def gone_through(file: Path | None = None, jobs: int = 1, budget: float | None = None) -> list[str]:
    """Return what the pieces found, without the seconds."""
    done: list[None] = []
    found = pieces.parts(TASK, 1.0, file, jobs, Meter(budget), lambda: done.append(None))
    assert len(done) == len(found)
    return sorted(f"{p.piece} {p.bar} {p.keys} {p.ranks} {p.met}" for p in found)


@pytest.mark.usefixtures("small")
def test_pieces_cover_all_first_heads() -> None:
    ends = TASK.pieces()
    assert len(ends) > 3
    assert [begin for begin, _ in ends] == [0, *(end for _, end in ends[:-1])]
    assert ends[-1][1] == len(TASK.space.firsts)


@pytest.mark.usefixtures("small")
def test_a_search_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """What was being written when it was killed is cut off, and gone through again."""
    file = tmp_path / "pieces.jsonl"
    whole = gone_through(file)
    text = file.read_text(encoding="ascii")
    lines = text.splitlines(keepends=True)
    file.write_text("".join(lines[:2]) + lines[2][:20], encoding="ascii")
    assert gone_through(file) == whole
    assert len(file.read_text(encoding="ascii").splitlines()) == len(lines)
    assert gone_through(file, budget=0) == whole
    assert gone_through(budget=0) == []


@pytest.mark.usefixtures("small")
def test_two_workers_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though other bars let them keep other pairs: the best are the same.

    Threads stand for processes, which take seconds to start.
    """
    monkeypatch.setattr(
        pieces, "ProcessPoolExecutor", lambda jobs, **_context: ThreadPoolExecutor(jobs)
    )

    def best(parts: list[pieces.Part]) -> set[int]:
        bar = max(part.bar for part in parts)
        return {
            key
            for part in parts
            for key, rank in zip(part.keys, part.ranks, strict=True)
            if rank >= bar
        }

    several = pieces.parts(TASK, 1.0, tmp_path / "a", 2, Meter(), lambda: None)
    one = pieces.parts(TASK, 1.0, None, 1, Meter(), lambda: None)
    assert best(several) == best(one)
    assert len(best(one)) == 1
    assert pieces.parts(TASK, 1.0, tmp_path / "b", 2, Meter(0), lambda: None) == []


@pytest.mark.parametrize(
    "line", ["no piece\n", "{}\n", '{"keys": 1, "ranks": 2}\n', '{"pieces": 3, "keys": []}\n']
)
def test_other_files_are_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "pieces.jsonl"
    file.write_text(line, encoding="ascii")
    with pytest.raises(errors.FileError, match="line 1, is no piece of this search, which has 1"):
        gone_through(file)


def test_pieces_of_another_cut_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone_through(tmp_path / "a")
    monkeypatch.setattr(pieces, "PIECE", 100)
    with pytest.raises(errors.FileError, match="which has"):
        gone_through(tmp_path / "a")


@pytest.mark.parametrize("name", ["", 5])
def test_folders_that_are_none(name: Any) -> None:
    with pytest.raises(errors.FileError):
        pieces.folder_of(name)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.FileError, match="no folder for what was gone through"):
        pieces.folder_of(tmp_path / "file")


def test_a_strangers_last_line_is_left(tmp_path: Path) -> None:
    """Only what a search began to write is cut off."""
    file = tmp_path / "notes"
    file.write_text("mine", encoding="ascii")
    with pytest.raises(errors.FileError, match="line 1, is no piece"):
        pieces._read(file, 3)
    assert file.read_text(encoding="ascii") == "mine"
