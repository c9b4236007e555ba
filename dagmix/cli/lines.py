"""`dagmix analyze --lines`: a line of JSON for each sample and layer, written as it is found.

A line is whole or the last one. `--resume` cuts off a last line that is not whole, checks the
others, and goes on after them, so that what a killed run loses is the layer it was at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dagmix._util.tables import to_json_line
from dagmix.analysis import weakest_position
from dagmix.cli.layerwise import Measured, Place, Question
from dagmix.errors import DagmixError, FileError

ASKED = "asked"  # the key of what a line is the answer to
BEGINNING = b'{"sample": ['


def asked(question: Question) -> dict[str, Any]:
    """Return what a line depends on beside the numbers in the file."""
    attention = question.attention
    tensor = attention.tensor
    return {
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype),
        "tolerance": attention.tolerance,
        "target": attention.target,
        "causal": attention.causal,
        "source": question.source,
        "first_step": question.first_step,
        "pathways": question.pathways,
        "steps": None if question.pathways is None else question.steps,
    }


def refuse_to_overwrite(path: Path) -> None:
    """Raise FileError for a file with something in it."""
    if path.is_file() and path.stat().st_size:
        message = f"{path} is there already; --resume goes on with it"
        raise FileError(message)


def resumed(path: Path, question: Question) -> list[bool]:
    """Return for every line that is there whether it is an error; cut off one that is not whole.

    Raises FileError where a line is not one of this run's.
    """
    if not path.is_file():
        return []
    errors, places, asks, whole = list[bool](), question.places(), asked(question), 0
    with _named(path), path.open("r+b") as file:
        for number, line in enumerate(file, 1):
            with _located(path, number):
                if line.endswith(b"\n"):
                    errors.append(_is_error(line, next(places, None), asks))
                    whole += len(line)
                elif not line.startswith(BEGINNING) and not BEGINNING.startswith(line):
                    message = "it is not the beginning of one"
                    raise FileError(message)
        file.truncate(whole)
    return errors


def _is_error(line: bytes, place: Place | None, asks: dict[str, Any]) -> bool:
    """Read a line; raise FileError unless it is about that place, and the answer to this."""
    if place is None:
        message = "there are fewer samples and layers"
        raise FileError(message)
    try:
        record = json.loads(line)
        found = (tuple(record["sample"]), record["layer"]), record[ASKED]
    except (ValueError, LookupError, TypeError):
        message = "it has no sample and layer"
        raise FileError(message) from None
    if found != (place, asks):
        message = f"it has {found}, this run {(place, asks)}"
        raise FileError(message)
    return "error" in record


def write(
    path: Path, question: Question, places: Iterable[Place], found: Iterable[Measured | DagmixError]
) -> Iterator[bool]:
    """Append a line for each; yield, once it is written, whether it is an error."""
    asks = asked(question)
    with _named(path), path.open("ab") as file:
        for place, one in zip(places, found, strict=False):
            record = {"sample": place[0], "layer": place[1], **_content(one), ASKED: asks}
            file.write(f"{to_json_line(record)}\n".encode("ascii"))
            file.flush()
            yield isinstance(one, DagmixError)


def _content(one: Measured | DagmixError) -> dict[str, Any]:
    if isinstance(one, DagmixError):
        return {"error": str(one)}
    more = {} if one.weakest is None else {"pathways": weakest_position.as_record(one.weakest)}
    return {**asdict(one.layer), **more}


@contextmanager
def _located(path: Path, number: int) -> Iterator[None]:
    """Say where in the file a line is no line of this run."""
    try:
        yield
    except FileError as error:
        message = f"{path}, line {number}, is no line of this run: {error}"
        raise FileError(message) from None


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Say of which file an error of the system is."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be written: {error}"
        raise FileError(message) from None
