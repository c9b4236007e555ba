"""What a search has found so far, kept in a folder piece by piece, each whole or not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagmix._util.files import replacing
from dagmix.errors import FileError


class Pieces:
    """The pieces of one search; without a folder nothing is kept.

    Parameters
    ----------
    folder : str or path, optional
        Made where it is missing.
    question : dict
        What is asked; a folder that holds pieces of another question is refused.
    """

    def __init__(self, folder: str | Path | None, question: dict[str, Any]) -> None:
        """Open or begin a folder; raise FileError where it belongs to another question."""
        self._folder = None if folder is None else Path(folder)
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"{self._folder} cannot be made: {error}"
            raise FileError(message) from None
        asked = self.of("question", lambda: question)
        if asked != question:
            message = f"{self._folder} holds the pieces of another question: {asked}"
            raise FileError(message)

    def of(self, name: str, compute: Callable[[], Any]) -> Any:
        """Return what was kept by a name, or compute and keep it."""
        if self._folder is None:
            return compute()
        path = self._folder / f"{name}.json"
        if path.exists():
            return _read(path)
        found = compute()
        with replacing(path) as scratch:
            scratch.write_text(json.dumps(found), encoding="utf-8")
        return found


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"{path} is no piece of a search, remove it: {error}"
        raise FileError(message) from None
