"""Pieces of a search: kept whole, read back, refused where they are another question's."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagmix.design.pieces import Pieces
from dagmix.errors import FileError


def test_a_piece_is_computed_once(tmp_path: Path) -> None:
    folder, calls = tmp_path / "a" / "b", []

    def compute() -> list[int]:
        calls.append(1)
        return [1, 2]

    for _ in range(3):
        assert Pieces(folder, {"n": 3}).of("one", compute) == [1, 2]
    assert len(calls) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["one.json", "question.json"]


def test_without_a_folder_nothing_is_kept() -> None:
    pieces = Pieces(None, {})
    assert [pieces.of("one", lambda: 1), pieces.of("one", lambda: 2)] == [1, 2]


def test_a_piece_that_fails_leaves_nothing(tmp_path: Path) -> None:
    pieces = Pieces(tmp_path, {})
    with pytest.raises(KeyboardInterrupt):
        pieces.of("one", _interrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["question.json"]


def _interrupted() -> None:
    raise KeyboardInterrupt


def test_what_is_refused(tmp_path: Path) -> None:
    Pieces(tmp_path, {"n": 3})
    with pytest.raises(FileError, match=r"another question: \{'n': 3\}"):
        Pieces(tmp_path, {"n": 4})
    (tmp_path / "one.json").write_text("[1,", encoding="utf-8")
    with pytest.raises(FileError, match=r"one\.json is no piece of a search, remove it"):
        Pieces(tmp_path, {"n": 3}).of("one", lambda: 1)
    with pytest.raises(FileError, match=r"one\.json cannot be made"):
        Pieces(tmp_path / "one.json", {})
