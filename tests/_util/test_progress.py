"""Progress: the items as they come, a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dagmix._util.progress import tracked


def test_items_come_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """None is taken before it is asked for, and nothing is printed off a terminal."""
    taken = list[int]()

    def numbers() -> Iterator[int]:
        for number in range(5):
            taken.append(number)
            yield number

    seen = list[int]()
    for number in tracked(numbers(), "counting", 5):
        assert taken == [*seen, number]
        seen.append(number)
    assert seen == list(range(5))
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what is done, on standard error alone."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert list(tracked("ab", "spelling", 2)) == ["a", "b"]
    out, err = capsys.readouterr()
    assert not out
    assert "spelling" in err
