"""Every public callable keeps the contract: definition, sections, an executed example, a source."""

from __future__ import annotations

import importlib
import inspect
import itertools
import re
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

import dagmix
from house.rooms import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = re.compile(r"arXiv: ?\d{4}\.\d{5}|doi:10\.\d{4}")
ROOMS = sorted(
    path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.parent.name[0] != "_"
)


def sections(doc: str) -> set[str]:
    """The headings that are underlined."""
    lines = inspect.cleandoc(doc).splitlines()
    pairs = itertools.pairwise(lines)
    return {above for above, below in pairs if below and set(below) == {"-"}}


def has_arguments(function: Any) -> bool:
    return bool(set(inspect.signature(function).parameters) - {"self", "cls"})


def wanted(thing: Any, *, method: bool) -> Iterator[str | tuple[str, ...]]:
    """Headings of which a docstring has one each."""
    if inspect.isclass(thing):
        if has_arguments(thing):
            yield ("Parameters", "Attributes")
    else:
        if has_arguments(thing):
            yield from ("Parameters", "Raises")
        if inspect.signature(thing).return_annotation not in {None, "None"}:
            yield ("Returns", "Yields")
    yield "Examples"
    if not method:
        yield "References"


def missing(thing: Any, *, method: bool = False) -> list[str]:
    doc = thing.__doc__ or ""
    found = sections(doc)
    lacks = [
        " or ".join(names)
        for want in wanted(thing, method=method)
        for names in [(want,) if isinstance(want, str) else want]
        if not found & set(names)
    ]
    lacks += ["an executed example"] if ">>>" not in doc else []
    lacks += ["a DOI or arXiv number"] if not method and not SOURCE.search(doc) else []
    return lacks


def methods(thing: type) -> Iterator[tuple[str, Any]]:
    for name, member in vars(thing).items():
        inner = getattr(member, "__func__", member)
        if name[0] != "_" and inspect.isfunction(inner):
            yield name, inner


def public(room: str) -> Iterator[tuple[str, Any, bool]]:
    """Names, callables, and whether they are methods; errors and enumerations are no callables."""
    module = importlib.import_module(room)
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isclass(thing) and not issubclass(thing, BaseException | Enum):
            yield name, thing, False
            yield from ((f"{name}.{method}", inner, True) for method, inner in methods(thing))
        elif inspect.isfunction(thing):
            yield name, thing, False


@pytest.mark.parametrize("room", ["dagmix", *(f"dagmix.{room}" for room in ROOMS)])
def test_public_callables_keep_the_contract(room: str) -> None:
    if room == "dagmix.torch_bridge":
        pytest.importorskip("torch")
    found = {name: missing(thing, method=method) for name, thing, method in public(room)}
    assert found, "a room has public names"
    assert {name: lacks for name, lacks in found.items() if lacks} == {}


def test_a_contract_that_is_not_kept_is_seen() -> None:
    def bare(x: int) -> int:
        """Return x."""
        return x

    named = ["Parameters", "Raises", "Returns or Yields", "Examples", "References"]
    assert missing(bare) == [*named, "an executed example", "a DOI or arXiv number"]
    assert missing(dagmix.FeedforwardDAG) == []
